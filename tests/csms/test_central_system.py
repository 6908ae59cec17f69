"""The central system from the socket to the model, without Home Assistant."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms import connector as connector_module
from custom_components.ocpp_cs.csms.access.authorization import Authorizer
from custom_components.ocpp_cs.csms.central_system import (
    CentralSystem,
    CentralSystemSettings,
    Versions,
    load_versions,
)
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    ConnectionLostError,
    InvalidAnswerError,
    InvalidRequestError,
    NotConnectedError,
    NoTransactionError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.model import (
    Admission,
    ChargePointSettings,
    ConnectorStatus,
    utcnow,
)
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from tests.csms.central import configured

from .client import CallFailed, Client, Json

SETTINGS = ChargePointSettings(call_timeout=5)


class World:
    """A central system on a free port, and what it said to its owner."""

    def __init__(
        self,
        storage: MemoryStore,
        boot_wait: float = 1.0,
        *,
        versions: Versions | None = None,
        authorizer: Authorizer | None = None,
    ) -> None:
        """Make one; nothing listens yet.

        `boot_wait` is long enough for a boot on a machine that is slow: one that comes
        later lets everything be asked a second time.
        """
        self.storage = storage
        self.ledger = Ledger(storage)
        self.unknown = Admission.PENDING
        self.pending: list[tuple[str, bool, str | None]] = []
        self.central_system = CentralSystem(
            CentralSystemSettings(host="127.0.0.1", port=0, boot_wait=boot_wait),
            ledger=self.ledger,
            versions=versions or load_versions(),
            authorizer=authorizer,
            admit_unknown=lambda charge_point_id: self.unknown,
            on_pending=lambda charge_point: self.pending.append(
                (
                    charge_point.id,
                    charge_point.connected,
                    charge_point.identity.vendor,
                )
            ),
        )

    async def start(self) -> None:
        """Listen."""
        await self.ledger.load()
        await self.central_system.start()

    def adopt(self, charge_point_id: str = "CP1", **more: Any) -> ChargePoint:
        """Adopt a charge point."""
        return self.central_system.adopt(
            charge_point_id, ChargePointSettings(call_timeout=5, **more)
        )

    def client(self, charge_point_id: str = "CP1", **answers: Any) -> Client:
        """Return a charge point that is yet to connect."""
        return Client(
            f"ws://127.0.0.1:{self.central_system.port}/ocpp/{charge_point_id}",
            answers={"GetConfiguration": CONFIGURATION, **answers},
        )


CONFIGURATION = {
    "configurationKey": [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        {"key": "MeterValueSampleInterval", "readonly": False, "value": "10"},
        {"key": "WebSocketPingInterval", "readonly": False, "value": "30"},
        {
            "key": "MeterValuesSampledData",
            "readonly": False,
            "value": "Energy.Active.Import.Register,Power.Active.Import,"
            "Current.Import,Voltage,Current.Offered,SoC",
        },
    ]
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


async def until(condition: Any) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def sample(value: str, measurand: str | None = None, **more: str) -> Json:
    """Return a SampledValue."""
    return {"value": value} | ({"measurand": measurand} if measurand else {}) | more


def meter_values(*samples: Json, connector: int = 1, **more: Any) -> Json:
    """Return the payload of a MeterValues of now."""
    now = utcnow().isoformat()
    return {
        "connectorId": connector,
        "meterValue": [{"timestamp": now, "sampledValue": list(samples)}],
        **more,
    }


def status(connector: int, value: str, **more: Any) -> Json:
    """Return the payload of a StatusNotification."""
    return {
        "connectorId": connector,
        "errorCode": "NoError",
        "status": value,
        "timestamp": utcnow().isoformat(),
        **more,
    }


def start(meter: int = 1000, connector: int = 1, **more: Any) -> Json:
    """Return the payload of a StartTransaction of now."""
    return {
        "connectorId": connector,
        "idTag": "TAG",
        "meterStart": meter,
        "timestamp": utcnow().isoformat(),
        **more,
    }


def stop(number: int, meter: int, **more: Any) -> Json:
    """Return the payload of a StopTransaction of now."""
    return {
        "transactionId": number,
        "meterStop": meter,
        "timestamp": utcnow().isoformat(),
        **more,
    }


# Admission -----------------------------------------------------------------


async def test_an_unknown_charge_point_waits_and_is_adopted_on_its_connection(
    world: World,
) -> None:
    """6.3: Pending, then asked to boot again, then Accepted; one socket."""
    async with world.client() as client:
        answer = await client.boot()
        assert answer["status"] == "Pending"
        assert answer["interval"] > 0
        await until(lambda: ("CP1", True, "Acme") in world.pending)
        with pytest.raises(CallFailed) as caught:
            await client.call("StatusNotification", status(1, "Available"))
        assert caught.value.code == "SecurityError"

        charge_point = world.adopt()
        await client.wait_for("TriggerMessage")
        assert client.received[0] == (
            "TriggerMessage",
            {"requestedMessage": "BootNotification"},
        )
        assert (await client.boot())["status"] == "Accepted"
        await client.call("StatusNotification", status(1, "Available"))
        await until(lambda: charge_point.ready)
        assert charge_point.connector(1).status is ConnectorStatus.AVAILABLE
        assert charge_point.connections == 1
        assert world.central_system.pending == {}


async def test_an_unknown_charge_point_that_does_not_boot_is_asked_to(
    world: World,
) -> None:
    """The owner wants to know what it is."""
    async with world.client() as client:
        await client.wait_for("TriggerMessage")
        await until(lambda: world.pending == [("CP1", True, None)])


async def test_an_unknown_charge_point_that_goes_is_gone(world: World) -> None:
    """Nothing is kept of it."""
    async with world.client() as client:
        await client.boot()
    await until(lambda: world.pending and not world.pending[-1][1])
    assert world.central_system.pending == {}


async def test_unknown_charge_points_can_be_refused(world: World) -> None:
    """J 3.2: with HTTP 404."""
    world.unknown = Admission.REFUSED
    for _ in range(2):
        with pytest.raises(InvalidStatus) as caught:
            async with world.client():
                pytest.fail("it was let in")
        assert caught.value.response.status_code == 404
    assert world.central_system.refused == {"CP1": 2}
    world.adopt()
    async with world.client() as client:
        assert (await client.boot())["status"] == "Accepted"


async def test_a_removed_charge_point_is_disconnected_and_unknown(
    world: World,
) -> None:
    """Others stay."""
    world.adopt("CP1")
    world.adopt("CP2")
    async with world.client("CP1") as client, world.client("CP2") as other:
        await client.boot()
        await world.central_system.forget("CP1")
        await client.websocket.wait_closed()
        assert (await other.call("Heartbeat")).keys() == {"currentTime"}
    await world.central_system.forget("CP1")
    async with world.client("CP1") as client:
        assert (await client.boot())["status"] == "Pending"


# Connections ---------------------------------------------------------------


async def test_the_newest_connection_wins_at_once(world: World) -> None:
    """Whatever the old one does; nobody sees the charge point go."""
    charge_point = world.adopt()
    gone = []
    charge_point.watch(["connected"], lambda: gone.append(charge_point.connected))
    async with world.client() as old:
        await old.boot()
        await until(lambda: gone == [True])
        async with world.client() as new:
            await new.call("Heartbeat")
            await old.websocket.wait_closed()
            await new.call("Heartbeat")
            assert charge_point.connected
            assert gone == [True]
            await charge_point.commands.reset(type="soft")
            assert ("Reset", {"type": "Soft"}) in new.received


async def test_a_caller_learns_at_once_that_the_connection_closed(
    world: World,
) -> None:
    """It does not wait for a time-out."""
    charge_point = world.adopt()
    async with world.client(ClearCache=lambda payload: None) as client:
        await client.boot()
        call = asyncio.create_task(charge_point.commands.call("clear_cache"))
        await client.wait_for("ClearCache")
        await client.websocket.close()
        with pytest.raises(ConnectionLostError):
            await call
    await until(lambda: not charge_point.connected)
    with pytest.raises(NotConnectedError):
        await charge_point.commands.call("clear_cache")


async def test_watchers_hear_of_a_disconnection_before_anything_else(
    world: World,
) -> None:
    """Everything is unavailable in the same tick."""
    charge_point = world.adopt()
    heard: list[tuple[bool, bool]] = []
    async with world.client() as client:
        await client.boot()
        charge_point.watch(
            ["connected"],
            lambda: heard.append((charge_point.connected, charge_point.link is None)),
        )
    await until(lambda: heard)
    assert heard == [(False, True)]


async def test_stop_closes_every_connection_with_1001(world: World) -> None:
    """Charge points know that it goes away and comes back."""
    world.adopt()
    async with world.client() as client, world.client("CP9") as unknown:
        await client.boot()
        await unknown.boot()
        await world.central_system.stop()
        for one in (client, unknown):
            await one.websocket.wait_closed()
            assert one.websocket.close_code == 1001


# Set-up --------------------------------------------------------------------


async def test_nothing_is_written_when_nothing_differs(world: World) -> None:
    """At most three calls after a boot."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(0, "Available"))
        await client.call("StatusNotification", status(1, "Available"))
        await client.wait_for("TriggerMessage")
        await until(lambda: charge_point.ready)
        await asyncio.sleep(0.1)
        assert client.received == [
            ("GetConfiguration", {}),
            ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
        ]
        assert charge_point.connector_numbers == [1]


