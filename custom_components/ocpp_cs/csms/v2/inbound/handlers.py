"""The handlers of the calls of a charging station, by action."""

from collections.abc import Mapping

from ...dispatch import MessageHandler
from ...session import Session
from ..connection import Awaited
from ..notices.batteries import Batteries
from ..notices.grid import Grid
from ..notices.payments import Payments
from ..streams.inbound import EventStreams
from ..targets.priority import NOTIFY_PRIORITY, PriorityNotices
from .boot import Boot
from .cards import Cards
from .certificates import CertificateRequests
from .events import Events
from .metering import Metering
from .reports import ReportPieces
from .security_events import SecurityEvents
from .smart_charging import SmartCharging
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
    certificates, upkeep = CertificateRequests(session), Upkeep(session, awaited)
    charging = SmartCharging(session, awaited)
    events = Events(session, status)
    # A station of 2.0.1 has none of those of 2.1.
    later = (
        _of_2_1(session, awaited, events, certificates, charging)
        if NOTIFY_PRIORITY in session.schemas.actions
        else {}
    )
    return later | {
        "Authorize": cards.authorize,
        "BootNotification": boot.boot_notification,
        "ClearedChargingLimit": charging.cleared_charging_limit,
        "DataTransfer": upkeep.data_transfer,
        "FirmwareStatusNotification": upkeep.firmware_status,
        "Get15118EVCertificate": certificates.get_15118_ev_certificate,
        "GetCertificateStatus": certificates.get_certificate_status,
        "Heartbeat": boot.heartbeat,
        "LogStatusNotification": upkeep.log_status,
        "MeterValues": Metering(session).meter_values,
        "NotifyChargingLimit": charging.notify_charging_limit,
        "NotifyCustomerInformation": upkeep.customer_information,
        "NotifyDisplayMessages": upkeep.display_messages,
        "NotifyEVChargingNeeds": charging.notify_ev_charging_needs,
        "NotifyEVChargingSchedule": charging.notify_ev_charging_schedule,
        "NotifyEvent": events.notify_event,
        "NotifyMonitoringReport": upkeep.monitoring_report,
        "NotifyReport": ReportPieces(session, awaited).notify_report,
        "PublishFirmwareStatusNotification": upkeep.publish_firmware_status,
        "ReportChargingProfiles": charging.report_charging_profiles,
        "ReservationStatusUpdate": upkeep.reservation_update,
        "SecurityEventNotification": SecurityEvents(session).security_event,
        "SignCertificate": certificates.sign_certificate,
        "StatusNotification": status.status_notification,
        "TransactionEvent": Transactions(session).transaction_event,
    }


def _of_2_1(
    session: Session,
    awaited: Awaited,
    events: Events,
    certificates: CertificateRequests,
    charging: SmartCharging,
) -> dict[str, MessageHandler]:
    """Return the handlers of what only 2.1 has."""
    streams, grid = EventStreams(session, events), Grid(session, awaited)
    payments = Payments(session)
    return {
        NOTIFY_PRIORITY: PriorityNotices(session).notify_priority_charging,
        "BatterySwap": Batteries(session).swap,
        "ClosePeriodicEventStream": streams.close,
        "GetCertificateChainStatus": certificates.get_certificate_chain_status,
        "NotifyDERAlarm": grid.alarm,
        "NotifyDERStartStop": grid.start_stop,
        "NotifyPeriodicEventStream": streams.notify,
        "NotifySettlement": payments.settlement,
        "OpenPeriodicEventStream": streams.open,
        "PullDynamicScheduleUpdate": charging.pull_dynamic_schedule_update,
        "ReportDERControl": grid.report,
        "VatNumberValidation": payments.vat_number,
    }
