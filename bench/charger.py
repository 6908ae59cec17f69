"""A charger that does nothing but send meter values as fast as they are answered."""

import asyncio
from datetime import UTC, datetime
import ssl
import time
from typing import Any

import orjson

from .wire import WireProtocol

CONFIGURATION = {
    "NumberOfConnectors": "1",
    "MeterValueSampleInterval": "10",
    "WebSocketPingInterval": "30",
    "HeartbeatInterval": "3600",
    "MeterValuesSampledData": (
        "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage"
    ),
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
}
"""What it tells a central system of itself."""
_NAME = "localhost"
"""The name that is asked for and looked for in the certificate, with TLS."""


def id_of(target: str, number: int) -> str:
    """Return the charge point id of one of a target's chargers."""
    return f"BENCH-{target.upper()}-{number:03}"


class Charger:
    """One charger in a session, from its connection to its messages."""

    subprotocol = "ocpp1.6"

    def __init__(
        self,
        host: str,
        port: int,
        charge_point_id: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare; nothing is sent before `connect`, which uses TLS if it is given."""
        self._host, self._port, self.id = host, port, charge_point_id
        self._tls = tls
        self._wire: WireProtocol | None = None
        self._last_id = 0
        self._waiting: asyncio.Future[Any] | None = None
        self._transaction = 0
        self._count = 0
        self._configuration = dict(CONFIGURATION)
        self.calls: list[str] = []
        """The actions that the central system has called since it connected."""

    async def connect(self) -> float:
        """Connect and boot; return the moment of the acceptance (perf_counter)."""
        loop = asyncio.get_running_loop()
        self.calls.clear()
        _, self._wire = await loop.create_connection(
            lambda: WireProtocol(
                f"/{self.id}",
                f"{self._host}:{self._port}",
                self._take,
                self.subprotocol,
            ),
            self._host,
            self._port,
            ssl=self._tls,
            server_hostname=None if self._tls is None else _NAME,
        )
        await self._wire.opened
        answer = await self._call("BootNotification", self._boot())
        if answer["status"] != "Accepted":
            raise RuntimeError(f"{self.id} is not accepted: {answer}")
        return time.perf_counter()

    async def begin(self) -> None:
        """Plug a car in and begin a session."""
        for status in ("Preparing", "Charging"):
            await self._call(
                "StatusNotification",
                {"connectorId": 1, "errorCode": "NoError", "status": status},
            )
        started = await self._call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "bench",
                "meterStart": 0,
                "timestamp": now(),
            },
        )
        self._transaction = started["transactionId"]

    async def send_meter_values(
        self, count: int, interval: float, due: float
    ) -> list[float]:
        """Send `count` messages, each after the answer to the one before.

        Each is sent `interval` seconds after the last, the first when `due` is (as
        perf_counter tells it); an interval of 0 leaves no time between them. Return
        how long each answer took, in seconds.
        """
        times = []
        for _ in range(count):
            if interval and (delay := due - time.perf_counter()) > 0:
                await asyncio.sleep(delay)
            action, payload = self._message()
            begin = time.perf_counter()
            await self._call(action, payload)
            times.append(time.perf_counter() - begin)
            due += interval
        return times

    def abort(self) -> None:
        """Lose the connection."""
        if self._wire is not None:
            self._wire.abort()

    def _boot(self) -> dict[str, Any]:
        return {
            "chargePointVendor": "Bench",
            "chargePointModel": "Load",
            "chargePointSerialNumber": self.id,
            "firmwareVersion": "1.0",
        }

    def _message(self) -> tuple[str, dict[str, Any]]:
        """Return the message that is sent again and again: action and payload."""
        return "MeterValues", {
            "connectorId": 1,
            "transactionId": self._transaction,
            "meterValue": [
                {
                    "timestamp": now(),
                    "sampledValue": [_sample(*one) for one in self._values()],
                }
            ],
        }

    def _values(self) -> list[tuple[str, str, float, str | None]]:
        """Return eight values of a three-phase charger, all different from the last.

        Each is a measurand, its unit, the value, and its phase.
        """
        self._count += 1
        n = self._count
        current = 10 + n % 7 / 2
        voltage = 226 + n % 9
        return [
            ("Energy.Active.Import.Register", "Wh", 10 * n, None),
            ("Power.Active.Import", "W", 7000 + 100 * (n % 11), None),
            *(
                ("Current.Import", "A", current + phase / 10, f"L{phase}")
                for phase in (1, 2, 3)
            ),
            *(
                ("Voltage", "V", voltage + phase / 10, f"L{phase}")
                for phase in (1, 2, 3)
            ),
        ]

    async def _call(self, action: str, payload: dict[str, Any]) -> Any:
        assert self._wire is not None
        self._last_id += 1
        self._waiting = asyncio.get_running_loop().create_future()
        self._wire.send(orjson.dumps([2, str(self._last_id), action, payload]))
        return await self._waiting

    def _take(self, text: bytes) -> None:
        message = orjson.loads(text)
        if message[0] == 2:
            self.calls.append(message[2])
            answer = self._answer(message[2], message[3])
            assert self._wire is not None
            self._wire.send(orjson.dumps([3, message[1], answer]))
        elif self._waiting is not None and not self._waiting.done():
            if message[0] == 3:
                self._waiting.set_result(message[2])
            else:
                self._waiting.set_exception(RuntimeError(f"{self.id}: {message}"))

    def _answer(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        known = self._configuration
        if action == "GetConfiguration":
            asked = payload.get("key") or list(known)
            return {
                "configurationKey": [
                    {"key": key, "readonly": False, "value": known[key]}
                    for key in asked
                    if key in known
                ],
                "unknownKey": [key for key in asked if key not in known],
            }
        if action == "ChangeConfiguration":
            known[payload["key"]] = payload["value"]
        return {"status": "Accepted"}


def _sample(
    measurand: str, unit: str, value: float, phase: str | None = None
) -> dict[str, str]:
    sample = {
        "value": f"{value:.1f}",
        "context": "Sample.Periodic",
        "format": "Raw",
        "measurand": measurand,
        "location": "Outlet",
        "unit": unit,
    }
    return sample | {"phase": phase} if phase else sample


def now() -> str:
    """Return the time as chargers write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
