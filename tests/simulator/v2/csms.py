"""A CSMS of a few lines, that compares each frame with the schemas of 2.0.1."""

from functools import cache
import json
from pathlib import Path
import ssl
from typing import Any, override

import jsonschema
import ocpp

from simulator import Car
from simulator.v2 import ChargingStation
from tests.simulator.central import NOW, Central, Payload

SCHEMAS = Path(ocpp.__file__).parent

FAST: dict[str, Any] = {
    "time_factor": 200.0,
    "noise": 0.0,
    "backoff": (0.1, 0.5),
    "seed": 1,
}


@cache
def schema(version: str, name: str) -> Any:
    """Return the validator of a message."""
    folder = SCHEMAS / f"v{version.replace('.', '')}" / "schemas"
    text = (folder / f"{name}.json").read_text(encoding="utf-8-sig")
    return jsonschema.Draft6Validator(json.loads(text))


class Csms(Central):
    """Answers by rule; `wrong` is what was no valid frame of 2.0.1."""

    subprotocol = "ocpp2.0.1"

    def __init__(
        self, tls: ssl.SSLContext | None = None, *, version: str = "2.0.1"
    ) -> None:
        self.version, self.subprotocol = version, f"ocpp{version}"
        super().__init__(tls)
        self.wrong: list[str] = []
        accepted = {"idTokenInfo": {"status": "Accepted"}}
        self.rules |= {
            "Authorize": accepted,
            "BootNotification": {
                "currentTime": NOW,
                "interval": 300,
                "status": "Accepted",
            },
            "DataTransfer": {"status": "Accepted"},
            "NotifyEVChargingNeeds": {"status": "Accepted"},
            "SignCertificate": {"status": "Accepted"},
            "TransactionEvent": lambda payload: (
                accepted if "idToken" in payload else {}
            ),
        }

    @override
    async def call(
        self, action: str, payload: Payload, message_id: Any = None
    ) -> list[Any]:
        answer = await super().call(action, payload, message_id)
        if answer[0] == 3:
            self._validate(f"{action}Response", answer[2])
        return answer

    @override
    async def _answer(
        self, socket: Any, message_id: str, action: str, payload: Payload
    ) -> None:
        self._validate(f"{action}Request", payload)
        await super()._answer(socket, message_id, action, payload)

    def _validate(self, name: str, payload: Payload) -> None:
        self.wrong.extend(
            f"{name}: {error.message} in {payload}"
            for error in schema(self.version, name).iter_errors(payload)
        )

    def events(self, kind: str | None = None) -> list[Payload]:
        """Return the TransactionEvents so far, or those of a kind."""
        events = self.of("TransactionEvent")
        return [one for one in events if kind in (None, one["eventType"])]

    def triggers(self) -> list[str]:
        """Return the reasons of all TransactionEvents so far."""
        return [one["triggerReason"] for one in self.events()]


def make(csms: Csms, **options: Any) -> ChargingStation:
    """Return a station that is to connect."""
    return ChargingStation(csms.url, "CS 1/ü", **(FAST | options))


async def charging(station: ChargingStation, number: int = 1) -> None:
    """Plug in, hold a card to it, and wait until it charges."""
    await station.plug(number, Car(soc=40))
    assert await station.present_card("CARD", number) == "Accepted"
    await station.wait_for(lambda: station.connector(number).status == "Charging")
    await station.wait_idle()


def default_profile(limit: float, evse: int = 1, **more: Any) -> Payload:
    """Return a SetChargingProfile with a TxDefaultProfile."""
    return {
        "evseId": evse,
        "chargingProfile": {
            "id": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": [
                {
                    "id": 1,
                    "startSchedule": "2026-01-01T00:00:00Z",
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
                }
            ],
        }
        | more,
    }
