"""Those that are not adopted: how many may wait, who gives way, and who guesses."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from websockets.exceptions import InvalidHandshake, InvalidStatus

from custom_components.ocpp_cs.csms import central_system
from custom_components.ocpp_cs.csms.admission import waiting_room
from custom_components.ocpp_cs.csms.admission.path_secret import new_path_secret
from custom_components.ocpp_cs.csms.admission.waiting_room import Guesses, address_of
from custom_components.ocpp_cs.csms.model.model import Admission
from tests.csms.client import Client
from tests.csms.test_central_system import World, until, world

__all__ = ["world"]


def client(world: World, charge_point_id: str, address: str = "127.0.0.1") -> Client:
    return Client(
        f"ws://127.0.0.1:{world.central_system.port}/{charge_point_id}", address=address
    )


async def is_refused(one: Client) -> bool:
    try:
        async with one:
            return False
    except InvalidStatus as err:
        return err.response.status_code == 404


@pytest.fixture
def awaited(world: World) -> set[str]:
    """Return the ids that somebody waits for."""
    ids: set[str] = set()
    world.central_system._waiting_room._is_awaited = ids.__contains__
    return ids


async def test_eight_of_an_address_may_wait(world: World, awaited: set[str]) -> None:
    async with AsyncExitStack() as stack:
        for number in range(8):
            one = await stack.enter_async_context(client(world, f"X{number}"))
            await one.boot()
        assert await is_refused(client(world, "NEW"))
        # Others are not concerned ...
        other = await stack.enter_async_context(client(world, "NEW", "127.0.0.2"))
        await other.boot()
        # ... nor are the adopted, and who is waited for.
        world.adopt("CP1")
        adopted = await stack.enter_async_context(client(world, "CP1"))
        assert (await adopted.boot())["status"] == "Accepted"
        awaited.add("MINE")
        mine = await stack.enter_async_context(client(world, "MINE"))
        assert (await mine.boot())["status"] == "Pending"
        assert len(world.central_system.pending) == 9
        # The one that was silent for the longest time went.
        assert "X0" not in world.central_system.pending


async def test_who_is_silent_for_long_gives_way_to_a_neighbour(world: World) -> None:
    async with AsyncExitStack() as stack:
        for number in range(8):
            one = await stack.enter_async_context(client(world, f"X{number}"))
            await one.boot()
        silent = world.central_system.pending["X3"]
        assert silent.last_seen is not None
        silent.last_seen -= timedelta(seconds=100)
        new = await stack.enter_async_context(client(world, "NEW"))
        await new.boot()
        assert silent.id not in world.central_system.pending
        assert len(world.central_system.pending) == 8


async def test_the_longest_silent_one_gives_way_when_all_places_are_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "MOST", 20)
    async with AsyncExitStack() as stack:
        ones = []
        for number in range(20):
            one = client(world, f"X{number}", f"127.0.0.{number // 7 + 1}")
            ones.append(await stack.enter_async_context(one))
            await one.boot()
        await ones[0].boot()
        new = await stack.enter_async_context(client(world, "NEW", "127.0.1.1"))
        assert (await new.boot())["status"] == "Pending"
        assert len(world.central_system.pending) == 20
        assert "X1" not in world.central_system.pending
        assert {"NEW", "X0"} <= world.central_system.pending.keys()


async def test_many_that_come_at_once_are_counted_all_the_same(world: World) -> None:
    ones = [client(world, f"X{number}") for number in range(30)]
    async with AsyncExitStack() as stack:

        async def come(one: Client) -> None:
            try:
                await one.__aenter__()
            except InvalidHandshake, OSError:
                return
            stack.push_async_exit(one)

        await asyncio.gather(*map(come, ones))
        await until(lambda: len(world.central_system.pending) <= 8)
        assert len(world.central_system.pending) == 8


@pytest.mark.parametrize("boots", [True, False])
async def test_who_does_not_say_what_it_is_has_to_go(
    world: World, monkeypatch: pytest.MonkeyPatch, boots: bool
) -> None:
    monkeypatch.setattr(central_system, "BOOT_PATIENCE", 1.5 if boots else 0.3)
    async with client(world, "X") as one:
        if boots:
            await one.boot()
            await asyncio.sleep(2.0)
            assert "X" in world.central_system.pending
        else:
            await asyncio.wait_for(one.websocket.wait_closed(), 60)
            assert "X" not in world.central_system.pending


async def test_who_guesses_ids_learns_nothing(world: World) -> None:
    """With strangers refused, an adopted id would be told by its answer."""
    world.unknown = Admission.REFUSED
    for charge_point_id in ("HOME", "NEVER", "ELSEWHERE"):
        world.adopt(charge_point_id)
    async with client(world, "HOME") as home:
        await home.boot()
    async with client(world, "ELSEWHERE", "127.0.0.3") as elsewhere:
        await elsewhere.boot()
    # The same one over and over is no guess.
    for _ in range(30):
        assert await is_refused(client(world, "TYPO"))
    assert not await is_refused(client(world, "ELSEWHERE"))
    await until(lambda: not world.central_system.charge_points["ELSEWHERE"].connected)
    for number in range(10):
        assert await is_refused(client(world, f"GUESS{number}"))
    assert await is_refused(client(world, "ELSEWHERE"))
    # Who belongs there comes in, and so does who never came before.
    for charge_point_id in ("HOME", "NEVER"):
        async with client(world, charge_point_id) as one:
            assert (await one.boot())["status"] == "Accepted"
    # Other addresses are not concerned.
    assert not await is_refused(client(world, "ELSEWHERE", "127.0.0.3"))


def test_guesses_are_forgotten() -> None:
    now = 0.0
    guesses = Guesses(lambda: now)
    for number in range(11):
        guesses.note(f"X{number}", "10.0.0.1")
    assert guesses.too_many("10.0.0.1")
    assert guesses.too_many("::ffff:10.0.0.1")
    assert not guesses.too_many("10.0.0.2")
    now = 601.0
    assert not guesses.too_many("10.0.0.1")


def test_what_is_remembered_of_guesses_is_bounded() -> None:
    guesses = Guesses()
    for number in range(5000):
        guesses.note(f"X{number}", f"10.0.{number // 250}.{number % 250}")
        guesses.note(f"X{number}", "10.1.0.1")
    assert len(guesses._tried) <= 1000
    assert all(len(tried) <= 11 for tried in guesses._tried.values())


def test_a_network_of_addresses_is_one_that_guesses() -> None:
    guesses = Guesses()
    for number in range(11):
        guesses.note(f"X{number}", f"2001:db8::{number}")
    assert guesses.too_many("2001:db8::ffff")
    assert not guesses.too_many("2001:db8:0:1::1")
    assert not guesses.too_many("")


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("", ""),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_is_written_in_one_way(remote: str, address: str) -> None:
    assert address_of(remote) == address


async def crowd(world: World, stack: AsyncExitStack, count: int) -> None:
    """Let so many wait, eight of each address, and all of them say what they are."""

    async def come(number: int) -> None:
        address = f"127.0.1.{number // waiting_room.MOST_OF_ADDRESS + 1}"
        one = client(world, f"X{number}", address)
        await stack.enter_async_context(one)
        await one.boot()

    # Not all at a time, as four handshakes of an address are under way.
    for begin in range(0, count, 40):
        await asyncio.gather(*map(come, range(begin, min(begin + 40, count))))


@pytest.mark.parametrize("by_secret", [False, True])
async def test_who_is_waited_for_gets_in_past_as_many_strangers_as_may_be(
    world: World, awaited: set[str], by_secret: bool
) -> None:
    secret = new_path_secret()
    async with AsyncExitStack() as stack:
        await crowd(world, stack, waiting_room.MOST)
        assert len(world.central_system.pending) == waiting_room.MOST
        if by_secret:
            world.central_system.await_secret(secret)
        else:
            awaited.add("MINE")
        # Also from an address at which all places are taken.
        for address in ("127.0.2.1", "127.0.1.1"):
            path = f"{secret}/MINE" if by_secret else "MINE"
            async with client(world, path, address) as mine:
                assert (await mine.boot())["status"] == "Pending"
                assert "MINE" in world.central_system.pending
            await until(lambda: "MINE" not in world.central_system.pending)
