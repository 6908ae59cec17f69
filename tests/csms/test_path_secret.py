"""The secret that a charge point has in its address, on the wire."""

import pytest

from custom_components.ocpp_cs.csms.path_secret import (
    SECRET_LENGTH,
    holds_secret,
    new_path_secret,
)

from .central import Central
from .client import Client
from .test_central_system import World, until, world
from .wire import OCPP, UPGRADE

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
        (f"{new_path_secret()}/CP1", False),
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
