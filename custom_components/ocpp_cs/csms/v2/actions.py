"""The actions of OCPP 2 that a user can call."""

from collections.abc import Mapping

from .charging.actions import CHARGING_ACTIONS
from .commands import Handler, V2Commands
from .device_model.handlers import VARIABLE_ACTIONS

__all__ = ["ACTIONS", "V2Commands"]

ACTIONS: Mapping[str, str | Handler] = {
    **CHARGING_ACTIONS,
    **VARIABLE_ACTIONS,
    "change_availability": lambda commands, fields: commands.change_availability(
        **fields
    ),
    "clear_cache": "ClearCache",
    "remote_start_transaction": lambda commands, fields: commands.start_transaction(
        **fields
    ),
    "remote_stop_transaction": lambda commands, fields: commands.stop_transaction(
        **fields
    ),
    "reset": lambda commands, fields: commands.reset(**fields),
    "trigger_message": lambda commands, fields: commands.trigger_message(**fields),
    "unlock_connector": lambda commands, fields: commands.unlock_connector(**fields),
}
"""Action -> the message to send, or the handler that sends it."""
