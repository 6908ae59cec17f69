"""Which version of OCPP is spoken: agreed on, chosen, assumed, and shown by messages."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms import central_system as central_system_module
from custom_components.ocpp_cs.csms.admission.shown_versions import ShownVersions
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from custom_components.ocpp_cs.csms.model.quirks import VersionChoice
from custom_components.ocpp_cs.csms.quirks import rules
from custom_components.ocpp_cs.csms.quirks.matching import Match, Rule
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v2 import version as v2_version
from custom_components.ocpp_cs.csms.v16 import version as v16_version
from tests.csms.client import CallFailed, Client
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station, at, value

BOTH = ("ocpp1.6", "ocpp2.0.1")

BOOT_OF_1_6 = {"chargePointVendor": "Acme", "chargePointModel": "One"}
BOOT_OF_2 = {
    "reason": "PowerUp",
    "chargingStation": {"model": "Two", "vendorName": "Acme"},
}
STATUS_OF_1_6 = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
STATUS_OF_2 = {
    "timestamp": "2026-11-29T10:00:00Z",
    "connectorStatus": "Available",
    "evseId": 1,
    "connectorId": 1,
}
EVENT = {
    "eventType": "Started",
    "timestamp": "2026-11-29T10:00:00Z",
    "triggerReason": "CablePluggedIn",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "a"},
}
START = {
    "connectorId": 1,
    "idTag": "A",
    "meterStart": 0,
    "timestamp": "2026-11-29T10:00:00Z",
}


class Place(World):
    """A central system that notes what it was told of refusals."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), boot_wait=60)
        self.refusals: list[Refusal] = []
        self.central_system._on_refused = self.refusals.append
        self.central_system._server._on_refused = self.refusals.append

    def offering(self, *subprotocols: str, path: str = "ocpp/CP1") -> Client:
        """Return a charge point that answers in any version, yet to connect."""
        return Client(
            f"ws://127.0.0.1:{self.central_system.port}/{path}",
            answers={"GetBaseReport": {"status": "NotSupported"}},
            subprotocols=subprotocols or None,
        )

    async def spoken(self, *subprotocols: str, path: str = "ocpp/CP1") -> str | None:
        """Return what is agreed on if these are offered, and hang up."""
        async with self.offering(*subprotocols, path=path) as client:
            return client.websocket.subprotocol


@pytest.fixture(autouse=True)
def _long_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be the connection just because time has passed."""
    monkeypatch.setattr(central_system_module, "TRIAL_SECONDS", 1000)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Return a central system that listens."""
    place = Place()
    await place.start()
    yield place
    await place.central_system.stop()


async def boot(client: Client, version: str, **more: Any) -> str:
    """Boot in a version; return the status of the answer."""
    payload = BOOT_OF_2 if version.startswith("ocpp2") else BOOT_OF_1_6 | more
    answer = await client.call("BootNotification", payload)
    return str(answer["status"])


# What both agree on (OCPP-J, TC_B_58).


@pytest.mark.parametrize(
    ("choice", "offered", "spoken"),
    [
        ("automatic", ("ocpp1.6", "ocpp2.0.1"), "ocpp1.6"),
        ("automatic", ("ocpp2.0.1", "ocpp1.6"), "ocpp1.6"),
        ("automatic", ("OCPP2.0.1", "Ocpp1.6"), "Ocpp1.6"),
        ("automatic", ("ocpp2.0.1",), "ocpp2.0.1"),
        ("automatic", ("ocpp2.0.1", "ocpp2.0", "ocpp2.1"), "ocpp2.1"),
        ("v2_0_1", ("ocpp2.1", "ocpp2.0.1"), "ocpp2.0.1"),
        ("v2_1", ("ocpp1.6", "ocpp2.0.1", "ocpp2.1"), "ocpp2.1"),
        ("v2_1", ("ocpp1.6", "ocpp2.0.1"), "ocpp1.6"),
        ("automatic", ("ocpp1.6",), "ocpp1.6"),
        ("v1_6", ("ocpp2.0.1", "ocpp1.6"), "ocpp1.6"),
        ("v2_0_1", ("ocpp1.6", "ocpp2.0.1"), "ocpp2.0.1"),
        ("v2_0_1", ("ocpp1.6", "OCPP2.0.1"), "OCPP2.0.1"),
        # Whoever is cut off is worse off.
        ("v2_0_1", ("ocpp1.6",), "ocpp1.6"),
        ("v1_6", ("ocpp2.0.1",), "ocpp2.0.1"),
    ],
)
async def test_the_choice_decides_between_what_is_offered(
    place: Place, choice: str, offered: tuple[str, ...], spoken: str
) -> None:
    charge_point = place.adopt(version=VersionChoice(choice))
    async with place.offering(*offered) as client:
        assert client.websocket.subprotocol == spoken
        assert await boot(client, spoken.lower()) == "Accepted"
        assert charge_point.protocol == spoken
        assert charge_point.subprotocols_offered == offered
        chosen = VersionChoice(choice).subprotocol
        assert charge_point.version_missed is (chosen not in (None, spoken.lower()))


