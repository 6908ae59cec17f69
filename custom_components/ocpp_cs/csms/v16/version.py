"""OCPP 1.6 for the registry of versions."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

from ..charge_point import ChargePoint
from ..dispatch import Dispatcher
from ..model.errors import CallError, Violation
from ..schema.schemas import Schemas, read_schemas
from ..session import Session, Version
from ..wire.frames import Dialect
from ..wire.rpc import Connection
from .actions import ACTIONS
from .aliases import ERROR_CODES, WORDING
from .commands import V16Commands
from .configuration_keys import PASSWORDS
from .inbound import Inbound
from .setup import Setup
from .upstream.speech import V16Speech

DIALECT = Dialect(violations=ERROR_CODES, mask=PASSWORDS)


_ONLY_IN_2: Final = frozenset(
    {
        "BatterySwap",
        "ClearedChargingLimit",
        "ClosePeriodicEventStream",
        "Get15118EVCertificate",
        "GetCertificateChainStatus",
        "GetCertificateStatus",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyDisplayMessages",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyPeriodicEventStream",
        "NotifyPriorityCharging",
        "NotifyReport",
        "NotifySettlement",
        "NotifyWebPaymentStarted",
        "OpenPeriodicEventStream",
        "PublishFirmwareStatusNotification",
        "PullDynamicScheduleUpdate",
        "ReportChargingProfiles",
        "ReportDERControl",
        "ReservationStatusUpdate",
        "TransactionEvent",
        "VatNumberValidation",
    }
)
"""The calls of charge points in OCPP 2.0.1 or 2.1 that 1.6 does not have."""

_FIELDS: Final = {
    "Authorize": ("idToken", "idTag"),
    "BootNotification": ("chargingStation", "chargePointVendor"),
    "MeterValues": ("evseId", "connectorId"),
    "StatusNotification": ("connectorStatus", "status"),
}
"""Action -> the field that is required in OCPP 2, and the one required in 1.6."""


def is_of_ocpp_2(action: str, payload: dict[str, Any]) -> bool:
    """Return whether a call is possible in OCPP 2 only."""
    if action in _ONLY_IN_2:
        return True
    of_2, of_1_6 = _FIELDS.get(action, ("", ""))
    return of_2 in payload and of_1_6 not in payload


def _dispatcher(session: Session) -> Dispatcher:
    """Return the dispatcher of the calls of a connection."""

    def screen(action: str, payload: dict[str, Any]) -> None:
        if is_of_ocpp_2(action, payload):
            session.speaks_other_version("ocpp2.0.1", action)
            raise CallError(
                Violation.FORMAT
                if action in session.schemas.actions
                else Violation.NOT_IMPLEMENTED,
                "This is a message of OCPP 2, and OCPP 1.6 was agreed on",
            )

    inbound = Inbound(session)
    return Dispatcher(
        session,
        inbound.handlers,
        boot="BootNotification",
        status="StatusNotification",
        screen=screen,
        trim=inbound.trim,
    )


@cache
def load_schemas() -> Schemas:
    """Read the schemas of OCPP 1.6 and its security extension, once.

    Blocking. It does not import `ocpp.v16`, which takes a tenth of a second.
    """
    return read_schemas(files("ocpp") / "v16" / "schemas", request="", wording=WORDING)


def _commands(
    charge_point: ChargePoint, connection: Connection, schemas: Schemas
) -> V16Commands:
    """Return the commands of a connection."""
    return V16Commands(charge_point, connection, schemas, ACTIONS)


def load_version() -> Version[V16Commands]:
    """Return the version OCPP 1.6. Blocking, as it reads the schemas."""
    return Version(
        subprotocol="ocpp1.6",
        dialect=DIALECT,
        schemas=load_schemas(),
        inbound=_dispatcher,
        commands=_commands,
        wanted=Setup.wanted,
        set_up=Setup.run_for,
        speech=V16Speech,
    )
