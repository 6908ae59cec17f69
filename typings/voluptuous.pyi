# Home Assistant puts probatio in voluptuous' place when it starts; so do the types.
from probatio import *