async def test_only_what_differs_is_written(world: World) -> None:
    """And each step is guarded: a refusal harms nothing else."""
    charge_point = world.adopt()
    answers: Json = {
        "configurationKey": [
            {"key": "numberOfConnectors", "readonly": True, "value": "2"},
            {"key": "MeterValueSampleInterval", "readonly": False, "value": "60"},
            {"key": "WebsocketPingInterval", "readonly": False, "value": "0"},
            {
                "key": "MeterValuesSampledData",
                "readonly": False,
                "value": "Energy.Active.Import.Register, Temperature",
            },
        ]
    }

    def change(payload: Json) -> Json | str:
        if payload["key"] == "MeterValueSampleInterval":
            return "InternalError"
        refused = "SoC" in payload["value"]
        return {"status": "Rejected" if refused else "Accepted"}

    async with world.client(
        GetConfiguration=answers, ChangeConfiguration=change
    ) as client:
        await client.boot()
        await client.wait_for("TriggerMessage")
        written = await client.wait_for("ChangeConfiguration", 4)
        base = "Energy.Active.Import.Register,Temperature,Power.Active.Import,"
        assert written == [
            {"key": "MeterValueSampleInterval", "value": "10"},
            {"key": "WebsocketPingInterval", "value": "30"},
            {
                "key": "MeterValuesSampledData",
                "value": base + "Current.Import,Voltage,Current.Offered,SoC",
            },
            {
                "key": "MeterValuesSampledData",
                "value": base + "Current.Import,Voltage,Current.Offered",
            },
        ]
        assert charge_point.connector_numbers == [1, 2]

    # A restart does it again, except for what was refused.
    async with world.client(
        GetConfiguration=answers, ChangeConfiguration=change
    ) as client:
        await client.boot()
        assert await client.wait_for("ChangeConfiguration", 2)
        await client.wait_for("TriggerMessage")
        written = await client.wait_for("ChangeConfiguration", 3)
        assert [item["key"] for item in written] == [
            "MeterValueSampleInterval",
            "WebsocketPingInterval",
            "MeterValuesSampledData",
        ]


