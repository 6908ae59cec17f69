"""The secret that a charge point has in its address, on the wire."""

from ipaddress import ip_network
import logging

import pytest
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms.admission.path_secret import (
    SECRET_LENGTH,
    holds_secret,
    new_path_secret,
)
from custom_components.ocpp_cs.csms.admission.remote_addresses import AddressRules
from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from tests.csms.central import Central
from tests.csms.client import Client
from tests.csms.peer import OCPP, UPGRADE
from tests.csms.test_central_system import World, until, world

__all__ = ["world"]

SECRET = "Zm9vYmFyLWJhel9xdXV4QQ"


def test_a_secret_is_text_that_a_url_holds_as_it_is() -> None:
    secrets = {new_path_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert len(secret) == SECRET_LENGTH
        assert secret.replace("-", "").replace("_", "").isalnum()
        assert secret.isascii()


@pytest.mark.parametrize(
    ("prefix", "held"),
    [
        ((SECRET,), True),
        (("ocpp", SECRET), True),
        ((SECRET, "ocpp"), True),
        ((), False),
        (("",), False),
        (("ocpp",), False),
        ((SECRET.lower(),), False),
        ((SECRET[:-1],), False),
        ((f"{SECRET}x",), False),
        (("ä\udcff",), False),
    ],
)
def test_a_secret_is_held_by_the_segment_that_is_it(
    prefix: tuple[str, ...], held: bool
) -> None:
    assert holds_secret(prefix, SECRET) is held
    assert not holds_secret(prefix, None)
    assert not holds_secret(prefix, "")


@pytest.mark.parametrize(
    ("target", "prefix"),
    [
        ("/CP1", ()),
        (f"/{SECRET}/CP1", (SECRET,)),
        (f"/{SECRET}/CP1/", (SECRET,)),
        (f"//ocpp//{SECRET}/CP1?x=/y/z", ("ocpp", SECRET)),
        (f"ws://host:9000/{SECRET}/CP1", (SECRET,)),
        ("/a%2Fb/%C3%A4/CP1", ("a/b", "ä")),
        ("/%zz/%FF/CP1", ("%zz", "\ufffd")),
    ],
)
async def test_the_segments_before_the_id_are_told(
    central: Central, target: str, prefix: tuple[str, ...]
) -> None:
    peer = await central.dial()
    await peer.request(target, (*UPGRADE, OCPP))
    assert peer.status == 101
    assert central.handshakes[0].charge_point_id == "CP1"
    assert central.handshakes[0].prefix == prefix
    assert SECRET not in repr(central.handshakes[0])


def _client(world: World, path: str) -> Client:
    return Client(f"ws://127.0.0.1:{world.central_system.port}/{path}")


@pytest.mark.parametrize(
    ("path", "came"),
    [
        (f"{SECRET}/CP1", True),
        (f"ocpp/{SECRET}/CP1", True),
        ("CP1", False),
        ("ocpp/CP1", False),
        (f"{'x' * 22}/CP1", False),
    ],
)
async def test_an_adopted_charge_point_came_with_its_secret_or_without(
    world: World, path: str, came: bool
) -> None:
    charge_point = world.adopt(path_secret=SECRET)
    assert not charge_point.came_with_secret
    async with _client(world, path) as client:
        await client.boot()
        assert charge_point.connected
        assert charge_point.came_with_secret is came
    await until(lambda: not charge_point.connected)
    # It is said of an open connection.
    assert not charge_point.came_with_secret


async def test_one_that_has_no_secret_came_without(world: World) -> None:
    charge_point = world.adopt()
    async with _client(world, f"{SECRET}/CP1") as client:
        await client.boot()
        assert not charge_point.came_with_secret
        # It gets the one that it has used already.
        world.adopt(path_secret=SECRET)
        assert charge_point.came_with_secret
        world.adopt(path_secret=new_path_secret())
        assert not charge_point.came_with_secret


async def test_the_one_with_the_secret_counts(world: World) -> None:
    charge_point = world.adopt(path_secret=SECRET)
    async with _client(world, f"{SECRET}/CP1") as first:
        await first.boot()
        assert charge_point.came_with_secret
        async with _client(world, f"{SECRET}/CP1") as second:
            await second.boot()
            async with _client(world, "CP1") as third:
                await third.websocket.wait_closed()
                assert third.websocket.close_code == 1008
            await second.call("Heartbeat")
            assert charge_point.came_with_secret


async def test_another_ones_secret_counts_as_none(world: World) -> None:
    other = new_path_secret()
    charge_point = world.adopt(path_secret=SECRET)
    world.adopt("CP2", path_secret=other)
    async with _client(world, f"{other}/CP1") as client:
        await client.boot()
        assert not charge_point.came_with_secret


# Only with the secret.


async def _refused(world: World, path: str) -> int:
    with pytest.raises(InvalidStatus) as raised:
        async with _client(world, path):
            pass
    return raised.value.response.status_code


async def test_without_the_secret_nobody_gets_in_where_it_is_needed(
    world: World,
) -> None:
    refusals: list[Refusal] = []
    world.central_system._on_refused = refusals.append
    world.adopt(path_secret=SECRET)
    world.adopt("CP2")
    world.central_system.secret_needed = True
    for path in ("CP1", f"{new_path_secret()}/CP1", "CP2", "NEW", f"{SECRET}/NEW"):
        assert await _refused(world, path) == 404
    assert {one.reason for one in refusals} == {RefusalReason.NO_SECRET}
    assert [one.charge_point_id for one in refusals] == [
        *("CP1", "CP1", "CP2", "NEW", "NEW")
    ]
    assert not any(SECRET in repr(one) for one in refusals)
    async with _client(world, f"{SECRET}/CP1") as client:
        await client.boot()


async def test_who_is_there_without_it_has_to_come_again(world: World) -> None:
    without = world.adopt(path_secret=SECRET)
    other = new_path_secret()
    with_it = world.adopt("CP2", path_secret=other)
    async with (
        _client(world, "CP1") as first,
        _client(world, f"{other}/CP2") as second,
        _client(world, "NEW") as third,
    ):
        await first.boot()
        await second.boot()
        await third.boot()
        world.central_system.secret_needed = True
        await until(lambda: not without.connected)
        await until(lambda: not world.central_system.pending)
        assert with_it.connected
        await second.call("Heartbeat")


async def test_an_opened_id_may_come_without_for_a_while(world: World) -> None:
    central_system = world.central_system
    charge_point = world.adopt(path_secret=SECRET)
    central_system.secret_needed = True
    central_system.open_id("CP1", 3600)
    async with _client(world, "CP1") as client:
        await client.boot()
        # The time is over.
        central_system.open_id("CP1", 0)
        await until(lambda: not charge_point.connected)
    assert await _refused(world, "CP1") == 404
    central_system.open_id("NEW", 3600)
    async with _client(world, "NEW") as client:
        assert (await client.boot())["status"] == "Pending"


async def test_a_secret_that_is_waited_for_lets_in_whoever_has_it(world: World) -> None:
    secret = new_path_secret()
    world.central_system.secret_needed = True
    stop = world.central_system.await_secret(secret)
    async with _client(world, f"{secret}/NEW") as client:
        assert (await client.boot())["status"] == "Pending"
        charge_point = world.central_system.pending["NEW"]
        assert charge_point.came_to(secret)
        assert not charge_point.came_to(SECRET)
        stop()
        world.adopt("NEW", path_secret=secret)
        assert charge_point.came_with_secret
    assert await _refused(world, f"{secret}/ANOTHER") == 404


async def test_a_secret_without_an_id_is_that_charge_points(world: World) -> None:
    charge_point = world.adopt(path_secret=SECRET)
    for path in (SECRET, f"{SECRET}/", f"ocpp/{SECRET}"):
        async with _client(world, path) as client:
            assert (await client.boot())["status"] == "Accepted"
            assert charge_point.came_with_secret
    assert charge_point.deviations.counts["id_missing_in_path"]
    assert not world.central_system.pending


async def test_a_secret_that_is_waited_for_is_no_id(world: World) -> None:
    refusals: list[Refusal] = []
    world.central_system._server._on_refused = refusals.append
    world.central_system.await_secret(SECRET)
    assert await _refused(world, SECRET) == 404
    assert [(one.reason, one.charge_point_id) for one in refusals] == [
        (RefusalReason.NO_ID, None)
    ]
    assert SECRET not in repr(refusals)


async def test_who_may_not_connect_any_more_is_sent_away(world: World) -> None:
    charge_point = world.adopt()
    async with _client(world, "CP1") as client:
        await client.boot()
        rules = AddressRules(allowed=(ip_network("10.0.0.0/8"),))
        world.central_system.addresses = rules
        await until(lambda: not charge_point.connected)
    assert await _refused(world, "CP1") == 403


async def test_a_secret_is_not_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.adopt(path_secret=SECRET)
    world.central_system.secret_needed = True
    async with _client(world, f"x/{SECRET}/CP1") as client:
        await client.boot()
    await _refused(world, f"{SECRET}/OTHER")
    own = [one for one in caplog.records if one.name.startswith("custom_components")]
    assert "asked for '/x/***/CP1'" in caplog.text
    assert not any(SECRET in one.getMessage() for one in own)
