"""Many charge points that come back at once, their old connections half open."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import InvalidHandshake

from custom_components.ocpp_cs.csms.admission import takeovers
from custom_components.ocpp_cs.csms.admission.path_secret import new_path_secret
from tests.csms.admission.test_takeovers import ELSEWHERE, HOME, From
from tests.csms.test_central_system import World, until, world

__all__ = ["world"]

COUNT = 60


@pytest.mark.parametrize(
    ("old_has_secret", "new_has_secret", "address"),
    [
        (False, False, HOME),
        (True, True, HOME),
        (False, True, HOME),
        # What speaks less for itself waits until the old one has not answered.
        (True, False, HOME),
        # The proxy in front of all of them, or the router, has another address now.
        (False, False, ELSEWHERE),
        (True, True, ELSEWHERE),
    ],
)
async def test_all_come_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    old_has_secret: bool,
    new_has_secret: bool,
    address: str,
) -> None:
    monkeypatch.setattr(takeovers, "PATIENCE", 1.0)
    secrets = {f"C{number}": new_path_secret() for number in range(COUNT)}
    points = [world.adopt(name, path_secret=one) for name, one in secrets.items()]

    def path(name: str, has_secret: bool) -> str:
        return f"{secrets[name]}/{name}" if has_secret else name

    async with AsyncExitStack() as stack:

        async def come(name: str, source: str, has_secret: bool) -> From:
            while True:
                one = From(world, source, path(name, has_secret))
                try:
                    await stack.enter_async_context(one)
                except InvalidHandshake, OSError:
                    # From an address that none has come from there is room for some
                    # only, and then for more and more.
                    assert source == ELSEWHERE
                    await asyncio.sleep(0.5)
                else:
                    break
            await one.websocket.send(
                '[2,"1","BootNotification",{"chargePointVendor":"A",'
                '"chargePointModel":"B"}]'
            )
            return one

        old = await asyncio.gather(
            *(come(name, HOME, old_has_secret) for name in secrets)
        )
        await until(lambda: all(one.ready for one in points))
        for one in old:
            one.hang()
        before = [one.link for one in points]
        await asyncio.gather(*(come(name, address, new_has_secret) for name in secrets))
        async with asyncio.timeout(60):
            while not all(
                one.link not in {None, link}
                for one, link in zip(points, before, strict=True)
            ):
                await asyncio.sleep(0.05)
        assert {one.remote for one in points} == {address}
        if address == HOME:
            assert not world.central_system._server.budget.turned_away
        for one in old:
            one.websocket.transport.abort()