@pytest.mark.parametrize("refusal", ["NotImplemented", {"configurationKey": "?"}])
async def test_a_charge_point_that_tells_nothing_is_served(
    world: World, refusal: Any
) -> None:
    """No configuration, no triggers: still ready, with one connector."""
    charge_point = world.adopt()
    async with world.client(
        GetConfiguration=refusal, TriggerMessage="NotSupported"
    ) as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        assert charge_point.connector_numbers == [1]
        assert [
            len(payload) for payload in await client.wait_for("GetConfiguration", 2)
        ]


async def test_new_settings_are_written_on_the_open_connection(world: World) -> None:
    """Without another boot: it has been accepted (errata 3.40)."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await client.wait_for("TriggerMessage")
        client.received.clear()
        # A setting that is not the charge point's business asks nothing of it.
        world.adopt(id_tag="OTHER")
        assert world.adopt(sample_interval=20) is charge_point
        assert await client.wait_for("ChangeConfiguration") == [
            {"key": "MeterValueSampleInterval", "value": "20"}
        ]
        await client.wait_for("TriggerMessage")
        assert [action for action, _ in client.received] == [
            "GetConfiguration",
            "ChangeConfiguration",
            "TriggerMessage",
        ]


async def test_a_charge_point_that_cannot_be_asked_to_boot_is_served(
    world: World,
) -> None:
    """Adopted on its connection, it keeps what it told while it should have waited."""
    async with world.client(TriggerMessage={"status": "NotImplemented"}) as client:
        await client.boot()
        with pytest.raises(CallFailed):
            await client.call("StatusNotification", status(1, "Preparing"))
        charge_point = world.adopt()
        await until(lambda: charge_point.ready)
        assert charge_point.connector(1).status is ConnectorStatus.PREPARING


async def test_a_reconnect_without_a_boot_is_set_up(world: World) -> None:
    """J 5.4; it is asked for its status, which may have changed meanwhile."""
    charge_point = world.adopt()
    async with world.client() as client:
        await until(lambda: charge_point.ready)
        await client.wait_for("TriggerMessage", 2)
        assert [
            payload["requestedMessage"]
            for payload in await client.wait_for("TriggerMessage")
        ] == ["StatusNotification", "MeterValues"]


async def test_a_charge_point_without_remote_trigger_is_not_asked(
    world: World,
) -> None:
    """It says so itself."""
    charge_point = world.adopt()
    answer = {
        "configurationKey": [
            {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}
        ]
    }
    async with world.client(GetConfiguration=answer) as client:
        await until(lambda: charge_point.ready)
        await asyncio.sleep(0.1)
        assert [action for action, _ in client.received] == ["GetConfiguration"]


# Messages ------------------------------------------------------------------


async def test_boot_tells_time_interval_and_who_it_is(world: World) -> None:
    """6.3."""
    charge_point = world.adopt(heartbeat_interval=77)
    async with world.client() as client:
        answer = await client.boot(
            chargePointSerialNumber="S1", firmwareVersion="60.4", meterType="M"
        )
        assert answer["status"] == "Accepted"
        assert answer["interval"] == 77
        told = datetime.fromisoformat(answer["currentTime"])
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)
        identity = charge_point.identity
        assert (identity.vendor, identity.model, identity.serial) == (
            "Acme",
            "One",
            "S1",
        )
        assert charge_point.boots == 1


async def test_status_of_connectors_and_of_the_charge_point(world: World) -> None:
    """4.9; what can be saved of an odd one is used."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(0, "Unavailable"))
        await client.call(
            "StatusNotification",
            status(1, "occupied", vendorErrorCode="E7", info="door open"),
        )
        await client.call(
            "StatusNotification",
            {"connectorId": "2", "status": "Faulted", "errorCode": "GroundFailure"},
        )
        assert charge_point.whole.available is False
        one, two = charge_point.connector(1), charge_point.connector(2)
        assert one.status is ConnectorStatus.PREPARING
        assert (one.plugged_in, one.charging, one.problem) == (True, False, False)
        assert (one.info, one.vendor_error_code) == ("door open", "E7")
        assert (two.plugged_in, two.charging, two.problem) == (None, False, True)
        assert two.error_code == "ground_failure"
        await client.call("StatusNotification", status(2, "Available"))
        assert (two.plugged_in, two.problem) == (False, False)
        # A replay of what was is no news.
        old = (utcnow() - timedelta(hours=1)).isoformat()
        await client.call("StatusNotification", status(2, "Faulted", timestamp=old))
        assert two.status is ConnectorStatus.AVAILABLE
        # A connector that cannot be is answered and dropped.
        assert await client.call("StatusNotification", status(9999, "Faulted")) == {}
        assert set(charge_point.connectors) == {1, 2}
        with pytest.raises(CallFailed):
            await client.call("StatusNotification", {"connectorId": 1})


