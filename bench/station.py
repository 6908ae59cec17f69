"""A station of OCPP 2.0.1 that sends the same values, as events of its transaction."""

from typing import Any, override

from .charger import Charger, now


class Station(Charger):
    """One station in a session, from its connection to its messages."""

    subprotocol = "ocpp2.0.1"

    @override
    async def begin(self) -> None:
        await self._call(
            "StatusNotification",
            {
                "timestamp": now(),
                "connectorStatus": "Occupied",
                "evseId": 1,
                "connectorId": 1,
            },
        )
        self._seq = 0
        self._session = f"{self.id}-{now()}"[-36:]
        await self._call(
            "TransactionEvent",
            self._event("Started", "Authorized", [("Energy.Active.Import.Register",)])
            | {"idToken": {"idToken": "bench", "type": "ISO14443"}},
        )

    @override
    def _boot(self) -> dict[str, Any]:
        return {
            "reason": "PowerUp",
            "chargingStation": {
                "vendorName": "Bench",
                "model": "Load",
                "serialNumber": self.id,
                "firmwareVersion": "1.0",
            },
        }

    @override
    def _message(self) -> tuple[str, dict[str, Any]]:
        event = self._event("Updated", "MeterValuePeriodic", self._values())
        return "TransactionEvent", event

    def _event(
        self, kind: str, trigger: str, values: list[tuple[Any, ...]]
    ) -> dict[str, Any]:
        self._seq += 1
        return {
            "eventType": kind,
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": self._seq,
            "transactionInfo": {
                "transactionId": self._session,
                "chargingState": "Charging",
            },
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [
                {
                    "timestamp": now(),
                    "sampledValue": [_sampled(*one) for one in values],
                }
            ],
        }

    @override
    def _answer(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        if action == "SetVariables":
            return {
                "setVariableResult": [
                    {
                        "attributeStatus": "Accepted",
                        "component": one["component"],
                        "variable": one["variable"],
                    }
                    for one in payload["setVariableData"]
                ]
            }
        if action == "GetVariables":
            return {
                "getVariableResult": [
                    {
                        "attributeStatus": "UnknownVariable",
                        "component": one["component"],
                        "variable": one["variable"],
                    }
                    for one in payload["getVariableData"]
                ]
            }
        if action in {"GetBaseReport", "GetReport"}:
            return {"status": "NotSupported"}
        return {"status": "Accepted"}


def _sampled(
    measurand: str, unit: str = "Wh", value: float = 0.0, phase: str | None = None
) -> dict[str, Any]:
    sampled = {
        "value": round(value, 1),
        "context": "Sample.Periodic",
        "measurand": measurand,
        "location": "Outlet",
        "unitOfMeasure": {"unit": unit},
    }
    return sampled | {"phase": phase} if phase else sampled
