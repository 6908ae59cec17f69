"""How many connections there may be: of strangers few, of adopted chargers all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
import json
from pathlib import Path
import subprocess
import sys
from typing import override

import pytest

from custom_components.ocpp_cs.csms.admission import connection_budget
from custom_components.ocpp_cs.csms.admission.connection_budget import (
    HALF_IN_ALL,
    HALF_PER_ADDRESS,
    IN_ALL,
    PER_ADDRESS,
    Arrival,
    ConnectionBudget,
    Place,
)
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.wire import (
    server as server_module,
    websocket as websocket_module,
)
from tests.csms.central import Central, until
from tests.csms.peer import OCPP, UPGRADE, Peer
from tests.csms.test_central_system import World


class Guest(Arrival):
    """A connection that notes what becomes of it."""

    def __init__(self) -> None:
        self.state = "new"

    @override
    def begin(self) -> None:
        self.state = "begun"

    @override
    def wait(self) -> None:
        self.state = "waits"

    @override
    def turn_away(self) -> None:
        self.state = "gone"


class Door:
    """A budget, and who came."""

    def __init__(self, adopted: int = 0) -> None:
        self.adopted = adopted
        self.budget = ConnectionBudget(lambda: self.adopted)

    def come(self, address: str) -> tuple[Guest, Place | None]:
        """Come from there."""
        guest = Guest()
        return guest, self.budget.arrive(guest, address)

    def come_in(self, address: str, *, adopted: bool = False) -> Place:
        """Come and be served."""
        guest, place = self.come(address)
        assert place is not None
        assert guest.state == "begun"
        assert self.budget.come_in(place, address)
        self.budget.set_adopted(place, adopted)
        return place


def test_half_handshakes_wait_for_their_turn() -> None:
    door = Door()
    guests = [door.come("10.0.0.1") for _ in range(10)]
    assert [guest.state for guest, _ in guests] == ["begun"] * 4 + ["waits"] * 6
    # Those of others go on meanwhile.
    assert door.come("10.0.0.2")[0].state == "begun"
    # One succeeds, one fails; one that waits is gone before it is its turn.
    places = [place for _, place in guests if place is not None]
    door.budget.leave(places[4])
    assert door.budget.come_in(places[0], "10.0.0.1")
    door.budget.leave(places[1])
    assert [guest.state for guest, _ in guests[5:8]] == ["begun", "begun", "waits"]


def test_half_handshakes_are_limited_in_all() -> None:
    door = Door()
    guests = [door.come(f"10.0.0.{n}")[0] for n in range(40)]
    assert [guest.state for guest in guests].count("begun") == HALF_IN_ALL
    assert [guest.state for guest in guests].count("waits") == 40 - HALF_IN_ALL


def test_connections_are_limited_per_address_and_in_all() -> None:
    door = Door()
    for _ in range(PER_ADDRESS):
        door.come_in("10.0.0.1")
    guest, place = door.come("10.0.0.1")
    assert (guest.state, place) == ("gone", None)
    for number in range(IN_ALL - PER_ADDRESS):
        door.come_in(f"10.0.1.{number % 250}")
    assert door.budget.connections == IN_ALL
    guest, place = door.come("10.0.2.1")
    assert (guest.state, place) == ("gone", None)


def test_who_is_gone_takes_no_place() -> None:
    door = Door()
    for _ in range(3):
        places = [door.come_in("10.0.0.1") for _ in range(PER_ADDRESS)]
        for place in places:
            door.budget.leave(place)
    assert door.budget.connections == door.budget.handshakes == 0
    assert not door.budget._others
    assert not door.budget._carried
    assert not door.budget._half


def test_adopted_ones_take_no_place_of_others() -> None:
    door = Door(adopted=40)
    for _ in range(40):
        door.come_in("10.0.0.1", adopted=True)
    # As many again, as all may come back before the old connections end, and 16.
    for _ in range(40 + PER_ADDRESS):
        door.come_in("10.0.0.1")
    assert door.come("10.0.0.1")[1] is None
    # Elsewhere it is just the 16.
    for _ in range(PER_ADDRESS):
        door.come_in("10.0.0.2")
    assert door.come("10.0.0.2")[1] is None


def test_adopted_ones_that_are_away_may_come_from_anywhere() -> None:
    door = Door(adopted=3)
    for _ in range(PER_ADDRESS + 3):
        door.come_in("10.0.0.1")
    assert door.come("10.0.0.1")[1] is None


def test_where_adopted_ones_are_strangers_elsewhere_do_no_harm() -> None:
    door = Door(adopted=1)
    door.come_in("10.0.0.1", adopted=True)
    for number in range(IN_ALL):
        door.come_in(f"10.0.1.{number}")
    assert door.come("10.0.0.2")[1] is None
    assert door.come("10.0.0.1")[1] is not None


def test_behind_a_proxy_it_is_the_address_that_is_named() -> None:
    door = Door()
    for _ in range(PER_ADDRESS):
        _, place = door.come("10.0.0.1")
        assert place is not None
        assert door.budget.come_in(place, "192.0.2.7")
    # The proxy itself has none any more; that address has all that it may have.
    _, place = door.come("10.0.0.1")
    assert place is not None
    assert not door.budget.come_in(place, "192.0.2.7")
    door.budget.leave(place)
    _, place = door.come("10.0.0.1")
    assert place is not None
    assert door.budget.come_in(place, "192.0.2.8")
    assert door.budget.connections == PER_ADDRESS + 1


def test_one_that_is_adopted_on_its_connection_takes_no_place_any_more() -> None:
    door = Door()
    places = [door.come_in("10.0.0.1") for _ in range(PER_ADDRESS)]
    assert door.come("10.0.0.1")[1] is None
    door.adopted = 1
    door.budget.set_adopted(places[0], True)
    door.budget.set_adopted(places[0], True)
    door.come_in("10.0.0.1")
    door.budget.set_adopted(places[0], False)
    assert door.budget.connections == PER_ADDRESS + 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "10.0.0.2", False),
    ],
)
def test_what_is_one_address(one: str, other: str, same: bool) -> None:
    """Of IPv6 everybody has as many as he likes."""
    assert (
        connection_budget._network(one) == connection_budget._network(other)
    ) is same


# On real sockets.


@pytest.fixture
async def central(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Central]:
    monkeypatch.setattr(websocket_module, "OPEN_TIMEOUT", 2.0)
    async with Central(is_adopted=False) as central:
        yield central


async def test_mute_ones_have_no_task_and_do_not_keep_others_out(
    central: Central,
) -> None:
    before = len(asyncio.all_tasks())
    mute = [await central.dial() for _ in range(PER_ADDRESS - 1)]
    budget = central.server.budget
    await until(lambda: budget.connections == PER_ADDRESS - 1)
    assert budget.handshakes == HALF_PER_ADDRESS
    # Those of the loop itself, which accept connections, end by themselves.
    await until(lambda: len(asyncio.all_tasks()) == before)
    assert budget.waiting == PER_ADDRESS - 1 - HALF_PER_ADDRESS
    # It waits until those before it have had their time, and is not cut.
    last = await central.dial()
    await last.request("/CP1")
    assert last.status == 101
    assert (await last.ask([2, "1", "A", {}]))[0] == 3
    for peer in mute[:HALF_PER_ADDRESS]:
        await peer.end()
    assert budget.turned_away == 0


async def test_too_many_from_one_address_are_dropped_and_logged_once(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    links = [await central.connect() for _ in range(PER_ADDRESS)]
    before = len(asyncio.all_tasks())
    for _ in range(3):
        peer = await central.dial()
        await peer.end()
    assert len(asyncio.all_tasks()) == before
    assert central.server.budget.turned_away == 3
    assert caplog.text.count("Too many connections from 127.0.0.1") == 1
    # Those that are there are served, and who goes makes room.
    assert (await links[0].peer.ask([2, "1", "A", {}]))[0] == 3
    links[1].peer.drop()
    await links[1].served.wait()
    await until(lambda: central.server.budget.connections < PER_ADDRESS)
    await central.connect()


async def test_a_stop_ends_those_that_wait_too() -> None:
    central = Central()
    await central.server.start()
    peers = [await central.dial() for _ in range(PER_ADDRESS)]
    budget = central.server.budget
    await until(lambda: budget.waiting == PER_ADDRESS - HALF_PER_ADDRESS)
    await central.server.stop()
    for peer in peers:
        await peer.end()
        peer.drop()
    await until(lambda: budget.connections == 0)
    assert budget.waiting == budget.handshakes == 0


async def test_a_hundred_adopted_ones_come_at_once_and_come_again() -> None:
    """After a power cut, and once more while their old connections are still open."""
    world = World(MemoryStore(), boot_wait=60)
    ids = [f"CP{number}" for number in range(100)]
    charge_points = [world.adopt(one) for one in ids]
    await world.start()
    peers: list[Peer] = []
    try:
        for round_ in (1, 2, 3):
            new = await asyncio.gather(
                *(Peer.open(world.central_system.port) for _ in ids)
            )
            peers += new
            await asyncio.gather(
                *(
                    peer.request(f"/{one}", (*UPGRADE, OCPP))
                    for peer, one in zip(new, ids, strict=True)
                )
            )
            assert {peer.status for peer in new} == {101}
            await until(lambda: all(one.connected for one in charge_points))
            for peer in new:
                assert (await peer.ask([2, "1", "Heartbeat", {}]))[:2] == [3, "1"]
            assert [one.connections for one in charge_points] == [round_] * 100
        budget = world.central_system._server.budget
        assert budget.turned_away == 0
        # Besides, a stranger gets in.
        stranger = await Peer.open(world.central_system.port)
        peers.append(stranger)
        await stranger.request("/stranger", (*UPGRADE, OCPP))
        assert stranger.status == 101
    finally:
        for peer in peers:
            peer.drop()
        await world.central_system.stop()


async def test_a_named_address_that_has_too_many_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a proxy it is known only when the request is there."""
    monkeypatch.setattr(connection_budget, "PER_ADDRESS", 2)
    monkeypatch.setattr(
        server_module.handshakes,
        "read",
        lambda request, remote, *more: REAL_READ(request, "192.0.2.7", *more),
    )
    async with Central(is_adopted=False) as central:
        for status in (101, 101, 503):
            peer = await central.dial()
            await peer.request("/CP1")
            assert peer.status == status


