"""Who says the id of a charge point that is connected, or was: over real sockets."""

import asyncio
import logging
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.admission import acquaintance, takeovers
from custom_components.ocpp_cs.csms.admission.connection_budget import PER_ADDRESS
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import NotKnownError
from custom_components.ocpp_cs.csms.model.model import Identity
from tests.csms.client import Client
from tests.csms.test_central_system import CONFIGURATION, World, until, world

__all__ = ["world"]

HOME, ELSEWHERE, THIRD = "127.0.0.1", "127.0.0.2", "127.0.0.3"
SECRET = "Zm9vYmFyLWJhel9xdXV4QQ"


class From(Client):
    """A charge point that comes from an address of its own."""

    def __init__(self, world: World, address: str, path: str = "CP1") -> None:
        """Connect later."""
        super().__init__(
            f"ws://127.0.0.1:{world.central_system.port}/{path}",
            answers={"GetConfiguration": CONFIGURATION},
            address=address,
        )

    async def sent_away(self) -> int | None:
        """Return the code with which the server closes the connection."""
        await asyncio.wait_for(self.websocket.wait_closed(), 60)
        return self.websocket.close_code

    def hang(self) -> None:
        """Answer nothing any more, pings least of all, with the socket open."""
        self._reader.cancel()
        self._reader = asyncio.create_task(asyncio.sleep(0))
        self.websocket.transport.pause_reading()


