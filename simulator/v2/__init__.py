"""A charging station that speaks OCPP 2.0.1."""

from .device_model import DeviceModel, Variable
from .evse import Evse
from .station import ChargingStation, StationOptions
from .tokens import Token

__all__ = [
    "ChargingStation",
    "DeviceModel",
    "Evse",
    "StationOptions",
    "Token",
    "Variable",
]
