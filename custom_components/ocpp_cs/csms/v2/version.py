"""OCPP 2.0.1 and 2.1 for the registry of versions."""

from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from ..charge_point import ChargePoint
from ..dispatch import Dispatcher
from ..model.errors import CallError, Violation
from ..schema.schemas import Schemas, read_schemas
from ..session import Session, Version
from ..wire.frames import CALL, CALLERROR, CALLRESULT, CALLRESULTERROR, SEND, Dialect
from ..wire.rpc import Connection
from .actions import ACTIONS, ACTIONS_OF_2_1
from .commands import V2Commands
from .connection import Awaited
from .inbound.handlers import handlers_of
from .security.secrets import MASK
from .setup import Setup
from .upstream.speech import V2Speech
from .wording import ERROR_CODES, WORDING

V2_0_1: Final = "2.0.1"
V2_1: Final = "2.1"

DIALECTS: Final = {
    V2_0_1: Dialect(violations=ERROR_CODES, mask=MASK),
    V2_1: Dialect(
        violations=ERROR_CODES,
        mask=MASK,
        message_types=frozenset({CALL, CALLRESULT, CALLERROR, CALLRESULTERROR, SEND}),
    ),
}
"""Number of the version -> its OCPP-J."""
_FOLDERS: Final = {V2_0_1: "v201", V2_1: "v21"}
_ALL_ACTIONS: Final = {**ACTIONS, **ACTIONS_OF_2_1}


_ONLY_IN_1_6: Final = frozenset(
    {
        "DiagnosticsStatusNotification",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StopTransaction",
    }
)
"""The calls of charge points in OCPP 1.6 that 2.0.1 and 2.1 do not have."""

_FIELDS: Final = {
    "Authorize": ("idToken", "idTag"),
    "BootNotification": ("chargingStation", "chargePointVendor"),
    "MeterValues": ("evseId", "connectorId"),
    "StatusNotification": ("connectorStatus", "status"),
}
"""Action -> the field that is required in OCPP 2, and the one required in 1.6."""


def is_of_ocpp_1_6(action: str, payload: dict[str, Any]) -> bool:
    """Return whether a call is possible in OCPP 1.6 only."""
    if action in _ONLY_IN_1_6:
        return True
    of_2, of_1_6 = _FIELDS.get(action, ("", ""))
    return of_1_6 in payload and of_2 not in payload


def _dispatcher(session: Session) -> Dispatcher:
    """Return the dispatcher of the calls of a connection."""
    awaited = session.charge_point.part(Awaited)

    def asked(action: str, payload: dict[str, Any]) -> bool:
        # B01.FR.10: what was asked for is answered before the station is accepted.
        return action == "NotifyReport" or action in awaited.triggered

    def screen(action: str, payload: dict[str, Any]) -> None:
        if is_of_ocpp_1_6(action, payload):
            session.speaks_other_version("ocpp1.6", action)
            raise CallError(
                Violation.FORMAT
                if action in session.schemas.actions
                else Violation.NOT_IMPLEMENTED,
                "This is a message of OCPP 1.6, and OCPP 2 was agreed on",
            )

    return Dispatcher(
        session,
        handlers_of(session, awaited),
        boot="BootNotification",
        status="StatusNotification",
        asked=asked,
        screen=screen,
    )


@cache
def load_schemas(number: str = V2_0_1) -> Schemas:
    """Read the schemas of a version, once. Blocking.

    It does not import `ocpp.v201` or `ocpp.v21`, which takes a tenth of a second.
    """
    return read_schemas(
        files("ocpp") / _FOLDERS[number] / "schemas", request="Request", wording=WORDING
    )


def _commands(
    number: str, charge_point: ChargePoint, connection: Connection, schemas: Schemas
) -> V2Commands:
    """Return the commands of a connection."""
    has_all = number == V2_1
    return V2Commands(
        charge_point,
        connection,
        schemas,
        _ALL_ACTIONS if has_all else ACTIONS,
        version=number,
        later=frozenset() if has_all else frozenset(ACTIONS_OF_2_1),
    )


def load_version(number: str = V2_0_1) -> Version[V2Commands]:
    """Return a version of OCPP 2. Blocking, as it reads the schemas.

    Args:
        number: `2.0.1` or `2.1`.
    """
    return Version(
        subprotocol=f"ocpp{number}",
        dialect=DIALECTS[number],
        schemas=load_schemas(number),
        inbound=_dispatcher,
        commands=partial(_commands, number),
        wanted=Setup.wanted,
        set_up=Setup.run_for,
        ids_tell=True,
        compresses=True,
        speech=V2Speech,
    )
