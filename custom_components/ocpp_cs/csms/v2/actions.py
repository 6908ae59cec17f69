"""The actions of OCPP 2 that a user can call.

Those that OCPP 1.6 has, too, have its names and fields.
"""

from collections.abc import Mapping

from .charging.actions import CHARGING_ACTIONS, update_dynamic_schedule
from .commands import Handler
from .device_model.handlers import VARIABLE_ACTIONS
from .requests import (
    batteries,
    cards,
    certificates,
    customers,
    displays,
    files,
    grid,
    monitoring,
    stations,
    streams,
    tariffs,
)
from .security.network_profiles import set_network_profile
from .transaction_status import get_transaction_status

ACTIONS: Mapping[str, str | Handler] = {
    **CHARGING_ACTIONS,
    **VARIABLE_ACTIONS,
    "cancel_reservation": cards.cancel_reservation,
    "certificate_signed": certificates.certificate_signed,
    "change_availability": stations.change_availability,
    "clear_cache": "ClearCache",
    "clear_display_message": "ClearDisplayMessage",
    "clear_variable_monitoring": monitoring.clear_variable_monitoring,
    "cost_updated": "CostUpdated",
    "customer_information": customers.customer_information,
    "data_transfer": stations.data_transfer,
    "delete_certificate": certificates.delete_certificate,
    "extended_trigger_message": stations.trigger_message,
    "get_diagnostics": files.get_diagnostics,
    "get_display_messages": displays.get_display_messages,
    "get_installed_certificate_ids": certificates.get_installed_certificate_ids,
    "get_local_list_version": lambda commands, _: commands.get_local_list_version(),
    "get_log": files.get_log,
    "get_monitoring_report": monitoring.get_monitoring_report,
    "get_transaction_status": get_transaction_status,
    "install_certificate": certificates.install_certificate,
    "publish_firmware": files.publish_firmware,
    "remote_start_transaction": stations.start_transaction,
    "remote_stop_transaction": lambda commands, fields: commands.stop_transaction(
        **fields
    ),
    "reserve_now": cards.reserve_now,
    "reset": stations.reset,
    "send_local_list": cards.send_local_list,
    "set_display_message": displays.set_display_message,
    "set_monitoring_base": monitoring.set_monitoring_base,
    "set_monitoring_level": "SetMonitoringLevel",
    "set_network_profile": lambda commands, fields: set_network_profile(
        commands.caller, fields
    ),
    "set_variable_monitoring": monitoring.set_variable_monitoring,
    "signed_update_firmware": files.signed_update_firmware,
    "trigger_message": stations.trigger_message,
    "unlock_connector": stations.unlock_connector,
    "unpublish_firmware": "UnpublishFirmware",
    "update_firmware": files.update_firmware,
}
"""Action -> the message to send, or the handler that sends it."""

ACTIONS_OF_2_1: Mapping[str, str | Handler] = {
    "adjust_periodic_event_stream": streams.adjust_periodic_event_stream,
    "afrr_signal": grid.afrr_signal,
    "change_transaction_tariff": "ChangeTransactionTariff",
    "clear_der_control": grid.clear_der_control,
    "clear_tariffs": tariffs.clear_tariffs,
    "get_der_control": grid.get_der_control,
    "get_periodic_event_stream": streams.get_periodic_event_stream,
    "get_tariffs": tariffs.get_tariffs,
    "notify_allowed_energy_transfer": stations.allowed_energy_transfer,
    "notify_web_payment_started": tariffs.web_payment_started,
    "request_battery_swap": batteries.request_battery_swap,
    "set_default_tariff": tariffs.set_default_tariff,
    "set_der_control": grid.set_der_control,
    "update_dynamic_schedule": update_dynamic_schedule,
    "use_priority_charging": "UsePriorityCharging",
}
"""Those that only OCPP 2.1 has."""
