"""A charge point that does nothing by itself: a raw socket, and a record of it.

It sends the frames that a test gives it, answers what the central system asks with the
answers that the test prepared, and checks every frame against the specification.
"""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
import itertools
import json
import ssl
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .schemas import OCPP_16

type Json = dict[str, Any]
type Frame = list[Any]

CALL, CALLRESULT, CALLERROR = 2, 3, 4

OCPP16 = ("ocpp1.6",)

VALUES = (
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,"
    "Current.Offered,SoC"
)

CONFIGURATION = {
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizationCacheEnabled": "true",
    "AuthorizeRemoteTxRequests": "true",
    "ChargeProfileMaxStackLevel": "9",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "30",
    "ConnectorPhaseRotation": "0.RST,1.RST",
    "GetConfigurationMaxKeys": "50",
    "HeartbeatInterval": "60",
    "LocalAuthListEnabled": "true",
    "LocalAuthListMaxLength": "100",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "true",
    "MaxChargingProfilesInstalled": "9",
    "MeterValueSampleInterval": "10",
    "MeterValuesAlignedData": "Energy.Active.Import.Register",
    "MeterValuesSampledData": VALUES,
    "NumberOfConnectors": "1",
    "ResetRetries": "1",
    "SendLocalListMaxLength": "20",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "SupportedFeatureProfiles": (
        "Core,FirmwareManagement,LocalAuthListManagement,Reservation,"
        "SmartCharging,RemoteTrigger"
    ),
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "20",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "30",
}
"""Set as the central system wants it, so that a boot changes nothing."""

READONLY = frozenset(
    {
        "ChargeProfileMaxStackLevel",
        "ChargingScheduleAllowedChargingRateUnit",
        "ChargingScheduleMaxPeriods",
        "GetConfigurationMaxKeys",
        "LocalAuthListMaxLength",
        "MaxChargingProfilesInstalled",
        "NumberOfConnectors",
        "SendLocalListMaxLength",
        "SupportedFeatureProfiles",
    }
)


