"""What a central system may ask: the Core and Remote Trigger profiles (1.6 sec. 5)."""

from functools import partial

from .charge_point import ChargePoint
from .connector import Connector
from .errors import CallError
from .profiles import TX, problem
from .structures import Payload, dumps

TRIGGERS = frozenset(
    {
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    }
)


class CoreCommands(ChargePoint):
    """The handlers `on_…` of calls; each returns the answer's payload."""

    triggers: frozenset[str] = TRIGGERS
    """What TriggerMessage can ask for."""
    tells_unknown_keys: bool = True
    """Whether GetConfiguration.conf always has a member unknownKey."""
    remote_start_profile: str = "applied"
    """What becomes of a chargingProfile in RemoteStart: applied, ignored, rejected."""
    checks_remote_tag: bool = True
    """Whether AuthorizeRemoteTxRequests means anything."""
    firmware_status: str = "Idle"
    diagnostics_status: str = "Idle"

    def on_get_configuration(self, payload: Payload) -> Payload:
        wanted = payload.get("key")
        most = self.configuration.integer("GetConfigurationMaxKeys")
        if wanted and most and len(wanted) > most:
            raise CallError("OccurenceConstraintViolation", f"at most {most} keys")
        entries, unknown = self.configuration.get(
            wanted, digit_booleans=self.faults.digit_booleans
        )
        answer: Payload = {"configurationKey": entries}
        if unknown or self.tells_unknown_keys:
            answer["unknownKey"] = unknown
        return answer

    def on_change_configuration(self, payload: Payload) -> Payload:
        value = payload["value"]
        if not isinstance(value, str):
            raise TypeError(f"value is {dumps(value)}, not a string")
        return {"status": self.configuration.change(payload["key"], value)}

    def on_change_availability(self, payload: Payload) -> Payload:
        number = payload["connectorId"]
        operative = payload["type"] == "Operative"
        if not operative and payload["type"] != "Inoperative":
            raise ValueError(f"type is {payload['type']}")
        if not self._exists(number):
            return {"status": "Rejected"}
        chosen = self.connectors if number == 0 else [self.connector(number)]
        scheduled = False
        for connector in chosen:
            connector.going_unavailable = False
            if operative:
                connector.available = True
            elif connector.transaction is not None:
                connector.going_unavailable = scheduled = True
            else:
                connector.available = False
        self.after(self._update_all)
        return {"status": "Scheduled" if scheduled else "Accepted"}

    def on_clear_cache(self, payload: Payload) -> Payload:
        self.known_tags.clear()
        return {"status": "Accepted"}

    def on_data_transfer(self, payload: Payload) -> Payload:
        if not payload["vendorId"]:
            raise ValueError("no vendorId")
        return {"status": "UnknownVendorId"}

    def on_remote_start_transaction(self, payload: Payload) -> Payload:
        tag = payload["idTag"]
        number = payload.get("connectorId")
        profile = payload.get("chargingProfile")
        if number is not None and (number == 0 or not self._exists(number)):
            return {"status": "Rejected"}
        candidates = self.connectors[1:] if number is None else [self.connector(number)]
        usable = [c for c in candidates if self._startable(c, tag)]
        if not usable:
            return {"status": "Rejected"}
        if profile is not None and (
            self.remote_start_profile == "rejected"
            or problem(profile)
            or profile["chargingProfilePurpose"] != TX
        ):
            return {"status": "Rejected"}
        # The one with a car comes first.
        target = max(usable, key=lambda c: c.plugged)
        if profile is not None and self.remote_start_profile == "applied":
            self.profiles.install(target.number, profile)
        self.after(lambda: self._start_remotely(target, tag))
        return {"status": "Accepted"}

    def on_remote_stop_transaction(self, payload: Payload) -> Payload:
        number = payload["transactionId"]
        for connector in self.connectors:
            if connector.transaction is not None and connector.transaction_id == number:
                self.after(partial(self.stop_transaction, connector, "Remote"))
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def on_reset(self, payload: Payload) -> Payload:
        kind = payload["type"]
        if kind not in ("Soft", "Hard"):
            raise ValueError(f"type is {kind}")
        self.after(
            lambda: self.spawn(self.reboot(f"{kind}Reset", graceful=kind == "Soft"))
        )
        return {"status": "Accepted"}

    def on_unlock_connector(self, payload: Payload) -> Payload:
        number = payload["connectorId"]
        if number == 0 or not self._exists(number):
            return {"status": "NotSupported"}
        connector = self.connector(number)
        self.after(lambda: self.stop_transaction(connector, "UnlockCommand"))
        return {"status": "Unlocked"}

    def on_trigger_message(self, payload: Payload) -> Payload:
        wanted = payload["requestedMessage"]
        number = payload.get("connectorId")
        if wanted not in self.triggers:
            return {"status": "NotImplemented"}
        if number is not None and not self._exists(number):
            return {"status": "Rejected"}
        if wanted != "BootNotification" and not self.operational:
            return {"status": "Rejected"}
        self.after(lambda: self._trigger(wanted, number))
        return {"status": "Accepted"}

    def _trigger(self, wanted: str, number: int | None) -> None:
        chosen = self.connectors if number is None else [self.connector(number)]
        match wanted:
            case "BootNotification":
                self.boot_again()
            case "Heartbeat":
                self.queue("Heartbeat", {})
            case "StatusNotification":
                for connector in chosen:
                    self.report_status(connector)
            case "MeterValues":
                for connector in chosen:
                    if connector.number:
                        self.sample(connector, "Trigger")
            case "FirmwareStatusNotification":
                self.queue(wanted, {"status": self.firmware_status})
            case "DiagnosticsStatusNotification":
                self.queue(wanted, {"status": self.diagnostics_status})

    def _exists(self, number: object) -> bool:
        return isinstance(number, int) and 0 <= number < len(self.connectors)

    def _startable(self, connector: Connector, tag: str) -> bool:
        return (
            connector.transaction is None
            and connector.authorized is None
            and self._may_use(connector, tag)
        )

    def _start_remotely(self, connector: Connector, tag: str) -> None:
        if self.checks_remote_tag and self.configuration.boolean(
            "AuthorizeRemoteTxRequests"
        ):
            self.spawn(self._authorize_and_start(connector, tag))
        else:
            self._start_or_wait(connector, tag)

    async def _authorize_and_start(self, connector: Connector, tag: str) -> None:
        if await self.authorize(tag) == "Accepted":
            self._start_or_wait(connector, tag)
        else:
            self.profiles.end_transaction(connector.number)

    def _start_or_wait(self, connector: Connector, tag: str) -> None:
        if connector.transaction is not None:
            return
        if connector.plugged:
            self.start_transaction(connector, tag)
        else:
            connector.authorize(
                tag, self.configuration.integer("ConnectionTimeOut", 60)
            )
