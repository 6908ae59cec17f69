"""Resets, availability, triggers, lists, reservations and files of the station."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
import pytest

from simulator import Car
from tests.simulator.v2.csms import Csms, charging, make


async def test_resets(csms: Csms) -> None:
    async with make(csms, plugs=(1, 1)) as station:
        await station.wait_idle()
        await charging(station)
        assert await csms.ask("Reset", {"type": "OnIdle"}) == {"status": "Scheduled"}
        assert station.boot_count == 0
        await station.unplug(1)
        await csms.expect("BootNotification", 2)
        assert csms.of("BootNotification")[-1]["reason"] == "ScheduledReset"
        await station.wait_idle()
        await charging(station)
        # The other EVSE goes on.
        one = {"type": "Immediate", "evseId": 2}
        assert await csms.ask("Reset", one) == {"status": "Accepted"}
        await csms.wait(
            lambda: any(
                (status["evseId"], status["connectorStatus"]) == (2, "Unavailable")
                for status in csms.of("StatusNotification")
            )
        )
        assert station.connector(1).transaction is not None
        now = {"type": "Immediate"}
        assert await csms.ask("Reset", now) == {"status": "Accepted"}
        await csms.expect("BootNotification", 3)
        ended = csms.events("Ended")[-1]
        assert ended["triggerReason"] == "ResetCommand"
        assert ended["transactionInfo"]["stoppedReason"] == "ImmediateReset"
        assert csms.of("BootNotification")[-1]["reason"] == "RemoteReset"


async def test_a_loss_of_power_is_told_afterwards(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        await charging(station)
        await station.reboot()
        await station.wait_idle()
        ended = csms.events("Ended")[-1]
        assert ended["transactionInfo"]["stoppedReason"] == "PowerLoss"
        assert ended["offline"]
        assert csms.actions.index("BootNotification") < csms.actions.index(
            "TransactionEvent"
        )


async def test_availability_of_connector_evse_and_station(csms: Csms) -> None:
    async with make(csms, plugs=(1, 2)) as station:
        await station.wait_idle()

        async def change(status: str, **evse: int) -> str:
            payload: dict[str, Any] = {"operationalStatus": status}
            if evse:
                payload["evse"] = evse
            return str((await csms.ask("ChangeAvailability", payload))["status"])

        assert await change("Inoperative", id=2, connectorId=2) == "Accepted"
        assert [one.status for one in station.connector(2).plugs] == [
            "Available",
            "Unavailable",
        ]
        assert await change("Inoperative", id=7) == "Rejected"
        await charging(station)
        assert await change("Inoperative") == "Scheduled"
        assert station.connector(1).status == "Charging"
        await station.unplug(1)
        await station.wait_for(lambda: station.connector(1).status == "Unavailable")
        assert await station.present_card("CARD", 1) == "Blocked"
        assert await change("Operative") == "Accepted"
        await station.wait_for(lambda: station.connector(1).status == "Available")


async def test_unlocking(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        plug = {"evseId": 1, "connectorId": 1}
        assert await csms.ask("UnlockConnector", plug) == {"status": "Unlocked"}
        await charging(station)
        answer = await csms.ask("UnlockConnector", plug)
        assert answer == {"status": "OngoingAuthorizedTransaction"}
        other = {"evseId": 1, "connectorId": 2}
        answer = await csms.ask("UnlockConnector", other)
        assert answer == {"status": "UnknownConnector"}


@pytest.mark.parametrize(
    ("asked", "comes"),
    [
        ({"requestedMessage": "Heartbeat"}, "Heartbeat"),
        ({"requestedMessage": "MeterValues", "evse": {"id": 1}}, "MeterValues"),
        ({"requestedMessage": "MeterValues", "evse": {"id": 0}}, "MeterValues"),
        ({"requestedMessage": "LogStatusNotification"}, "LogStatusNotification"),
        (
            {"requestedMessage": "FirmwareStatusNotification"},
            "FirmwareStatusNotification",
        ),
        ({"requestedMessage": "SignChargingStationCertificate"}, "SignCertificate"),
        ({"requestedMessage": "TransactionEvent"}, None),
        ({"requestedMessage": "StatusNotification", "evse": {"id": 1}}, None),
        ({"requestedMessage": "StatusNotification"}, "StatusNotification"),
        ({"requestedMessage": "SignV2GCertificate"}, ""),
    ],
)
async def test_triggers(csms: Csms, asked: dict[str, Any], comes: str | None) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        csms.clear()
        answer = await csms.ask("TriggerMessage", asked)
        if comes:
            assert answer == {"status": "Accepted"}
            await csms.expect(comes)
        else:
            status = "Rejected" if comes is None else "NotImplemented"
            assert answer == {"status": status}


async def test_a_transaction_is_told_when_asked_for(csms: Csms) -> None:
    async with make(csms, sample_interval=0) as station:
        await station.wait_idle()
        await charging(station)
        csms.clear()
        asked = {"requestedMessage": "TransactionEvent", "evse": {"id": 1}}
        assert await csms.ask("TriggerMessage", asked) == {"status": "Accepted"}
        event = await csms.expect("TransactionEvent")
        assert event["triggerReason"] == "Trigger"
        assert event["transactionInfo"]["chargingState"] == "Charging"
        (value,) = event["meterValue"]
        assert {one["context"] for one in value["sampledValue"]} == {"Trigger"}


async def test_cache_and_local_list(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        entry = {
            "idToken": {"idToken": "LISTED", "type": "ISO14443"},
            "idTokenInfo": {"status": "Blocked"},
        }
        answer = await csms.ask(
            "SendLocalList",
            {
                "versionNumber": 3,
                "updateType": "Full",
                "localAuthorizationList": [entry],
            },
        )
        assert answer == {"status": "Accepted"}
        assert await csms.ask("GetLocalListVersion", {}) == {"versionNumber": 3}
        older = {"versionNumber": 3, "updateType": "Differential"}
        answer = await csms.ask("SendLocalList", older)
        assert answer == {"status": "VersionMismatch"}
        assert await station.present_card("CARD", 1) == "Accepted"
        assert await station.present_card("CARD", 1) == "Accepted"
        await station.drop()
        assert await station.present_card("LISTED", 1) == "Blocked"
        assert await station.present_card("CARD", 1) == "Accepted"
        assert await station.present_card("CARD", 1) == "Accepted"
        assert await station.present_card("STRANGER", 1) == "Unknown"
        await station.reconnect()
        await station.wait_accepted()
        assert await csms.ask("ClearCache", {}) == {"status": "Accepted"}
        await station.drop()
        assert await station.present_card("CARD", 1) == "Unknown"


async def test_groups_and_the_master_pass(csms: Csms) -> None:
    groups = {"A": "FAMILY", "B": "FAMILY", "C": "OTHERS", "M": "MASTER"}
    csms.rules["Authorize"] = lambda payload: {
        "idTokenInfo": {
            "status": "Accepted",
            "groupIdToken": {
                "idToken": groups[payload["idToken"]["idToken"]],
                "type": "Central",
            },
        }
    }
    csms.rules["TransactionEvent"] = {}
    values = {"AuthCtrlr.MasterPassGroupId": "MASTER"}
    async with make(csms, values=values) as station:
        await station.wait_idle()
        await station.plug(1, Car())
        assert await station.present_card("A", 1) == "Accepted"
        assert await station.present_card("C", 1) == "ConcurrentTx"
        assert await station.present_card("B", 1) == "Accepted"
        assert station.connector(1).transaction is None
        assert await station.present_card("M", 1) == "Blocked"
        assert await station.present_card("A", 1) == "Accepted"
        assert await station.present_card("M", 1) == "Accepted"
        await station.wait_idle()
        ended = csms.events("Ended")
        assert [one["transactionInfo"]["stoppedReason"] for one in ended] == [
            "Local",
            "MasterPass",
        ]
        assert ended[0]["idToken"]["idToken"] == "B"


async def test_reservations(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        in_an_hour = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        reservation: dict[str, Any] = {
            "id": 8,
            "expiryDateTime": in_an_hour,
            "idToken": {"idToken": "GUEST", "type": "ISO14443"},
            "evseId": 1,
        }
        answer = await csms.ask("ReserveNow", reservation)
        assert answer == {"status": "Accepted"}
        await station.wait_for(lambda: station.connector(1).status == "Reserved")
        assert await station.present_card("CARD", 1) == "Blocked"
        other = await csms.ask("ReserveNow", reservation | {"id": 9})
        assert other == {"status": "Occupied"}
        assert await csms.ask("CancelReservation", {"reservationId": 8}) == {
            "status": "Accepted"
        }
        await station.wait_for(lambda: station.connector(1).status == "Available")
        soon = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
        await csms.ask("ReserveNow", reservation | {"expiryDateTime": soon})
        update = await csms.expect("ReservationStatusUpdate")
        assert update == {"reservationId": 8, "reservationUpdateStatus": "Expired"}
        await csms.ask("ReserveNow", reservation)
        await station.plug(1, Car())
        assert await station.present_card("GUEST", 1) == "Accepted"
        await csms.wait(lambda: bool(csms.events("Started")))
        assert csms.events("Started")[0]["reservationId"] == 8


async def test_logs_are_uploaded(csms: Csms) -> None:
    files: dict[str, bytes] = {}

    async def take(request: web.Request) -> web.Response:
        files[request.match_info["name"]] = await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_put("/logs/{name}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with make(csms) as station:
        await station.wait_idle()
        answer = await csms.ask(
            "GetLog",
            {
                "logType": "SecurityLog",
                "requestId": 5,
                "log": {"remoteLocation": f"http://127.0.0.1:{port}/logs"},
            },
        )
        assert answer["status"] == "Accepted"
        await csms.wait(
            lambda: (
                [one["status"] for one in csms.of("LogStatusNotification")]
                == ["Uploading", "Uploaded"]
            )
        )
        assert csms.of("LogStatusNotification")[-1]["requestId"] == 5
        assert list(files) == [answer["filename"]]
    await runner.cleanup()


async def test_firmware_is_installed(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        update = {
            "requestId": 6,
            "firmware": {
                "location": "http://127.0.0.1/firmware",
                "retrieveDateTime": "2026-01-01T00:00:00Z",
                "signature": "abc",
            },
        }
        assert await csms.ask("UpdateFirmware", update) == {"status": "Accepted"}
        await csms.wait(
            lambda: (
                [one["status"] for one in csms.of("FirmwareStatusNotification")]
                == [
                    "Downloading",
                    "Downloaded",
                    "SignatureVerified",
                    "Installing",
                    "InstallRebooting",
                    "Installed",
                ]
            )
        )
        assert csms.of("BootNotification")[-1]["reason"] == "FirmwareUpdate"
        event = await csms.expect("SecurityEventNotification")
        assert event["type"] == "FirmwareUpdated"


async def test_what_is_known_of_a_customer(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        station.upkeep.customers["anna"] = "x" * 600
        ask = {
            "requestId": 4,
            "report": True,
            "clear": True,
            "customerIdentifier": "anna",
        }
        answer = await csms.ask("CustomerInformation", ask)
        assert answer == {"status": "Accepted"}
        await csms.expect("NotifyCustomerInformation", 2)
        told = csms.of("NotifyCustomerInformation")
        assert [(one["seqNo"], one["tbc"]) for one in told] == [(0, True), (1, False)]
        assert station.upkeep.customers == {}