@pytest.fixture(autouse=True)
def happened(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Adopt CP1, and note what is told of it."""
    told: list[tuple[str, dict[str, Any]]] = []
    world.adopt().listen(lambda kind, data: told.append((kind, data)))
    return told


def of(happened: list[tuple[str, dict[str, Any]]], kind: str) -> list[dict[str, Any]]:
    return [data for name, data in happened if name == kind]


@pytest.fixture
def charge_point(world: World) -> ChargePoint:
    return world.central_system.charge_points["CP1"]


async def test_a_living_connection_is_kept_from_others(
    world: World, charge_point: ChargePoint, happened: Any
) -> None:
    async with From(world, HOME) as home:
        await home.boot()
        for _ in range(2):
            async with From(world, ELSEWHERE) as other:
                # What it says meanwhile is not heard.
                await other.websocket.send(
                    '[2,"1","BootNotification",{"chargePointVendor":"EVIL",'
                    '"chargePointModel":"EVIL"}]'
                )
                assert await other.sent_away() == 1008
        await home.call("Heartbeat")
        assert charge_point.remote == HOME
        assert charge_point.identity.vendor == "Acme"
    await until(lambda: len(of(happened, "kept")) == 2)
    assert of(happened, "kept")[0] == {"old": HOME, "new": ELSEWHERE}
    assert not of(happened, "taken_over")


async def test_many_who_come_at_once_are_one_question(
    world: World, charge_point: ChargePoint
) -> None:
    async with From(world, HOME) as home:
        await home.boot()
        # More from one address are dropped, if the answer to the ping is late.
        others = [From(world, ELSEWHERE) for _ in range(PER_ADDRESS)]
        for other in others:
            await other.__aenter__()
        assert [await other.sent_away() for other in others] == [1008] * PER_ADDRESS
        await home.call("Heartbeat")


async def test_a_dead_connection_gives_way(
    world: World,
    charge_point: ChargePoint,
    happened: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another address from a router, and the old connection was never closed."""
    monkeypatch.setattr(takeovers, "PATIENCE", 0.2)
    async with From(world, HOME) as home:
        await home.boot()
        home.hang()
        async with From(world, ELSEWHERE) as other:
            await other.boot()
            assert charge_point.remote == ELSEWHERE
    await until(lambda: of(happened, "taken_over"))
    assert of(happened, "taken_over") == [{"old": HOME, "new": ELSEWHERE, "count": 1}]


async def test_who_does_not_wait_takes_nobodys_place(
    world: World,
    charge_point: ChargePoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(takeovers, "PATIENCE", 0.3)
    async with From(world, HOME) as home:
        await home.boot()
        link = charge_point.link
        home.hang()
        async with From(world, ELSEWHERE):
            pass
        await asyncio.sleep(0.6)
        assert charge_point.link is link


async def test_the_newer_one_from_the_same_address_wins_at_once(
    world: World,
    charge_point: ChargePoint,
    happened: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with From(world, HOME) as first:
        await first.boot()
        async with From(world, HOME) as second:
            await second.boot()
            assert await first.sent_away() == 1006
            async with From(world, HOME) as third:
                await third.boot()
                assert await second.sent_away() == 1006
                await third.call("Heartbeat")
    assert [data["count"] for data in of(happened, "taken_over")] == [1, 2]
    assert not of(happened, "kept")
    assert caplog.text.count("took the place of") == 2


async def test_a_flood_of_takeovers_is_no_flood_of_lines(
    world: World, charge_point: ChargePoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with From(world, HOME) as first:
        await first.boot()
        for _ in range(100):
            charge_point.takeovers.taken_over(HOME, HOME)
    assert caplog.text.count("took the place of") == 20


async def test_its_own_address_takes_over_at_once_from_another(
    world: World, charge_point: ChargePoint, happened: Any
) -> None:
    """The charger was off when somebody else came: no ping holds it up."""
    async with From(world, HOME) as home:
        await home.boot()
    await until(lambda: not charge_point.connected)
    async with From(world, ELSEWHERE) as other:
        await other.boot()
        async with From(world, HOME) as home:
            await home.boot()
            assert charge_point.remote == HOME
            assert await other.sent_away() == 1006


async def test_a_secret_takes_over_at_once_and_is_kept(
    world: World, charge_point: ChargePoint
) -> None:
    world.adopt(path_secret=SECRET)
    async with From(world, HOME) as home:
        await home.boot()
        async with From(world, ELSEWHERE, f"{SECRET}/CP1") as moved:
            await moved.boot()
            assert charge_point.came_with_secret
            # Neither its former address nor the same one is enough now.
            for address in (HOME, ELSEWHERE):
                async with From(world, address) as other:
                    assert await other.sent_away() == 1008


# What is told to whom.


async def known_at_home(world: World, charge_point: ChargePoint, **told: Any) -> None:
    async with From(world, HOME) as home:
        await home.boot(**told)
        await until(lambda: charge_point.ready)
        assert charge_point.acquaintance.is_known
    await until(lambda: not charge_point.connected)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("remote_start_transaction", {"connector_id": 1}),
        ("send_local_list", {"list_version": 1, "update_type": "full"}),
        ("get_diagnostics", {"location": "http://ha/secret"}),
        ("change_configuration", {"key": "AuthorizationKey", "value": "secret"}),
        ("change_configuration", {"key": "authorization_key", "value": "secret"}),
        ("certificate_signed", {"certificate_chain": "-----BEGIN"}),
    ],
)
async def test_who_is_not_known_is_told_nothing_private(
    world: World, charge_point: ChargePoint, command: str, fields: Any, happened: Any
) -> None:
    await known_at_home(world, charge_point)
    async with From(world, ELSEWHERE) as other:
        await other.boot()
        await until(lambda: charge_point.ready)
        assert not charge_point.acquaintance.is_known
        action = "".join(part.capitalize() for part in command.split("_"))
        with pytest.raises(NotKnownError):
            await _command(charge_point, action, fields)
        assert action not in [name for name, _ in other.received]
        await until(lambda: of(happened, "withheld"))
        charge_point.acquaintance.vouch()
        assert charge_point.acquaintance.is_known
        await _command(charge_point, action, fields)
        await other.wait_for(action)


async def _command(charge_point: ChargePoint, action: str, fields: Any) -> None:
    if action == "RemoteStartTransaction":
        fields = {**fields, "id_tag": "OWN"}
    link = charge_point.link
    assert link is not None
    await link.commands.caller.send(action, **fields)  # type: ignore[attr-defined]


async def test_patience_makes_a_new_address_known(
    world: World, charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the old one is still good, should it have been somebody else."""
    monkeypatch.setattr(acquaintance, "PATIENCE", 0.1)
    await known_at_home(world, charge_point)
    async with From(world, ELSEWHERE) as other:
        await other.boot()
        await until(lambda: charge_point.acquaintance.is_known)
        assert charge_point.acquaintance.address == ELSEWHERE
        async with From(world, HOME) as home:
            await home.boot()
            # It is not known there, and was: its word against a living one's.
            assert charge_point.remote == HOME
            assert charge_point.acquaintance.is_known
            assert charge_point.acquaintance.address == HOME


async def test_a_contest_costs_patience(
    world: World, charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known_at_home(world, charge_point)
    async with From(world, ELSEWHERE) as other:
        await other.boot()
        timer = charge_point.acquaintance._timer
        assert timer is not None
        async with From(world, THIRD) as third:
            assert await third.sent_away() == 1008
        assert timer.cancelled()
        assert charge_point.acquaintance._timer is not None


@pytest.mark.parametrize(
    ("charge_point_id", "told", "known"),
    [
        ("CP1", {"chargePointSerialNumber": "A-4711"}, True),
        ("CP1", {"chargeBoxSerialNumber": "A-4711"}, True),
        ("CP1", {"chargePointSerialNumber": " a-4711\0"}, True),
        ("CP1", {}, False),
        # It stands on what everybody says.
        ("box-a-4711", {"chargePointSerialNumber": "A-4711"}, False),
    ],
)
async def test_its_serial_number_makes_it_known(
    world: World, charge_point_id: str, told: Any, known: bool
) -> None:
    charge_point = world.adopt(charge_point_id)
    async with From(world, HOME, charge_point_id) as home:
        await home.boot(chargePointSerialNumber="A-4711")
    await until(lambda: not charge_point.connected)
    async with From(world, ELSEWHERE, charge_point_id) as other:
        await other.boot(**told)
        assert charge_point.acquaintance.is_known is known
        assert charge_point.identity.serial == "A-4711"


# What it is.

SAME = {"chargePointSerialNumber": "S-1234", "firmwareVersion": "1"}


@pytest.mark.parametrize("address", [HOME, ELSEWHERE])
@pytest.mark.parametrize(
    "told",
    [
        {"chargePointVendor": "EASEE", "chargePointSerialNumber": "EVIL"},
        {"chargePointSerialNumber": "EVIL"},
        {"chargePointVendor": "EASEE"},
        {"chargePointModel": "Other"},
    ],
)
async def test_another_device_does_not_become_it(
    world: World, charge_point: ChargePoint, address: str, told: Any, happened: Any
) -> None:
    await known_at_home(world, charge_point, **SAME)
    before, quirks = charge_point.identity, charge_point.quirks
    async with From(world, address) as other:
        await other.boot(**told)
        assert charge_point.identity == before
        assert charge_point.quirks == quirks
        assert not charge_point.acquaintance.is_known
        await until(lambda: of(happened, "another_device"))
        claim = of(happened, "another_device")[0]["identity"]
        # The owner says that it was replaced.
        charge_point.acquaintance.accept(claim)
        assert charge_point.acquaintance.is_known
        assert charge_point.identity == claim
        assert charge_point.acquaintance.address == address


async def test_after_another_device_it_is_asked_what_it_is(
    world: World, charge_point: ChargePoint
) -> None:
    await known_at_home(world, charge_point, **SAME)
    async with From(world, ELSEWHERE) as other:
        await other.boot(chargePointSerialNumber="EVIL")
    await until(lambda: not charge_point.connected)
    async with From(world, HOME) as home:
        (asked,) = await home.wait_for("TriggerMessage")
        assert asked == {"requestedMessage": "BootNotification"}
        assert charge_point.acquaintance.is_known
        await home.boot(**SAME)
        await until(lambda: charge_point.ready)
    await until(lambda: not charge_point.connected)
    # Once is enough.
    async with From(world, HOME) as home:
        await until(lambda: charge_point.ready)
        assert not [
            payload
            for name, payload in home.received
            if payload == {"requestedMessage": "BootNotification"}
        ]


async def test_what_somebody_unknown_says_goes_with_its_connection(
    world: World, charge_point: ChargePoint
) -> None:
    """Firmware, a serial number that the charger never told: nothing of it stays."""
    await known_at_home(world, charge_point, firmwareVersion="1")
    async with From(world, ELSEWHERE) as other:
        await other.boot(firmwareVersion="666", chargePointSerialNumber="EVIL")
        assert charge_point.identity.firmware == "666"
    await until(lambda: not charge_point.connected)
    assert charge_point.identity.firmware == "1"
    assert charge_point.identity.serial is None


async def test_new_firmware_at_home_is_just_that(
    world: World, charge_point: ChargePoint, happened: Any
) -> None:
    await known_at_home(world, charge_point, **SAME)
    async with From(world, HOME) as home:
        # With another name, even, and another field for the number.
        await home.boot(
            firmwareVersion="2",
            chargePointModel="Renamed",
            chargeBoxSerialNumber="S-1234",
        )
    assert charge_point.identity == Identity(
        vendor="Acme", model="Renamed", serial="S-1234", firmware="2"
    )
    assert not of(happened, "another_device")