async def test_each_has_its_own_choice(place: Place) -> None:
    place.adopt(version=VersionChoice.V2_0_1)
    place.adopt("CP2", version=VersionChoice.V1_6)
    assert await place.spoken(*BOTH) == "ocpp2.0.1"
    assert await place.spoken(*BOTH, path="ocpp/CP2") == "ocpp1.6"
    assert await place.spoken(*BOTH, path="ocpp/UNKNOWN") == "ocpp1.6"


async def test_the_choice_of_one_that_is_known_by_its_secret(place: Place) -> None:
    """Its address ends with the secret, and its id is found by that."""
    secret = "s" * 22
    place.adopt(version=VersionChoice.V2_0_1, path_secret=secret)
    assert await place.spoken(*BOTH, path=f"ocpp/{secret}") == "ocpp2.0.1"


@pytest.mark.parametrize("path", ["ocpp2.0.1/CP1", "ocpp/2.0.1/CP1", "ocpp16/CP1"])
async def test_the_path_never_decides(place: Place, path: str) -> None:
    """Part 4, 3.1.1, with the errata."""
    place.adopt()
    assert await place.spoken("ocpp2.0.1", path=path) == "ocpp2.0.1"
    assert await place.spoken("ocpp1.6", path=path) == "ocpp1.6"


async def test_an_empty_name_is_overlooked(place: Place) -> None:
    """KEBA offers `,ocpp2.0.1`."""
    place.adopt()
    client = place.offering()
    client._headers = lambda: {  # type: ignore[method-assign]
        "Sec-WebSocket-Protocol": ",ocpp2.0.1"
    }
    # The library refuses what it has not offered itself.
    client._subprotocols = ("ocpp2.0.1",)
    async with client:
        assert client.websocket.subprotocol == "ocpp2.0.1"


async def test_what_is_not_spoken_is_completed_and_closed(place: Place) -> None:
    """Without a subprotocol, as there is none to agree on (TC_B_58)."""
    place.adopt()
    async with place.offering("ocpp2.0", "ocpp3") as client:
        assert client.websocket.subprotocol is None
        await client.websocket.wait_closed()
        assert client.websocket.close_code == 1002
        assert client.websocket.close_reason == (
            "only ocpp1.6, ocpp2.1 and ocpp2.0.1 are spoken here"
        )
    (refusal,) = place.refusals
    assert refusal.reason is RefusalReason.PROTOCOL_UNKNOWN