REAL_READ = server_module.handshakes.read

SERVER = """
import asyncio, json, logging, resource, sys

resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
logging.basicConfig(level=logging.ERROR)

from custom_components.ocpp_cs.csms.wire.server import Server

async def main():
    broken = []
    asyncio.get_running_loop().set_exception_handler(
        # Home Assistant ends itself when it is told that there are no more files.
        lambda loop, context: broken.append(str(context))
    )
    async def serve(websocket, handshake):
        websocket.listen(lambda data, binary: websocket.write(data), lambda: None)
        await websocket.wait_closed()
    server = Server("127.0.0.1", 0, subprotocols=("ocpp1.6",), accept=lambda _: None, serve=serve)
    await server.start()
    print(server.port, flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.readline()
    print(json.dumps(broken), flush=True)
    await server.stop()

asyncio.run(main())
"""


@pytest.mark.timeout(120)
async def test_mute_connections_do_not_use_up_the_files_of_the_process() -> None:
    """There are 300 of them; who opens 800 connections at once ends nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SERVER,
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    peers: list[Peer] = []
    try:
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
        # Not so many that this process runs out of them.
        peers += await asyncio.gather(*(Peer.open(port) for _ in range(800)))
        # All that are too many are gone; a charger comes from another address.
        for peer in peers[PER_ADDRESS * 2 : 400]:
            await peer.end()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=("127.0.0.2", 0)
        )
        request = ("GET /CP1 HTTP/1.1", *UPGRADE, OCPP, "", "")
        writer.write("\r\n".join(request).encode())
        async with asyncio.timeout(60):
            assert b" 101 " in await reader.readline()
        writer.close()
        process.stdin.write(b"\n")
        async with asyncio.timeout(60):
            broken = json.loads(await process.stdout.readline())
        assert broken == []
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    finally:
        for peer in peers:
            peer.drop()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