async def test_a_session(world: World) -> None:
    """From its start to its end, and on the disk before it is answered."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with world.client() as client:
        await client.boot()
        assert await client.call("Authorize", {"idTag": "TAG"}) == {
            "idTagInfo": {"status": "Accepted"}
        }
        answer = await client.call("StartTransaction", start(1000))
        number = answer["transactionId"]
        assert answer["idTagInfo"] == {"status": "Accepted"}
        assert [key[1] for key in world.storage.transactions] == [str(number)]
        assert connector.session_energy_wh == 0
        await client.call(
            "MeterValues",
            meter_values(
                sample("1500", "Energy.Active.Import.Register", unit="Wh"),
                sample("7.4", "Power.Active.Import", unit="kW"),
                sample("16.1", "Current.Import", phase="L1", unit="A"),
                sample("0.2", "Current.Import", phase="L2", unit="A"),
                transactionId=number,
            ),
        )
        assert connector.session_energy_wh == 500
        assert connector.measurements["power"] == 7400
        assert connector.active_phases == 1
        assert connector.transaction is not None
        answer = await client.call(
            "StopTransaction",
            stop(number, 1800, idTag="TAG", reason="EVDisconnected"),
        )
        assert answer == {"idTagInfo": {"status": "Accepted"}}
        assert connector.transaction is None
        latest = connector.latest_transaction
        assert latest is not None
        assert (latest.energy_wh, latest.reason) == (800, "ev_disconnected")
        # The same again changes nothing.
        await client.call("StopTransaction", stop(number, 1800))
        assert world.ledger.running("CP1") == []


@pytest.mark.parametrize(
    ("meter_stop", "register"),
    [
        (1800, 1800),
        # Behind what is known, or of another kind: it is left alone.
        (1400, 1500),
        (4_185_136, 1500),
    ],
)
async def test_the_register_goes_on_to_the_end_of_a_session(
    world: World, meter_stop: int, register: float
) -> None:
    """The last meter value is from before the end, and the next one may be weeks off."""
    connector = world.adopt().connector(1)
    async with world.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start(1000)))["transactionId"]
        await client.call("MeterValues", meter_values(sample("1500")))
        await client.call("StopTransaction", stop(number, meter_stop))
        assert connector.measurements["energy"] == register


async def test_values_of_connector_0_never_mask_those_of_connector_1(
    world: World,
) -> None:
    """The main meter of the charge point is another meter."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await client.call(
            "MeterValues", meter_values(sample("0", "Power.Active.Import"), connector=0)
        )
        await client.call(
            "MeterValues", meter_values(sample("7000", "Power.Active.Import"))
        )
        await client.call(
            "MeterValues", meter_values(sample("5", "Power.Active.Import"), connector=0)
        )
        assert charge_point.connector(1).measurements["power"] == 7000


