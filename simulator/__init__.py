"""Charge points that behave like real ones, to be let loose on a central system.

They are OCPP clients of their own make and know nothing of the integration: 1.6J here
and in `vendors`, 2.0.1 in `v2`.
"""

from .car import Car
from .charge_point import ChargePoint
from .clock import Clock
from .connector import Connector
from .errors import CallError, CallFailed, CallTimeout, NotConnected
from .faults import Faults
from .meter import Reading
from .security.settings import SecuritySettings
from .v2 import ChargingStation
from .vendors.bender import Bender
from .vendors.evc5 import Evc5
from .vendors.generic import Generic
from .vendors.goe import GoE
from .vendors.secure import Secure

__all__ = [
    "Bender",
    "CallError",
    "CallFailed",
    "CallTimeout",
    "Car",
    "ChargePoint",
    "ChargingStation",
    "Clock",
    "Connector",
    "Evc5",
    "Faults",
    "Generic",
    "GoE",
    "NotConnected",
    "Reading",
    "Secure",
    "SecuritySettings",
]
