"""A version of OCPP that does not exist, as small as one can be.

It drives the core by nothing but what a version may use, and shares no word with OCPP
1.6: what a later version needs is to be read from here. Its charge points number their
own transactions, tell of them in one message, send some things without an answer
(SEND), and spell the error codes as OCPP 2.0.1 does.
"""

from collections.abc import Callable
from typing import Any, Final, override

import orjson

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.commands import Answer, Commands
from custom_components.ocpp_cs.csms.dispatch import Dispatcher
from custom_components.ocpp_cs.csms.model.errors import (
    CallError,
    InvalidAnswerError,
    RefusedError,
    Violation,
)
from custom_components.ocpp_cs.csms.model.model import (
    ChargePointError,
    ConnectorStatus,
    Identity,
)
from custom_components.ocpp_cs.csms.model.sample import MeterValue, Sample
from custom_components.ocpp_cs.csms.model.tags import Tag
from custom_components.ocpp_cs.csms.model.timestamps import parse_time
from custom_components.ocpp_cs.csms.schema.coerce import salvage
from custom_components.ocpp_cs.csms.schema.schemas import Schemas
from custom_components.ocpp_cs.csms.schema.wording import Wording
from custom_components.ocpp_cs.csms.session import PENDING_INTERVAL, Session, Version
from custom_components.ocpp_cs.csms.transaction_reports import Start, Stop
from custom_components.ocpp_cs.csms.wire.frames import (
    CALL,
    CALLERROR,
    CALLRESULT,
    CALLRESULTERROR,
    SEND,
    Dialect,
)
from custom_components.ocpp_cs.csms.wire.rpc import Connection

type Json = dict[str, Any]

SUBPROTOCOL: Final = "fake9"

DIALECT: Final = Dialect(
    violations={
        Violation.NOT_IMPLEMENTED: "NotImplemented",
        Violation.NOT_SUPPORTED: "NotSupported",
        Violation.INTERNAL_ERROR: "InternalError",
        Violation.PROTOCOL_ERROR: "ProtocolError",
        Violation.SECURITY_ERROR: "SecurityError",
        Violation.RPC_FRAMEWORK: "RpcFrameworkError",
        Violation.MESSAGE_TYPE: "MessageTypeNotSupported",
        Violation.FORMAT: "FormatViolation",
        Violation.PROPERTY_CONSTRAINT: "PropertyConstraintViolation",
        Violation.OCCURRENCE_CONSTRAINT: "OccurrenceConstraintViolation",
        Violation.TYPE_CONSTRAINT: "TypeConstraintViolation",
        Violation.GENERIC_ERROR: "GenericError",
    },
    message_types=frozenset({CALL, CALLRESULT, CALLERROR, CALLRESULTERROR, SEND}),
)

_TEXT: Json = {"type": "string", "maxLength": 20}
_TIME: Json = {"type": "string", "format": "date-time"}
_EVSE: Json = {"type": "integer", "minimum": 0}


def _schema(required: str = "", **properties: Json) -> bytes:
    """Return a closed object in JSON Schema."""
    return orjson.dumps(
        {
            "type": "object",
            "properties": properties,
            "required": required.split(),
            "additionalProperties": False,
        }
    )


_STATES: Final = {
    "Free": ConnectorStatus.AVAILABLE,
    "Taken": ConnectorStatus.PREPARING,
    "Flowing": ConnectorStatus.CHARGING,
}
_READING: Json = {
    "type": "object",
    "properties": {
        "at": _TIME,
        "wh": {"type": "number", "minimum": 0.0},
        "watts": {"type": "number"},
        "extra": {"comment": "anything"},
    },
    "required": ["at"],
    "additionalProperties": False,
}


def schemas() -> Schemas:
    """Return the schemas of all messages."""
    return Schemas(
        {
            "Hello": _schema("maker kind", maker=_TEXT, kind=_TEXT, number=_TEXT),
            "State": _schema(
                "evse state",
                evse=_EVSE,
                state={"type": "string", "enum": [*_STATES]},
            ),
            "Readings": _schema(
                "evse readings",
                evse=_EVSE,
                readings={"type": "array", "items": _READING, "maxItems": 4},
            ),
            "Event": _schema(
                "kind id evse at",
                kind={"type": "string", "enum": ["Begun", "Goes", "Done"]},
                id=_TEXT,
                evse=_EVSE,
                at=_TIME,
                card=_TEXT,
                why=_TEXT,
                reading=_READING,
            ),
            "Card": _schema("card", card=_TEXT),
            "Open": _schema("evse", evse=_EVSE),
            "Tell": _schema("what", what=_TEXT, evse=_EVSE),
        },
        {
            "Open": _schema(
                "result", result={"type": "string", "enum": ["Done", "IsStuck"]}
            ),
            "Tell": _schema("result", result=_TEXT),
        },
        wording=Wording(aliases={"State.state": {"vacant": "Free"}}),
    )


