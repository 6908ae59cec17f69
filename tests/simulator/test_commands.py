"""The charger by the book: what a central system asks of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import Car
from tests.simulator.central import Central
from tests.simulator.helpers import IN_AN_HOUR, charging, make


class TestCommands:
    async def test_remote_start_and_stop(self, central: Central) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            await charger.plug(2, Car())
            answer = await central.ask("RemoteStartTransaction", {"idTag": "APP"})
            assert answer == {"status": "Accepted"}
            # Nobody named a connector: the one with the car.
            start = await central.expect("StartTransaction")
            assert (start["connectorId"], start["idTag"]) == (2, "APP")
            await charger.wait_for(
                lambda: charger.connector(2).transaction_id is not None
            )
            for wrong in (
                {"idTag": "APP", "connectorId": 2},
                {"idTag": "APP", "connectorId": 0},
                {"idTag": "APP", "connectorId": 9},
            ):
                answer = await central.ask("RemoteStartTransaction", wrong)
                assert answer == {"status": "Rejected"}
            answer = await central.ask(
                "RemoteStopTransaction", {"transactionId": 12345}
            )
            assert answer == {"status": "Rejected"}
            answer = await central.ask("RemoteStopTransaction", {"transactionId": 101})
            assert answer == {"status": "Accepted"}
            stop = await central.expect("StopTransaction")
            assert stop["reason"] == "Remote"
            assert stop["transactionId"] == 101

    async def test_remote_start_asks_if_told_to(self, central: Central) -> None:
        central.rules["Authorize"] = {"idTagInfo": {"status": "Expired"}}
        async with make(central) as charger:
            charger.configuration.put("AuthorizeRemoteTxRequests", "true")
            await charger.wait_idle()
            await charger.plug(1, Car())
            await central.ask("RemoteStartTransaction", {"idTag": "APP"})
            await central.expect("Authorize")
            await charger.wait_idle()
            assert charger.connector(1).transaction is None

    async def test_availability(self, central: Central) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            await charging(charger, 1)
            inoperative = {"connectorId": 0, "type": "Inoperative"}
            answer = await central.ask("ChangeAvailability", inoperative)
            assert answer == {"status": "Scheduled"}
            assert [c.status for c in charger.connectors] == [
                "Unavailable",
                "Charging",
                "Unavailable",
            ]
            await charger.unplug(1)
            assert charger.connector(1).status == "Unavailable"
            assert await charger.present_card("CARD", 2) == "Blocked"
            answer = await central.ask(
                "ChangeAvailability", {"connectorId": 0, "type": "Operative"}
            )
            assert answer == {"status": "Accepted"}
            assert {c.status for c in charger.connectors} == {"Available"}
            answer = await central.ask(
                "ChangeAvailability", {"connectorId": 9, "type": "Operative"}
            )
            assert answer == {"status": "Rejected"}

    @pytest.mark.parametrize(
        ("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")]
    )
    async def test_reset(self, central: Central, kind: str, reason: str) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            central.clear()
            answer = await central.ask("Reset", {"type": kind})
            assert answer == {"status": "Accepted"}
            stop = await central.expect("StopTransaction")
            assert stop["reason"] == reason
            await central.expect("BootNotification")
            await charger.wait_idle()
            assert charger.boot_count == 1
            assert len(central.paths) == 2
            order = [
                a
                for a in central.actions
                if a in ("BootNotification", "StopTransaction")
            ]
            # A hard one has no time to tell before.
            assert (order[0] == "StopTransaction") == (kind == "Soft")

    async def test_unlock(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await charging(charger)
            answer = await central.ask("UnlockConnector", {"connectorId": 1})
            assert answer == {"status": "Unlocked"}
            stop = await central.expect("StopTransaction")
            assert stop["reason"] == "UnlockCommand"
            answer = await central.ask("UnlockConnector", {"connectorId": 5})
            assert answer == {"status": "NotSupported"}

    @pytest.mark.parametrize(
        ("message", "count"),
        [
            ("BootNotification", 1),
            ("DiagnosticsStatusNotification", 1),
            ("FirmwareStatusNotification", 1),
            ("Heartbeat", 1),
            ("MeterValues", 2),
            ("StatusNotification", 3),
        ],
    )
    async def test_trigger(self, central: Central, message: str, count: int) -> None:
        async with make(central, connectors=2) as charger:
            await charger.wait_idle()
            central.clear()
            answer = await central.ask("TriggerMessage", {"requestedMessage": message})
            assert answer == {"status": "Accepted"}
            await central.expect(message, count)
            answer = await central.ask(
                "TriggerMessage", {"requestedMessage": message, "connectorId": 9}
            )
            assert answer == {"status": "Rejected"}
            await charger.wait_idle()
            assert len(central.of(message)) == count
            if message == "MeterValues":
                sample = central.of(message)[0]["meterValue"][0]["sampledValue"][0]
                assert sample["context"] == "Trigger"

    async def test_unknown_trigger(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.ask(
                "TriggerMessage", {"requestedMessage": "MakeCoffee"}
            )
            assert answer == {"status": "NotImplemented"}

    async def test_second_boot_may_be_refused(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            central.rules["BootNotification"] = {
                "currentTime": "2026-10-04T10:00:00Z",
                "interval": 60,
                "status": "Pending",
            }
            await central.ask(
                "TriggerMessage", {"requestedMessage": "BootNotification"}
            )
            await charger.wait_for(lambda: not charger.accepted)
            central.rules["BootNotification"] = {
                "currentTime": "2026-10-04T10:00:00Z",
                "interval": 60,
                "status": "Accepted",
            }
            await charger.wait_accepted()

    async def test_reservation(self, central: Central) -> None:
        reserve = {
            "connectorId": 1,
            "expiryDate": IN_AN_HOUR,
            "idTag": "CARD",
            "reservationId": 5,
        }
        async with make(central) as charger:
            await charger.wait_idle()
            assert await central.ask("ReserveNow", reserve) == {"status": "Accepted"}
            assert charger.connector(1).status == "Reserved"
            other = reserve | {"reservationId": 6}
            assert await central.ask("ReserveNow", other) == {"status": "Occupied"}
            assert await charger.present_card("OTHER", 1) == "Blocked"
            answer = await central.ask("CancelReservation", {"reservationId": 6})
            assert answer == {"status": "Rejected"}
            answer = await central.ask("CancelReservation", {"reservationId": 5})
            assert answer == {"status": "Accepted"}
            assert charger.connector(1).status == "Available"
            zero = reserve | {"connectorId": 0}
            assert await central.ask("ReserveNow", zero) == {"status": "Accepted"}
            await charging(charger)
            assert central.of("StartTransaction")[0]["reservationId"] == 5
            past = reserve | {"expiryDate": "2020-01-01T00:00:00Z"}
            await charger.unplug(1)
            assert await central.ask("ReserveNow", past) == {"status": "Rejected"}
            await charger.set_status(1, "Faulted", error_code="OtherError")
            assert await central.ask("ReserveNow", reserve) == {"status": "Faulted"}

    async def test_reservation_expires(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
            await central.ask(
                "ReserveNow",
                {
                    "connectorId": 1,
                    "expiryDate": soon,
                    "idTag": "CARD",
                    "reservationId": 5,
                },
            )
            assert charger.connector(1).status == "Reserved"
            await charger.wait_for(lambda: charger.connector(1).status == "Available")

    async def test_local_list(self, central: Central) -> None:
        def entry(tag: str, status: str | None = "Accepted") -> dict[str, Any]:
            info = None if status is None else {"status": status}
            return {"idTag": tag} | ({} if info is None else {"idTagInfo": info})

        async def send(kind: str, version: int, *entries: dict[str, Any]) -> str:
            answer = await central.ask(
                "SendLocalList",
                {
                    "listVersion": version,
                    "updateType": kind,
                    "localAuthorizationList": list(entries),
                },
            )
            return str(answer["status"])

        async with make(central) as charger:
            charger.configuration.put("LocalPreAuthorize", "true")
            await charger.wait_idle()
            assert (
                await send("Full", 3, entry("A"), entry("B", "Blocked")) == "Accepted"
            )
            assert await central.ask("GetLocalListVersion", {}) == {"listVersion": 3}
            assert await charger.authorize("A") == "Accepted"
            assert await charger.authorize("B") == "Blocked"
            assert "Authorize" not in central.actions
            assert await send("Differential", 3, entry("C")) == "VersionMismatch"
            assert (
                await send("Differential", 4, entry("C"), entry("A", None))
                == "Accepted"
            )
            assert sorted(charger.local_list) == ["B", "C"]
            many = [entry(str(n)) for n in range(51)]
            assert await send("Full", 5, *many) == "Failed"
            charger.configuration.put("LocalAuthListEnabled", "false")
            assert await send("Full", 6) == "NotSupported"
            assert await central.ask("GetLocalListVersion", {}) == {"listVersion": -1}

    async def test_clear_cache(self, central: Central) -> None:
        async with make(central) as charger:
            charger.configuration.put("LocalPreAuthorize", "true")
            await charger.wait_idle()
            await charger.authorize("A")
            await charger.authorize("A")
            assert len(central.of("Authorize")) == 1
            assert await central.ask("ClearCache", {}) == {"status": "Accepted"}
            await charger.authorize("A")
            assert len(central.of("Authorize")) == 2

    async def test_data_transfer(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.ask("DataTransfer", {"vendorId": "x"})
            assert answer == {"status": "UnknownVendorId"}

    async def test_firmware_update(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.ask(
                "UpdateFirmware",
                {"location": "ftp://x/y", "retrieveDate": "2020-01-01T00:00:00Z"},
            )
            assert answer == {}
            await central.expect("FirmwareStatusNotification", 4)
        statuses = [p["status"] for p in central.of("FirmwareStatusNotification")]
        assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
        assert central.actions.count("BootNotification") == 2

    async def test_diagnostics(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.ask("GetDiagnostics", {"location": "ftp://x/"})
            assert answer == {"fileName": "CP 1/ü.log"}
            await central.expect("DiagnosticsStatusNotification", 2)
        statuses = [p["status"] for p in central.of("DiagnosticsStatusNotification")]
        assert statuses == ["Uploading", "Uploaded"]

    async def test_unknown_and_broken_calls(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            answer = await central.call("GetLog", {})
            assert answer[0] == 4
            assert answer[2] == "NotImplemented"
            for action, payload in (
                ("Reset", {}),
                ("Reset", {"type": "Medium"}),
                ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": 5}),
                ("ChangeAvailability", {"connectorId": 0, "type": "Maybe"}),
                ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": None}),
                ("UpdateFirmware", {"location": "x", "retrieveDate": "soon"}),
                ("GetDiagnostics", {"location": ""}),
                ("DataTransfer", {"vendorId": ""}),
            ):
                answer = await central.call(action, payload)
                refused = answer == [3, answer[1], {"status": "Rejected"}]
                assert refused or answer[2] == "FormationViolation", answer
            assert len(charger.violations) == 8
            many = [f"Key{n}" for n in range(101)]
            answer = await central.call("GetConfiguration", {"key": many})
            assert answer[2] == "OccurenceConstraintViolation"

    async def test_violations_on_the_wire(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            for text in (
                "nonsense",
                "{}",
                '[3,"nobody",{}]',
                '[2,"x","Reset"]',
                '[4,"nobody","GenericError","",{}]',
            ):
                await central.socket.send(text)
            await charger.wait_for(lambda: len(charger.violations) == 4)
            assert await charger.send("Heartbeat", {})

    async def test_received(self, central: Central) -> None:
        async with make(central) as charger:
            await charger.wait_idle()
            await central.ask("ClearCache", {})
            assert charger.received == [("ClearCache", {})]
            assert charger.calls("ClearCache") == [{}]
