"""The handlers of the calls of a charging station, by action."""

from collections.abc import Mapping

from ...dispatch import MessageHandler
from ...session import Session
from ..connection import Awaited
from .boot import Boot
from .cards import Cards
from .metering import Metering
from .others import Others
from .reports import ReportPieces
from .status import Status
from .transactions import Transactions
from .upkeep import Upkeep


def handlers_of(session: Session, awaited: Awaited) -> Mapping[str, MessageHandler]:
    """Return the handlers of a connection.

    Args:
        session: The session of the station that calls.
        awaited: What the commands of that connection wait for.
    """
    boot, status, cards = Boot(session), Status(session), Cards(session)
    others, upkeep = Others(session), Upkeep(session, awaited)
    return {
        "Authorize": cards.authorize,
        "BootNotification": boot.boot_notification,
        "ClearedChargingLimit": others.answered,
        "DataTransfer": upkeep.data_transfer,
        "FirmwareStatusNotification": upkeep.firmware_status,
        "Heartbeat": boot.heartbeat,
        "LogStatusNotification": upkeep.log_status,
        "MeterValues": Metering(session).meter_values,
        "NotifyChargingLimit": others.answered,
        "NotifyCustomerInformation": upkeep.customer_information,
        "NotifyDisplayMessages": upkeep.display_messages,
        "NotifyEvent": status.notify_event,
        "NotifyMonitoringReport": upkeep.monitoring_report,
        "NotifyReport": ReportPieces(session, awaited).notify_report,
        "PublishFirmwareStatusNotification": upkeep.publish_firmware_status,
        "ReportChargingProfiles": others.answered,
        "ReservationStatusUpdate": upkeep.reservation_update,
        "SecurityEventNotification": others.answered,
        "StatusNotification": status.status_notification,
        "TransactionEvent": Transactions(session).transaction_event,
    }