class FakeInbound:
    """Takes what a charge point says."""

    def __init__(self, session: Session) -> None:
        """Speak for a session."""
        self._session = session
        self._charge_point = session.charge_point
        self.handlers: dict[str, Callable[[Json], Any]] = {
            "Hello": self._hello,
            "State": self._state,
            "Readings": self._readings,
            "Event": self._event,
            "Card": self._card,
        }

    def _hello(self, payload: Json) -> Json:
        number = payload.get("number")
        interval = self._session.booted(
            Identity(vendor=payload["maker"], model=payload["kind"], serial=number),
            number,
        )
        return {
            "welcome": interval is not None,
            "every": PENDING_INTERVAL if interval is None else interval,
        }

    def _state(self, payload: Json) -> Json:
        if (
            connector := self._charge_point.connector_told(payload["evse"])
        ) is not None:
            connector.update_status(
                _STATES[payload["state"]], ChargePointError.NO_ERROR, timestamp=None
            )
        return {}

    def _readings(self, payload: Json) -> Json:
        self._measure(payload["evse"], payload["readings"])
        return {}

    def _measure(
        self, evse: int, readings: list[Json], transaction_id: str | None = None
    ) -> None:
        if (connector := self._charge_point.connector_told(evse)) is not None:
            connector.update_meter(
                [_meter_value(one) for one in readings], transaction_id=transaction_id
            )

    async def _event(self, payload: Json) -> Json:
        reading = payload.get("reading")
        transactions = self._session.transactions
        time, card = parse_time(payload["at"]), payload.get("card")
        wh = None if reading is None else reading.get("wh")
        authorization = None
        match payload["kind"]:
            case "Begun":
                _, authorization = await transactions.started(
                    Start(
                        connector_id=payload["evse"],
                        id_tag=card or "",
                        time=time,
                        meter_wh=wh,
                        transaction_id=payload["id"],
                    )
                )
            case "Goes":
                if reading is not None:
                    self._measure(payload["evse"], [reading], payload["id"])
            case "Done":
                authorization = await transactions.stopped(
                    Stop(
                        transaction_id=payload["id"],
                        connector_id=payload["evse"],
                        time=time,
                        meter_wh=wh,
                        reason=payload.get("why", "local").lower(),
                        id_tag=card,
                    )
                )
        return {} if authorization is None else {"card": authorization.status.value}

    def _card(self, payload: Json) -> Json:
        return {"card": self._session.card_read(Tag(payload["card"])).status.value}


def _meter_value(reading: Json) -> MeterValue:
    """Return a reading as the meter takes it."""
    samples = [
        Sample(reading[name], measurand, unit=unit)
        for name, measurand, unit in (
            ("wh", "Energy.Active.Import.Register", "Wh"),
            ("watts", "Power.Active.Import", "W"),
        )
        if name in reading
    ]
    return MeterValue(parse_time(reading["at"]), samples)


class FakeCommands(Commands):
    """What a charge point can be told: two things."""

    def __init__(
        self, charge_point: ChargePoint, connection: Connection, known: Schemas
    ) -> None:
        """Command `charge_point` through `connection`."""
        self._charge_point = charge_point
        self._connection = connection
        self._schemas = known

    async def _send(self, action: str, **payload: Any) -> Json:
        request, response = (
            self._schemas.request(action),
            self._schemas.response(action),
        )
        assert request is not None and request.valid(payload)
        assert response is not None
        answer = await self._connection.call(action, payload)
        if response.valid(answer):
            return dict(answer)
        try:
            return salvage(
                action,
                "response",
                answer,
                self._charge_point.deviations,
                self._schemas,
            )
        except CallError as err:
            raise InvalidAnswerError(action, err.description) from err

    @override
    async def unlock_connector(self, *, connector_id: int) -> Answer:
        answer = await self._send("Open", evse=connector_id)
        if answer["result"] != "Done":
            raise RefusedError("Open", "is_stuck")
        return {"status": "unlocked"}

    @override
    async def trigger_message(
        self, *, requested_message: str, connector_id: int | None = None
    ) -> Answer:
        place = {} if connector_id is None else {"evse": connector_id}
        return await self._send("Tell", what=requested_message, **place)


def _dispatcher(session: Session) -> Dispatcher:
    return Dispatcher(
        session, FakeInbound(session).handlers, boot="Hello", status="State"
    )


async def _set_up(
    charge_point: ChargePoint, commands: FakeCommands, *, booted: bool
) -> None:
    charge_point.connector(1)
    charge_point.set_ready()
    if not booted:
        await commands.trigger_message(requested_message="state", connector_id=1)


def _wanted(charge_point: ChargePoint) -> object:
    return charge_point.settings.sample_interval


def fake_version() -> Version[FakeCommands]:
    """Return the version."""
    return Version(
        subprotocol=SUBPROTOCOL,
        dialect=DIALECT,
        schemas=schemas(),
        inbound=_dispatcher,
        commands=FakeCommands,
        wanted=_wanted,
        set_up=_set_up,
        ids_tell=True,
    )