async def test_a_session_goes_on_when_the_central_system_was_away(
    world: World,
) -> None:
    """The ledger knows its id and its beginning."""
    world.adopt()
    async with world.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start(6000)))["transactionId"]
        await client.call(
            "MeterValues", meter_values(sample("6500"), transactionId=number)
        )
    again = World(world.storage)
    await again.start()
    try:
        charge_point = again.adopt()
        connector = charge_point.connector(1)
        assert connector.session_energy_wh == 500
        async with again.client() as client:
            await client.call("Heartbeat")
            await charge_point.commands.call("remote_stop_transaction", connector_id=1)
            assert await client.wait_for("RemoteStopTransaction") == [
                {"transactionId": number}
            ]
            await client.call("StopTransaction", stop(number, 8000))
            assert connector.session_energy_wh == 2000
    finally:
        await again.central_system.stop()


async def test_a_session_that_began_without_us_is_adopted(world: World) -> None:
    """Meter values name it; it can be stopped."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with world.client() as client:
        await client.boot()
        for register in ("4185136.00", "4185636.00"):
            await client.call(
                "MeterValues",
                meter_values(sample(register), transactionId=1704534842),
            )
        assert connector.session_energy_wh == 500
        await charge_point.commands.call("remote_stop_transaction", connector_id=1)
        assert await client.wait_for("RemoteStopTransaction") == [
            {"transactionId": 1704534842}
        ]
        await client.call("StopTransaction", stop(1704534842, 4185736))
        assert connector.session_energy_wh == 600


async def test_ids_that_were_never_given(world: World) -> None:
    """Errata 3.18 and 3.54: -1 is answered as valid; nothing is guessed otherwise."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with world.client() as client:
        await client.boot()
        await client.call("StartTransaction", start(8000))
        assert await client.call("StopTransaction", stop(4711, 9000)) == {}
        assert connector.transaction is not None
        assert await client.call("StopTransaction", stop(-1, 8016)) == {}
        assert connector.transaction is None
        assert connector.session_energy_wh == 16
        assert await client.call("StopTransaction", stop(-1, 8016)) == {}
        assert charge_point.deviations.counts["unknown_transaction_stopped"] == 2


