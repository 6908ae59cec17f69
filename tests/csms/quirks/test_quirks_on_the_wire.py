"""What is done differently for charge points that differ: simulated ones, real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    InvalidRequestError,
    KnownUnsupportedError,
    NotSupportedError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus, Identity
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.quirks import Overrides, Quirk
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import Bender, Car, Evc5, Generic, GoE
from tests.csms.central import configured
from tests.csms.test_central_system import World, meter_values, sample, until

TEN_AMPERES = ChargingProfile(
    id=1,
    stack_level=0,
    purpose=Purpose.TX,
    kind=Kind.RELATIVE,
    schedules=(Schedule(unit=Unit.AMPERE, periods=(Period(start=0, limit=10),)),),
)
TIMES: Any = {"noise": 0.0, "backoff": (0.05, 0.2)}


@pytest.fixture
def boot_wait() -> float:
    """Return the seconds after which nobody waits for a boot any more."""
    return 60.0


@pytest.fixture(name="world")
async def fixture_world(boot_wait: float) -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore(), boot_wait)
    await world.start()
    yield world
    await world.central_system.stop()


def url(world: World, charge_point_id: str = "") -> str:
    """Return the address of the central system; go-e uses it as it is."""
    return f"ws://127.0.0.1:{world.central_system.port}/ocpp/{charge_point_id}"


async def settled(charge_point: ChargePoint, charger: Any) -> None:
    """Return when nothing is asked any more."""
    await until(lambda: charge_point.ready and charge_point.link._setup.done())
    await charger.wait_idle()


def keys_asked(charger: Any) -> list[list[str] | None]:
    """Return what each GetConfiguration asked for."""
    return [payload.get("key") for payload in charger.calls("GetConfiguration")]


# The configuration ---------------------------------------------------------


async def test_an_old_go_e_is_asked_in_pieces(world: World) -> None:
    """It would answer all at once with something that is no JSON."""
    charge_point = world.adopt("237512")
    async with GoE(url(world, "237512"), "237512", firmware="59.4", **TIMES) as charger:
        charger.faults.cut_configuration = 1500
        await settled(charge_point, charger)
        assert len(keys_asked(charger)) == 1
        assert configured(charge_point, "NumberOfConnectors") == "1"
        assert configured(charge_point, "MeterValueSampleInterval") == "10"
        assert not charger.violations

        charger.received.clear()
        answer = await charge_point.commands.call("get_configuration")
        pieces = keys_asked(charger)
        assert len(pieces) == 3
        assert all(piece and len(piece) <= 10 for piece in pieces)
        found = {item["key"]: item["value"] for item in answer["configuration_key"]}
        assert found["LightIntensity"] == "46"
        assert len(found) == 24
        assert "RequestedCurrent" in answer["unknown_key"]


async def test_a_new_go_e_is_asked_for_everything(world: World) -> None:
    charge_point = world.adopt("237512")
    async with GoE(url(world, "237512"), "237512", firmware="60.5", **TIMES) as charger:
        await settled(charge_point, charger)
        assert keys_asked(charger) == [None]


async def test_the_owner_has_a_charger_asked_in_pieces(world: World) -> None:
    charge_point = world.adopt("CP1", overrides=Overrides(configuration_in_pieces=True))
    async with Generic(url(world), "CP1", **TIMES) as charger:
        await settled(charge_point, charger)
        (keys,) = keys_asked(charger)
        assert keys is not None
        assert "ConnectorSwitch3to1PhaseSupported" in keys


async def test_evc5_gets_fifty_keys_at_a_time_in_its_spelling(world: World) -> None:
    """Also before it has told how many it takes, and how it spells them."""
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        assert charger.configuration["WebSocketPingInterval"].value == "30"
        charger.received.clear()
        charge_point.configuration.clear()
        await charge_point.commands.call(
            "get_configuration",
            key=["WebSocketPingInterval", *(f"key_{number}" for number in range(60))],
        )
        asked = keys_asked(charger)
        assert [len(piece or ()) for piece in asked] == [50, 11]
        assert (asked[0] or [""])[0] == "WebsocketPingInterval"

        charge_point.configuration.clear()
        charger.received.clear()
        await charge_point.commands.call(
            "change_configuration", key="WebSocketPingInterval", value="45"
        )
        (written,) = charger.calls("ChangeConfiguration")
        assert written["key"] == "WebsocketPingInterval"


async def test_evc5_raises_the_light(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        for value, kept in (("20", "50"), ("70", "70")):
            await charge_point.commands.call(
                "change_configuration", key="LightIntensity", value=value
            )
            assert charger.configuration["LightIntensity"].value == kept
            assert configured(charge_point, "LightIntensity") == kept


@pytest.mark.parametrize(
    ("vendor", "model", "interval"),
    [("Acme", "One", "10"), ("MENNEKES", "ACU", "60"), ("Easee", "Charge", "30")],
)
async def test_the_sample_interval_is_one_that_it_takes(
    world: World, vendor: str, model: str, interval: str
) -> None:
    charge_point = world.adopt("CP1", sample_interval=10)
    async with Generic(url(world), "CP1", sample_interval=900, **TIMES) as charger:
        charger.vendor, charger.model = vendor, model
        await charger.reboot()
        await until(
            lambda: charger.configuration["MeterValueSampleInterval"].value == interval
        )
        assert charge_point.quirks.sample_interval_from in (0, int(interval))


@pytest.mark.parametrize(
    ("vendor", "wanted", "unwanted"),
    [
        ("Acme", {"Voltage", "Current.Offered", "SoC"}, set()),
        ("EV-BOX", {"Voltage"}, {"Current.Offered", "SoC", "Power.Offered"}),
        ("Easee", None, set()),
    ],
)
async def test_measurands_are_left_out(
    world: World, vendor: str, wanted: set[str] | None, unwanted: set[str]
) -> None:
    configuration = {
        "configurationKey": [
            {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
            {
                "key": "MeterValuesSampledData",
                "readonly": False,
                "value": "Energy.Active.Import.Register",
            },
        ]
    }
    charge_point = world.adopt()
    async with world.client(GetConfiguration=configuration) as client:
        await client.boot(chargePointVendor=vendor)
        await until(lambda: charge_point.ready and charge_point.link._setup.done())
        written = [
            payload["value"].split(",")
            for action, payload in client.received
            if action == "ChangeConfiguration"
        ]
        if wanted is None:
            assert written == []
        else:
            assert wanted <= set(written[0])
            assert not unwanted & set(written[0])


# Commands ------------------------------------------------------------------


async def test_a_profile_of_a_start_follows_where_it_cannot_go_along(
    world: World,
) -> None:
    """The transaction begins without it, and gets it once it has an id."""
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charger.plug(2, Car(phases=3, max_current=32))
        answer = await charge_point.commands.call(
            "remote_start_transaction", connector_id=2, charging_profile=TEN_AMPERES
        )
        assert answer == {"status": "accepted", "charging_profile": "follows"}
        await until(lambda: charger.calls("SetChargingProfile"))
        (started,) = charger.calls("RemoteStartTransaction")
        assert "chargingProfile" not in started
        (limited,) = charger.calls("SetChargingProfile")
        assert limited["connectorId"] == 2
        profile = limited["csChargingProfiles"]
        assert profile["chargingProfilePurpose"] == "TxProfile"
        assert profile["transactionId"] == charger.connector(2).transaction_id
        await charger.wait_for(lambda: charger.connector(2).offered_current == 10)
        assert charge_point.awaited_starts == {}
        assert not charger.violations


@pytest.mark.parametrize(
    ("connector_id", "card"), [(None, "BERTA"), (1, "HomeAssistant")]
)
async def test_a_profile_of_a_start_waits_for_its_own_transaction(
    world: World, connector_id: int | None, card: str
) -> None:
    """Neither another tag is limited by it, nor another connector."""
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charge_point.commands.call(
            "remote_start_transaction",
            connector_id=connector_id,
            charging_profile=TEN_AMPERES,
        )
        await charger.plug(2, Car())
        await charger.present_card(card, 2)
        await charger.wait_for(lambda: charger.connector(2).transaction_id is not None)
        await charger.wait_idle()
        assert charge_point.awaited_starts
        await charger.plug(1, Car())
        await until(lambda: charger.calls("SetChargingProfile"))
        (limited,) = charger.calls("SetChargingProfile")
        assert limited["connectorId"] == 1


async def test_a_second_start_that_is_refused_leaves_the_first_alone(
    world: World,
) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        start = charge_point.commands.start_transaction
        await start(connector_id=1, charging_profile=TEN_AMPERES)
        (first,) = charge_point.awaited_starts.values()
        with pytest.raises(RefusedError):
            await start(connector_id=1, id_tag="ANNA", charging_profile=TEN_AMPERES)
        assert list(charge_point.awaited_starts.values()) == [first]
        await world.central_system.forget("E1")
        assert charge_point.awaited_starts == {}


async def test_a_refused_start_is_not_waited_for(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        charger.faults.reject_all = True
        with pytest.raises(RefusedError):
            await charge_point.commands.call(
                "remote_start_transaction", connector_id=1, charging_profile=TEN_AMPERES
            )
        assert charge_point.awaited_starts == {}


async def test_a_profile_that_cannot_be_sent_starts_nothing(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        with pytest.raises(InvalidRequestError) as caught:
            await charge_point.commands.call(
                "remote_start_transaction",
                charging_profile=replace(
                    TEN_AMPERES,
                    schedules=(
                        Schedule(
                            unit=Unit.AMPERE, periods=(Period(start=0, limit=6.55),)
                        ),
                    ),
                ),
            )
        schedule, _, rest = caught.value.field.partition(".charging_schedule_period")
        assert (schedule, rest) == ("charging_profile.charging_schedule", ".0.limit")
        assert not charger.calls("RemoteStartTransaction")


@pytest.mark.parametrize(
    ("firmware", "overrides", "along"),
    [
        ("59.4", {}, False),
        ("60.4", {}, True),
        ("59.4", {"remote_start_takes_profile": True}, True),
    ],
)
async def test_go_e_takes_a_profile_with_the_start_from_60_4_on(
    world: World, firmware: str, overrides: dict[str, Any], along: bool
) -> None:
    charge_point = world.adopt("237512", overrides=Overrides(**overrides))
    async with GoE(
        url(world, "237512"), "237512", firmware=firmware, acs=1, **TIMES
    ) as charger:
        await settled(charge_point, charger)
        await charger.plug(1, Car(phases=3, max_current=32))
        await charge_point.commands.call(
            "remote_start_transaction", connector_id=1, charging_profile=TEN_AMPERES
        )
        (started,) = charger.calls("RemoteStartTransaction")
        assert ("chargingProfile" in started) is along
        if not along:
            await until(lambda: charger.calls("SetChargingProfile"))
            await charger.wait_for(lambda: charger.connector(1).offered_current == 10)


async def test_what_it_does_not_know_is_not_sent(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        commands = charge_point.commands
        with pytest.raises(KnownUnsupportedError) as caught:
            await commands.call("cancel_reservation", reservation_id=1)
        assert caught.value.rules == ("Ecotap EVC5",)
        assert not charger.calls("CancelReservation")
        charger.received.clear()
        with pytest.raises(KnownUnsupportedError) as caught:
            await commands.trigger_message(
                requested_message="FirmwareStatusNotification"
            )
        assert caught.value.what == "firmware_status_notification"
        assert not charger.received

        # The owner has it sent all the same; now it says so itself.
        world.adopt("E1", overrides=Overrides(try_everything=True))
        with pytest.raises(NotSupportedError) as error:
            await commands.call("cancel_reservation", reservation_id=1)
        assert error.value.code == "NotImplemented"
        assert charger.calls("CancelReservation")


async def test_an_availability_that_does_harm_is_not_sent(world: World) -> None:
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot(chargePointVendor="EN+")
        with pytest.raises(KnownUnsupportedError):
            await charge_point.commands.change_availability(type="inoperative")
        assert "ChangeAvailability" not in [action for action, _ in client.received]


async def test_a_go_e_that_gives_no_meter_values_is_not_asked(world: World) -> None:
    charge_point = world.adopt("237512")
    async with GoE(
        url(world, "237512"), "237512", firmware="055.5", **TIMES
    ) as charger:
        await settled(charge_point, charger)
        await charge_point.commands.refresh()
        asked = {
            payload["requestedMessage"] for payload in charger.calls("TriggerMessage")
        }
        assert asked == {"StatusNotification"}
        assert charge_point.deviations.counts.keys() == set()


async def test_diagnostics_that_are_gone_afterwards(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        answer = await charge_point.commands.call(
            "get_diagnostics", location="ftp://example.com/"
        )
        assert answer == {"file_name": "E1.log", "deleted_by_reading": True}


async def test_a_slow_charger_gets_its_time(world: World) -> None:
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot(chargePointVendor="MENNEKES", chargePointModel="AMTRON 4You")
        assert charge_point.link.connection.call_timeout == 90
        await client.boot(chargePointVendor="Acme")
        charge_point.acquaintance.accept(Identity(vendor="Acme"))
        assert charge_point.link.connection.call_timeout == 5


# Meter values --------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "sent", "shown"),
    [
        ("go-e", "22500.00", 22.5),
        ("go-e", "-4500.00", -4.5),
        ("go-e", "22.50", 22.5),
        ("Acme", "22500.00", None),
    ],
)
async def test_temperatures_in_thousandths(
    world: World, vendor: str, sent: str, shown: float | None
) -> None:
    """Of those that are known for it; and theirs may be right, too."""
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot(chargePointVendor=vendor, firmwareVersion="59.4")
        for _ in range(2):
            await client.call(
                "MeterValues", meter_values(sample(sent, "Temperature", unit="Celsius"))
            )
            assert charge_point.connector(1).measurements.get("temperature") == shown


# What everybody may do -----------------------------------------------------


async def test_what_a_bender_does(world: World) -> None:
    charge_point = world.adopt("B1")
    async with Bender(url(world), "B1", long_values=True, **TIMES) as charger:
        charger.faults.digit_booleans = charger.faults.occupied = True
        await settled(charge_point, charger)
        assert charge_point.quirks.expected >= {
            Quirk.DIGIT_BOOLEANS,
            Quirk.INFORMATIVE_STATUS,
            Quirk.LONG_VALUES,
            Quirk.OCCUPIED,
        }
        assert configured(charge_point, "LocalAuthorizeOffline") == "1"
        assert len(configured(charge_point, "RCMB_STATE") or "") > 500
        await charge_point.commands.call(
            "change_configuration", key="LocalAuthorizeOffline", value="0"
        )
        await charger.plug()
        await until(
            lambda: charge_point.connector(1).status is ConnectorStatus.PREPARING
        )
        changed: list[None] = []
        charge_point.connector(0).watch(("status",), lambda: changed.append(None))
        charger.web_login()
        await until(lambda: charge_point.connector(0).info is not None)
        assert changed == []


async def test_an_evc5_is_occupied(world: World) -> None:
    charge_point = world.adopt("E1")
    async with Evc5(url(world), "E1", **TIMES) as charger:
        await settled(charge_point, charger)
        await charger.plug(2)
        await until(
            lambda: charge_point.connector(2).status is ConnectorStatus.PREPARING
        )
        assert Quirk.OCCUPIED in charge_point.quirks.expected


# When it is known ----------------------------------------------------------


@pytest.mark.parametrize("boot_wait", [0.05])
async def test_what_it_said_before_a_restart_counts(world: World) -> None:
    """No boot is due on a mere reconnect (J 5.4)."""
    charge_point = world.adopt()
    charge_point.recall_identity(Identity(vendor="Easee", firmware="1"))
    assert charge_point.quirks.rules == ("Easee",)
    async with world.client() as client:
        await client.wait_for("GetConfiguration")
        await until(lambda: charge_point.ready and charge_point.link._setup.done())
        assert (
            "ChangeConfiguration",
            {"key": "MeterValueSampleInterval", "value": "30"},
        ) in client.received
        await client.boot(chargePointVendor="Acme")
        assert charge_point.quirks.rules == ("Easee",)
        charge_point.acquaintance.accept(Identity(vendor="Acme"))
        charge_point.recall_identity(Identity(vendor="Easee"))
        assert charge_point.quirks.rules == ()


async def test_it_is_found_out_once(world: World) -> None:
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot(chargePointVendor="Easee")
        quirks = charge_point.quirks
        await client.boot(chargePointVendor="Easee")
        await client.call("Heartbeat")
        assert charge_point.quirks is quirks