async def test_a_make_that_is_better_at_2(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the connection after the one on which it told who it is."""
    good = Rule(
        name="Good",
        match=Match(vendor="acme"),
        differs={"version": VersionChoice.V2_0_1},
    )
    monkeypatch.setattr(rules, "RULES", (good,))
    charge_point = place.adopt()
    async with place.offering(*BOTH) as client:
        assert await boot(client, "ocpp1.6") == "Accepted"
        assert charge_point.quirks.version is VersionChoice.V2_0_1
    assert await place.spoken(*BOTH) == "ocpp2.0.1"
    # Only where it offers that, which misses nothing that the owner has chosen.
    async with place.offering("ocpp1.6") as client:
        assert await boot(client, "ocpp1.6") == "Accepted"
        assert not charge_point.version_missed
    place.adopt(version=VersionChoice.V1_6)
    assert await place.spoken(*BOTH) == "ocpp1.6"


# A change of the choice.


async def closes(client: Client) -> bool:
    """Return whether the connection is closed soon."""
    try:
        async with asyncio.timeout(0.5):
            await client.websocket.wait_closed()
    except TimeoutError:
        return False
    return True


async def test_a_change_closes_once_what_would_be_another_version(
    place: Place,
) -> None:
    place.adopt()
    async with place.offering(*BOTH) as client:
        await boot(client, "ocpp1.6")
        place.adopt(version=VersionChoice.V1_6)
        assert not await closes(client)
        place.adopt(version=VersionChoice.V2_0_1)
        await client.websocket.wait_closed()
        assert client.websocket.close_code == 1001
    async with place.offering(*BOTH) as client:
        assert client.websocket.subprotocol == "ocpp2.0.1"
        await boot(client, "ocpp2.0.1")
        # Other settings are none of the version's business.
        place.adopt(version=VersionChoice.V2_0_1, sample_interval=77)
        assert not await closes(client)


async def test_a_change_leaves_alone_who_offers_nothing_else(place: Place) -> None:
    charge_point = place.adopt()
    async with place.offering("ocpp1.6") as client:
        await boot(client, "ocpp1.6")
        place.adopt(version=VersionChoice.V2_0_1)
        assert charge_point.version_missed
        assert not await closes(client)
        place.adopt()
        assert not charge_point.version_missed


# Without a subprotocol.


@pytest.mark.parametrize("adopted", [True, False])
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", BOOT_OF_2),
        ("StatusNotification", STATUS_OF_2),
        ("TransactionEvent", EVENT),
        ("NotifyReport", {}),
    ],
)
async def test_a_message_shows_what_is_spoken(
    place: Place, action: str, payload: dict[str, Any], adopted: bool
) -> None:
    """It is not answered, so that it comes again on the next connection."""
    if adopted:
        place.adopt()
    async with place.offering() as client:
        with pytest.raises(ConnectionClosed):
            await client.call(action, payload)
        assert client.websocket.close_code == 1012
    async with place.offering() as client:
        status = await boot(client, "ocpp2.0.1")
        assert status == ("Accepted" if adopted else "Pending")
    async with place.offering() as client:
        if adopted:
            assert "currentTime" in await client.call("Heartbeat")
    assert place.refusals == []


async def test_who_speaks_1_6_without_saying_so_is_served(place: Place) -> None:
    place.adopt()
    async with place.offering() as client:
        assert await boot(client, "ocpp1.6", chargingStation={}) == "Accepted"
        with pytest.raises(CallFailed) as caught:
            await client.call("Whatever")
        assert caught.value.code == "NotImplemented"
        assert "currentTime" in await client.call("Heartbeat")


async def test_what_was_shown_can_change(place: Place) -> None:
    """After another firmware, say; but not for ever, as it may be both."""
    charge_point = place.adopt()
    for kind in ("ocpp2.0.1", "ocpp1.6", "ocpp2.0.1"):
        async with place.offering() as client:
            with pytest.raises(ConnectionClosed):
                await boot(client, kind)
    async with place.offering() as client:
        with pytest.raises(CallFailed) as refused:
            await client.call("BootNotification", BOOT_OF_1_6)
        assert refused.value.code == "FormatViolation"
        assert await boot(client, "ocpp2.0.1") == "Accepted"
    assert charge_point.deviations.counts["message_of_other_version"] == 4
    (refusal,) = place.refusals
    assert refusal.reason is RefusalReason.OTHER_VERSION


async def test_the_choice_counts_where_nothing_is_offered(place: Place) -> None:
    charge_point = place.adopt(version=VersionChoice.V2_0_1)
    async with place.offering() as client:
        assert await boot(client, "ocpp2.0.1") == "Accepted"
        assert not charge_point.version_missed
        place.adopt(version=VersionChoice.V1_6)
        await client.websocket.wait_closed()
    async with place.offering() as client:
        assert await boot(client, "ocpp1.6") == "Accepted"


def test_what_was_shown_is_kept_of_a_few() -> None:
    shown = ShownVersions()
    for number in range(1000):
        assert shown.learn(f"CP{number}", "ocpp2.0.1")
    assert len(shown._known) == 200
    assert (shown.of("CP999"), shown.of("CP1")) == ("ocpp2.0.1", None)


# Messages of the other version on an agreed one.


@pytest.mark.parametrize(
    ("agreed", "action", "payload", "code"),
    [
        ("ocpp2.0.1", "BootNotification", BOOT_OF_1_6, "FormatViolation"),
        ("ocpp2.0.1", "StatusNotification", STATUS_OF_1_6, "FormatViolation"),
        ("ocpp2.0.1", "Authorize", {"idTag": "A"}, "FormatViolation"),
        (
            "ocpp2.0.1",
            "MeterValues",
            {"connectorId": 1, "meterValue": []},
            "FormatViolation",
        ),
        ("ocpp2.0.1", "StartTransaction", START, "NotImplemented"),
        ("ocpp2.0.1", "StopTransaction", {}, "NotImplemented"),
        ("ocpp2.0.1", "DiagnosticsStatusNotification", {}, "NotImplemented"),
        ("ocpp1.6", "BootNotification", BOOT_OF_2, "FormationViolation"),
        ("ocpp1.6", "StatusNotification", STATUS_OF_2, "FormationViolation"),
        ("ocpp1.6", "TransactionEvent", EVENT, "NotImplemented"),
        ("ocpp1.6", "NotifyEvent", {}, "NotImplemented"),
    ],
)
@pytest.mark.parametrize("adopted", [True, False])
async def test_it_is_answered_noted_and_told_and_goes_on(
    place: Place,
    agreed: str,
    action: str,
    payload: dict[str, Any],
    code: str,
    adopted: bool,
) -> None:
    if adopted:
        place.adopt()
    async with place.offering(agreed) as client:
        for _ in range(3):
            with pytest.raises(CallFailed) as refused:
                await client.call(action, payload)
            assert refused.value.code == code
        status = await boot(client, agreed)
        assert status == ("Accepted" if adopted else "Pending")
        charge_point = place.central_system._known("CP1")
        assert charge_point is not None
        assert charge_point.deviations.counts["message_of_other_version"] == 3
    (refusal,) = place.refusals
    assert refusal.reason is RefusalReason.OTHER_VERSION
    other = {"ocpp1.6": "OCPP 2.0.1", "ocpp2.0.1": "OCPP 1.6"}[agreed]
    assert refusal.versions == other
    assert (refusal.charge_point_id, refusal.remote) == ("CP1", "127.0.0.1")


def test_nothing_that_a_version_has_is_taken_for_the_other() -> None:
    """Neither an action, nor a payload with the fields of both."""
    for action in v16_version.load_schemas().actions:
        assert not v16_version.is_of_ocpp_2(action, {})
    for action in v2_version.load_schemas().actions:
        assert not v2_version.is_of_ocpp_1_6(action, {})
    both = BOOT_OF_1_6 | BOOT_OF_2
    assert not v16_version.is_of_ocpp_2("BootNotification", both)
    assert not v2_version.is_of_ocpp_1_6("BootNotification", both)


# Probes.


class Seen:
    """What was seen of `connected`."""

    def __init__(self, charge_point: ChargePoint) -> None:
        self.states: list[bool] = []
        charge_point.watch(
            ("connected",), lambda: self.states.append(charge_point.connected)
        )


async def probes(place: Place, *subprotocols: str) -> None:
    """Connect for a moment and say nothing."""
    async with place.offering(*subprotocols):
        await asyncio.sleep(0.2)


async def test_a_probe_does_not_replace_the_open_connection(place: Place) -> None:
    """FoxESS opens one with 1.6 again and again."""
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
        link, seen = charge_point.link, Seen(charge_point)
        for _ in range(3):
            await probes(place, "ocpp1.6")
        assert charge_point.link is link
        assert "currentTime" in await station.call("Heartbeat")
        assert seen.states == []
        assert charge_point.connections == 1


async def test_a_probe_before_the_real_one_is_not_seen(place: Place) -> None:
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
    await until(lambda: not charge_point.connected)
    seen = Seen(charge_point)
    for _ in range(2):
        await probes(place, "ocpp1.6")
    assert charge_point.connections == 1
    async with V2Station.of(place) as station:
        await station.booted(place)
        assert seen.states == [True]


async def test_its_first_message_makes_it_the_connection(place: Place) -> None:
    """What it says while it is on trial is not lost."""
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
        async with place.offering("ocpp1.6") as client:
            assert await boot(client, "ocpp1.6") == "Accepted"
            assert charge_point.protocol == "ocpp1.6"
            await station.websocket.wait_closed()


async def test_a_silent_one_is_the_connection_after_a_while(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a charge point that has only reconnected may say nothing for minutes."""
    monkeypatch.setattr(central_system_module, "TRIAL_SECONDS", 0.3)
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
    await until(lambda: not charge_point.connected)
    async with place.offering("ocpp1.6"):
        await until(lambda: charge_point.connected)
        assert charge_point.protocol == "ocpp1.6"


async def test_the_same_version_takes_over_at_once(place: Place) -> None:
    """Also the one that the owner has chosen."""
    charge_point = place.adopt()
    async with place.offering("ocpp1.6") as old:
        await boot(old, "ocpp1.6")
        async with place.offering("OCPP1.6"):
            await until(lambda: charge_point.connections == 2)
            place.adopt(version=VersionChoice.V2_0_1)
            async with place.offering("ocpp2.0.1"):
                await until(lambda: charge_point.connections == 3)
    assert charge_point.protocol == "ocpp2.0.1"


async def test_it_ends_while_some_are_on_trial(place: Place) -> None:
    """At once, and nothing is left of them."""
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
        async with place.offering("ocpp1.6") as one, place.offering("ocpp1.6") as two:
            await asyncio.sleep(0.1)
            async with asyncio.timeout(5):
                await place.central_system.stop()
            await one.websocket.wait_closed()
            await two.websocket.wait_closed()
    assert charge_point.connections == 1
    assert not place.central_system._server._websockets


async def test_it_is_removed_while_one_is_on_trial(place: Place) -> None:
    place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
        async with place.offering("ocpp1.6") as client:
            await asyncio.sleep(0.1)
            await place.central_system.forget("CP1")
            # It is one of the unknown now.
            assert await boot(client, "ocpp1.6") == "Pending"


# One version after the other.


async def test_what_one_version_said_is_not_shown_of_the_other(place: Place) -> None:
    charge_point = place.adopt()
    told: list[None] = []
    charge_point.version_listeners.append(lambda: told.append(None))
    client = place.client()
    async with client:
        await client.boot()
        await until(lambda: charge_point.ready)
        assert charge_point.configuration
        assert charge_point.capabilities.sample_interval is not None
        charge_point.refused_settings["x"] = "1"
    async with V2Station.of(place) as station:
        await station.booted(place)
        assert not charge_point.configuration
        assert not charge_point.refused_settings
        inventory = station_of(charge_point).inventory
        assert len(inventory) == len(station.model)
    async with client:
        await client.boot()
        await until(lambda: charge_point.ready)
        assert charge_point.configuration
        assert not len(station_of(charge_point).inventory)
    assert len(told) == 2
    # The same version again is no change.
    async with client:
        await client.boot()
        assert charge_point.configuration
    assert len(told) == 2


async def test_a_session_that_is_told_again_in_1_6(place: Place) -> None:
    """With another id, as 1.6 has numbers; the one before is over."""
    place.adopt()
    when = at()
    sampled = {"timestamp": when, "sampledValue": [value(1000)]}
    async with V2Station.of(place) as station:
        await station.booted(place)
        await station.event(
            "Started", token="CARD", values=[sampled], timestamp=when, state="Charging"
        )
    start = {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": when}
    async with place.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start))["transactionId"]
        assert (await client.call("StartTransaction", start))["transactionId"] == number
        stop = {"transactionId": number, "meterStop": 2500, "timestamp": at(60)}
        await client.call("StopTransaction", stop)
    kept = {one.id: one for one in place.ledger.at_hand("CP1")}
    assert kept.keys() == {"T-1", str(number)}
    assert kept[str(number)].energy_wh == 1500
    assert all(one.end is not None for one in kept.values())