def at(**ago: float) -> str:
    """Return the time that long ago, in whole seconds, as OCPP writes it."""
    time = datetime.now(UTC) - timedelta(**ago)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class ChargePoint:
    """The charge point's end of the line."""

    schemas = OCPP_16
    offered = OCPP16
    """The subprotocols that it offers."""

    def __init__(
        self, url: str, charge_point_id: str = "CP1", *, connectors: int = 1
    ) -> None:
        """Belong at `url`, which the id is appended to; `connect` goes there."""
        self.id = charge_point_id
        self.connectors = range(1, connectors + 1)
        self.configuration = CONFIGURATION | {"NumberOfConnectors": str(connectors)}
        self.frames: list[tuple[str, Frame]] = []
        """All frames in their order: "in" to the charge point, or "out" of it."""
        self.answers: dict[str, Any] = {}
        """Action of the central system -> payload of the answer."""
        self.tls_url: str | None = None
        """Where to connect with TLS; the id is appended."""
        self._url = f"{url}{charge_point_id}"
        self._numbers = itertools.count(1)
        self._open: dict[str, tuple[str, asyncio.Future[Json]]] = {}
        self._came = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._errors: list[Exception] = []
        self.websocket: ClientConnection | None = None

    # The connection.

    async def connect(
        self,
        *,
        subprotocols: tuple[str, ...] | None = None,
        password: str | bytes | None = None,
        user: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> ClientConnection:
        """Connect.

        Args:
            subprotocols: What is offered, if that is not `offered`.
            password: The password, if there is one.
            user: The user name; the id without one.
            tls: The context to connect with to `tls_url`.
        """
        headers = {}
        if password is not None:
            raw = password.encode() if isinstance(password, str) else password
            name = self.id if user is None else user
            token = base64.b64encode(name.encode() + b":" + raw).decode()
            headers["Authorization"] = f"Basic {token}"
        self.websocket = await connect(
            self._url if tls is None else f"{self.tls_url}{self.id}",
            ssl=tls,
            subprotocols=self.offered if subprotocols is None else subprotocols,
            additional_headers=headers,
            ping_interval=None,
            close_timeout=1,
            compression=None,
        )
        self._reader = asyncio.create_task(self._read(self.websocket))
        return self.websocket

    async def disconnect(self) -> None:
        """Close the connection, if there is one."""
        if self.websocket is not None and self._reader is not None:
            await self.websocket.close()
            await self._reader

    async def lose_connection(self) -> None:
        """Be gone without a word."""
        assert self.websocket is not None and self._reader is not None
        self.websocket.transport.abort()
        await self._reader

    async def _read(self, websocket: ClientConnection) -> None:
        try:
            while True:
                frame = json.loads(await websocket.recv(decode=True))
                self.frames.append(("in", frame))
                if frame[0] == CALL:
                    await self._answer(frame)
                else:
                    self._take_answer(frame)
        except ConnectionClosed as err:
            self._give_up(err)
        # Whatever it is: `check` tells, and nobody waits for what will not come.
        except Exception as err:  # noqa: BLE001
            self._errors.append(err)
            self._give_up(err)
            await websocket.close()

    def _give_up(self, err: Exception) -> None:
        for _, future in self._open.values():
            future.set_exception(err)
        self._open.clear()

    # Calls of the charge point.

    async def send(self, frame: Frame) -> None:
        """Send exactly this."""
        assert self.websocket is not None
        self.frames.append(("out", frame))
        await self.websocket.send(json.dumps(frame))

    async def call(self, action: str, **payload: Any) -> Json:
        """Send a CALL; return the payload of its answer, which must be valid."""
        self.schemas.assert_request(action, payload)
        number = f"cp-{next(self._numbers)}"
        future = asyncio.get_running_loop().create_future()
        self._open[number] = (action, future)
        await self.send([CALL, number, action, payload])
        async with asyncio.timeout(60):
            answer: Json = await future
        return answer

    def _take_answer(self, frame: Frame) -> None:
        action, future = self._open.pop(frame[1])
        try:
            assert frame[0] == CALLRESULT and len(frame) == 3, f"{action}: {frame}"
            self.schemas.assert_response(action, frame[2])
        except AssertionError as err:
            future.set_exception(err)
        else:
            future.set_result(frame[2])

    async def boot(self) -> Json:
        """Say what it is."""
        return await self.call(
            "BootNotification",
            chargePointVendor="Acme",
            chargePointModel="One",
            chargePointSerialNumber="SN-0001",
            firmwareVersion="1.0",
        )

    async def status(
        self, status: str, connector: int = 1, error: str = "NoError"
    ) -> None:
        """Tell the status of a connector."""
        answer = await self.call(
            "StatusNotification",
            connectorId=connector,
            status=status,
            errorCode=error,
            timestamp=at(),
        )
        assert answer == {}

    async def statuses(self, status: str = "Available", **others: str) -> None:
        """Tell the status of all connectors and of 0; `c1="Finishing"` for others."""
        for number in (0, *self.connectors):
            await self.status(others.get(f"c{number}", status), number)

    async def authorize(self, id_tag: str) -> str:
        """Ask for a tag; return how it stands with it."""
        answer = await self.call("Authorize", idTag=id_tag)
        status: str = answer["idTagInfo"]["status"]
        return status

    async def start(
        self,
        id_tag: str,
        *,
        connector: int = 1,
        meter: int = 1000,
        timestamp: str | None = None,
        **more: Any,
    ) -> Json:
        """Begin a transaction; return the answer."""
        return await self.call(
            "StartTransaction",
            connectorId=connector,
            idTag=id_tag,
            meterStart=meter,
            timestamp=timestamp or at(),
            **more,
        )

    async def stop(
        self,
        transaction_id: int,
        *,
        meter: int,
        timestamp: str | None = None,
        **more: Any,
    ) -> Json:
        """End a transaction; return the answer."""
        return await self.call(
            "StopTransaction",
            transactionId=transaction_id,
            meterStop=meter,
            timestamp=timestamp or at(),
            **more,
        )

    # Calls of the central system.

    async def _answer(self, frame: Frame) -> None:
        _, number, action, payload = frame
        self.schemas.assert_request(action, payload)
        answer = self.answer_to(action, payload)
        if isinstance(answer, str):
            await self.send([CALLERROR, number, answer, "", {}])
        else:
            self.schemas.assert_response(action, answer)
            await self.send([CALLRESULT, number, answer])
        async with self._came:
            self._came.notify_all()

    def answer_to(self, action: str, payload: Json) -> Json | str:
        """Return the payload of the answer, or the code of an error."""
        answer: Json | None = self.answers.get(action)
        if answer is None and action == "GetConfiguration":
            answer = self._configured(payload.get("key"))
        return "NotImplemented" if answer is None else answer

    def _configured(self, keys: list[str] | None) -> Json:
        known = self.configuration
        return {
            "configurationKey": [
                {"key": key, "readonly": key in READONLY, "value": known[key]}
                for key in keys or known
                if key in known
            ],
            "unknownKey": [key for key in keys or () if key not in known],
        }

    def asked(self, action: str) -> list[Json]:
        """Return what the central system sent of an action, in order."""
        return [
            frame[3]
            for way, frame in self.frames
            if way == "in" and frame[0] == CALL and frame[2] == action
        ]

    async def is_asked(self, action: str, count: int = 1) -> list[Json]:
        """Wait until the central system has sent an action so often."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.asked(action)) >= count)
        return self.asked(action)

    def check(self) -> None:
        """Fail if the line was not used as the specification says (J 4)."""
        if self._errors:
            raise self._errors[0]
        answered: set[str] = set()
        waiting: str | None = None
        ids = [
            frame[1] for way, frame in self.frames if (way, frame[0]) == ("in", CALL)
        ]
        assert len(ids) == len(set(ids)), "a message id came twice"
        assert all(isinstance(one, str) and len(one) <= 36 for one in ids)
        for way, frame in self.frames:
            if frame[0] != CALL:
                if way == "in":
                    assert frame[1] not in answered, f"answered twice: {frame}"
                    answered.add(frame[1])
                elif frame[1] == waiting:
                    waiting = None
            elif way == "in":
                assert waiting is None, f"called before it had an answer: {frame}"
                waiting = frame[1]