async def test_a_start_that_came_twice_has_one_id(world: World) -> None:
    """Message ids say nothing: go-e repeats them after each boot."""
    world.adopt()
    payload = start(100)
    async with world.client() as client:
        await client.boot()
        first = await client.call("StartTransaction", payload)
    async with world.client() as client:
        assert await client.call("StartTransaction", payload) == first


async def test_a_transaction_that_the_charge_point_forgot_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its status says so, and no StopTransaction comes."""
    charge_point = world.adopt()
    connector = charge_point.connector(1)
    async with world.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start(0)))["transactionId"]
        await client.call("MeterValues", meter_values(sample("70")))
        await client.call("StatusNotification", status(1, "Available"))
        assert connector._forgotten is not None
        await client.call("StatusNotification", status(1, "Charging"))
        assert connector._forgotten is None
        assert connector.transaction is not None
        monkeypatch.setattr(connector_module, "_FORGOTTEN_AFTER", 0.05)
        await client.call("StatusNotification", status(1, "Available"))
        await until(lambda: connector.transaction is None)
        assert connector.session_energy_wh == 70
        # Late, but it knows better.
        await client.call("StopTransaction", stop(number, 90))
        assert connector.session_energy_wh == 90


async def test_actions_that_are_not_served(world: World) -> None:
    """J table 7: unknown is NotImplemented, known is NotSupported."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        for action, code in (
            ("MakeCoffee", "NotImplemented"),
            ("Reset", "NotSupported"),
        ):
            with pytest.raises(CallFailed) as caught:
                await client.call(action)
            assert caught.value.code == code
        assert charge_point.deviations.counts["unknown_action"] == 1
        answer = await client.call("DataTransfer", {"vendorId": "com.acme"})
        assert answer == {"status": "UnknownVendorId"}
        for action, value in (
            ("FirmwareStatusNotification", "Downloading"),
            ("DiagnosticsStatusNotification", "Uploaded"),
        ):
            assert await client.call(action, {"status": value}) == {}
        assert charge_point.firmware_status == "downloading"
        assert charge_point.diagnostics_status == "uploaded"


# Commands ------------------------------------------------------------------


async def test_commands_are_spelled_as_ocpp_does(world: World) -> None:
    """And answers as we do."""
    charge_point = world.adopt()
    async with world.client(
        UnlockConnector={"status": "Unlocked"},
        ChangeConfiguration={"status": "RebootRequired"},
    ) as client:
        await client.boot()
        # The set-up asks for values last.
        await client.wait_for("TriggerMessage")
        client.received.clear()
        commands = charge_point.commands
        assert await commands.call(
            "remote_start_transaction",
            connector_id=1,
            charging_profile=commands.read_charging_profile(
                {
                    "charging_profile_id": 1,
                    "stackLevel": 0,
                    "charging_profile_purpose": "tx_profile",
                    "charging_profile_kind": "Relative",
                    "charging_schedule": {
                        "charging_rate_unit": "a",
                        "charging_schedule_period": [{"start_period": 0, "limit": 6.1}],
                    },
                }
            ),
        ) == {"status": "accepted"}
        assert await commands.change_availability(
            connector_id=1, type="inoperative"
        ) == {"status": "accepted"}
        assert charge_point.connector(1).available is False
        assert await commands.unlock_connector(connector_id=1) == {"status": "unlocked"}
        assert await commands.call("change_configuration", key="A", value="1") == {
            "status": "reboot_required"
        }
        answer = await commands.call("get_configuration", key=["NumberOfConnectors"])
        assert answer["configuration_key"][0] == {
            "key": "NumberOfConnectors",
            "readonly": True,
            "value": "1",
        }
        await commands.refresh()
        assert client.received == [
            (
                "RemoteStartTransaction",
                {
                    "connectorId": 1,
                    "idTag": "HomeAssistant",
                    "chargingProfile": {
                        "chargingProfileId": 1,
                        "stackLevel": 0,
                        "chargingProfilePurpose": "TxProfile",
                        "chargingProfileKind": "Relative",
                        "chargingSchedule": {
                            "chargingRateUnit": "A",
                            "chargingSchedulePeriod": [
                                {"startPeriod": 0, "limit": 6.1}
                            ],
                        },
                    },
                },
            ),
            ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
            ("UnlockConnector", {"connectorId": 1}),
            ("ChangeConfiguration", {"key": "A", "value": "1"}),
            ("GetConfiguration", {"key": ["A"]}),
            ("GetConfiguration", {"key": ["NumberOfConnectors"]}),
            (
                "TriggerMessage",
                {"requestedMessage": "StatusNotification", "connectorId": 1},
            ),
            ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
        ]