def station_of(charge_point: ChargePoint) -> Any:
    """Return what the version 2 keeps of it."""
    from custom_components.ocpp_cs.csms.v2.station import Station

    return charge_point.part(Station)


async def test_an_id_elsewhere_is_a_deviation(place: Place) -> None:
    """And not one for those that have it where it belongs."""
    charge_point = place.adopt()
    base = f"ws://127.0.0.1:{place.central_system.port}"
    for url in (f"{base}/ocpp?id=CP1", f"{base}/CP1"):
        async with Client(url) as client:
            await client.boot()
    assert charge_point.connections == 2
    assert charge_point.deviations.counts["id_in_query"] == 1


# Compression.


@pytest.mark.parametrize(
    ("offered", "compressed"),
    [
        (("ocpp2.0.1",), True),
        (("OCPP2.0.1",), True),
        (("ocpp1.6",), False),
        (BOTH, False),
        ((), False),
        (("ocpp3",), False),
    ],
)
async def test_only_version_2_is_compressed(
    place: Place, offered: tuple[str, ...], compressed: bool
) -> None:
    """Part 4 demands it (RFC 7692); 1.6 does not know it."""
    place.adopt()
    async with place.offering(*offered) as client:
        assert [str(one) for one in client.websocket.protocol.extensions] == (
            [
                (
                    "PerMessageDeflate(remote_no_context_takeover=True, "
                    "local_no_context_takeover=False, "
                    "remote_max_window_bits=10, local_max_window_bits=12)"
                )
            ]
            if compressed
            else []
        )


async def test_a_bomb_is_bounded_as_any_message(place: Place) -> None:
    """What is read counts, not what was sent; and the station can come again."""
    charge_point = place.adopt()
    async with V2Station.of(place) as station:
        await station.booted(place)
        with pytest.raises(CallFailed) as refused:
            await station.call("DataTransfer", {"vendorId": "x", "data": "x" * 500_000})
        assert refused.value.code == "RpcFrameworkError"
        await station.websocket.send("x" * 20_000_000)
        await station.websocket.wait_closed()
        assert station.websocket.close_code == 1009
    await until(lambda: not charge_point.connected)
    async with V2Station.of(place) as station:
        await station.booted(place)