async def test_what_is_read_and_written_is_remembered(world: World) -> None:
    """Diagnostics and the next set-up know it, where it cannot be read as well."""
    charge_point = world.adopt()
    result = {"status": "Accepted"}
    async with world.client(ChangeConfiguration=lambda payload: result) as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        configuration = client.answers["GetConfiguration"]
        client.answers["GetConfiguration"] = "InternalError"
        for value, status_, remembered in (
            ("60", "Accepted", "60"),
            ("70", "RebootRequired", "60"),
        ):
            result["status"] = status_
            await charge_point.commands.call(
                "change_configuration", key="webSocketPingInterval", value=value
            )
            known = configured(charge_point, "WebSocketPingInterval")
            assert known == remembered
        client.answers["GetConfiguration"] = configuration
        await charge_point.commands.call("get_configuration")
        assert configured(charge_point, "WebSocketPingInterval") == "30"


async def test_what_goes_wrong_has_a_name(world: World) -> None:
    """Each failure is its own error, in the charge point's own words."""
    charge_point = world.adopt()
    answers: dict[str, Any] = {}
    async with world.client(Reset=lambda payload: answers["Reset"]) as client:
        await client.boot()
        commands = charge_point.commands
        answers["Reset"] = {"status": "Rejected"}
        with pytest.raises(RefusedError) as refused:
            await commands.reset(type="soft")
        assert refused.value.status == "rejected"
        answers["Reset"] = "InternalError"
        with pytest.raises(CallErrorReceivedError) as failed:
            await commands.reset(type="soft")
        assert failed.value.code == "InternalError"
        answers["Reset"] = {"what": 1}
        with pytest.raises(InvalidAnswerError):
            await commands.reset(type="soft")
        with pytest.raises(InvalidRequestError) as invalid:
            await commands.reset(type="gentle")
        assert invalid.value.field == "type"
        with pytest.raises(InvalidRequestError):
            await commands.call("remote_start_transaction", id_tag="x" * 21)
        with pytest.raises(NoTransactionError):
            await commands.call("remote_stop_transaction")
        # One that resets without an answer is waited for; see test_restarts.
        client.answers["ClearCache"] = lambda payload: None
        world.central_system.adopt("CP1", ChargePointSettings(call_timeout=0.05))
        with pytest.raises(CallTimeoutError):
            await commands.call("clear_cache")


async def test_a_silent_charge_point_is_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-open connection ends; one that answers pings stays."""
    monkeypatch.setattr("custom_components.ocpp_cs.csms.session._PING_TIMEOUT", 0.5)
    charge_point = world.central_system.adopt(
        "CP1", ChargePointSettings(heartbeat_interval=0)
    )
    async with world.client() as client:
        await client.boot()
        await asyncio.sleep(1.2)
        assert charge_point.connected
        # Without its reader the library answers no ping.
        client.websocket.transport.pause_reading()
        await until(lambda: not charge_point.connected)
