"""Restarts, faults and security events: each is told once, however often it is said."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms import restarts
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import (
    ConnectionLostError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16 import commands

from .client import Client, Json
from .test_central_system import World, status, until

type Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a restart take no time: which ones are none is for test_restarts.py."""
    monkeypatch.setattr(restarts, "QUICKEST", -1.0)
    monkeypatch.setattr(restarts, "WINDOW", 0.0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture(name="charge_point")
def fixture_charge_point(world: World) -> ChargePoint:
    """Return a charge point that is adopted."""
    return world.adopt()


@pytest.fixture(name="told")
def fixture_told(charge_point: ChargePoint) -> Told:
    """Return what is told of it, from now on."""
    told: Told = []
    charge_point.listen(lambda kind, data: told.append((kind, data)))
    return told


def boot(told: Told) -> list[Any]:
    """Return firmware and reason of the restarts."""
    return [(data["firmware"], data["reason"]) for kind, data in told if kind == "boot"]


async def test_a_restart_is_told_once(world: World, told: Told) -> None:
    """Not when its BootNotification is sent again, and not on a mere reconnect."""
    async with world.client() as client:
        # The first connection since the start says nothing.
        await client.call("Heartbeat")
    async with world.client() as client:
        for _ in range(2):
            await client.boot(firmwareVersion="1.0", chargePointSerialNumber="S")
    assert told == [
        (
            "boot",
            {"vendor": "Acme", "model": "One", "firmware": "1.0", "reason": None},
        )
    ]
    async with world.client() as client:
        await client.call("Heartbeat")
    assert len(told) == 1
    async with world.client() as client:
        await client.boot(firmwareVersion="1.0")
        await until(lambda: len(told) == 2)
    async with world.client() as client:
        await client.boot(firmwareVersion="1.1")
        await until(lambda: len(told) == 3)
    assert boot(told) == [("1.0", None), ("1.0", None), ("1.1", "firmware_update")]


@pytest.mark.parametrize(
    "command",
    [
        lambda commands: commands.trigger_message(
            requested_message="boot_notification"
        ),
        lambda commands: commands.call(
            "extended_trigger_message", requested_message="BootNotification"
        ),
    ],
)
async def test_what_was_asked_for_is_no_restart(
    world: World, charge_point: ChargePoint, told: Told, command: Any
) -> None:
    """In that connection: the next one begins with a real one."""
    async with world.client() as client:
        await client.call("Heartbeat")
        await command(charge_point.commands)
        await client.boot()
        await client.call("Heartbeat")
        await command(charge_point.commands)
    assert told == []
    async with world.client() as client:
        await client.boot()
        await until(lambda: bool(told))


@pytest.mark.parametrize("kind", ["soft", "hard"])
async def test_a_reset_is_the_reason_of_one_restart(
    world: World, charge_point: ChargePoint, told: Told, kind: str
) -> None:
    async with world.client() as client:
        await client.call("Heartbeat")
        await charge_point.commands.reset(type=kind)
    for _ in range(2):
        async with world.client() as client:
            await client.boot()
            await client.call("Heartbeat")
    assert boot(told) == [(None, f"{kind}_reset"), (None, None)]


async def test_a_reset_that_is_refused_is_no_reason(
    world: World, charge_point: ChargePoint, told: Told
) -> None:
    async with world.client(Reset={"status": "Rejected"}) as client:
        await client.call("Heartbeat")
        with pytest.raises(RefusedError):
            await charge_point.commands.reset(type="soft")
    async with world.client() as client:
        await client.boot()
        await client.call("Heartbeat")
    assert boot(told) == [(None, None)]


async def test_a_fault_is_told_once(world: World, told: Told) -> None:
    """However often it is repeated, also after a reconnect; a new one is another."""
    faulted: Json = {"errorCode": "GroundFailure", "info": "R1", "vendorErrorCode": "7"}

    async def say(client: Client, value: str, **more: Any) -> None:
        await client.call("StatusNotification", status(1, value, **more))

    async with world.client() as client:
        await say(client, "Available")
        for info in ("R1", "R1", "R2"):
            await say(client, "Faulted", **faulted | {"info": info})
    async with world.client() as client:
        await say(client, "Faulted", **faulted)
        await say(client, "Faulted", **faulted | {"vendorErrorCode": "8"})
        await say(client, "Available")
        # A warning: it goes on.
        await say(client, "Charging", errorCode="WeakSignal")
        await say(client, "Charging", vendorErrorCode="0")
        await say(client, "Faulted")
        await client.call("Heartbeat")
    assert [kind for kind, _ in told] == 4 * ["fault"]
    assert [tuple(data.values()) for _, data in told] == [
        (1, "ground_failure", "7", "R1"),
        (1, "ground_failure", "8", "R1"),
        (1, "weak_signal", None, None),
        (1, "no_error", None, None),
    ]


async def test_a_security_event_is_told_once(world: World, told: Told) -> None:
    """It is sent again, by the next connection, where the answer got lost."""
    event = {"type": "TamperDetectionActivated", "timestamp": "2026-10-20T12:00:00Z"}
    for _ in range(2):
        async with world.client() as client:
            await client.call("SecurityEventNotification", event)
            await client.call("Heartbeat")
    async with world.client() as client:
        later = event | {"timestamp": "2026-10-20T12:00:01Z"}
        await client.call("SecurityEventNotification", later)
        await client.call("Heartbeat")
    assert [data["timestamp"].second for _, data in told] == [0, 1]


async def test_open_calls_can_be_looked_at(
    world: World, charge_point: ChargePoint
) -> None:
    """Ours in flight and in line, and theirs that are worked on."""
    gate = asyncio.Event()
    save = world.storage.save

    async def slow(changes: Any) -> None:
        await gate.wait()
        await save(changes)

    world.storage.save = slow  # type: ignore[method-assign]
    async with world.client(ClearCache=lambda _: None) as client:
        await client.call("Heartbeat")
        link = charge_point.link
        assert link is not None
        ours = [
            asyncio.ensure_future(charge_point.commands.call("clear_cache"))
            for _ in range(3)
        ]
        theirs = asyncio.ensure_future(
            client.call(
                "StopTransaction",
                {
                    "transactionId": 7,
                    "meterStop": 1,
                    "timestamp": "2026-10-20T12:00:00Z",
                },
            )
        )
        await until(lambda: link.open_calls().theirs)
        await until(lambda: link.open_calls().ours)
        calls = link.open_calls()
        assert [action for action, _ in calls.ours] == ["ClearCache"]
        assert [action for action, _ in calls.theirs] == ["StopTransaction"]
        assert calls.waiting >= 2
        assert all(0 <= age < 5 for _, age in (*calls.ours, *calls.theirs))
        gate.set()
        await theirs
        await until(lambda: not link.open_calls().theirs)
        for call in ours:
            call.cancel()
        await asyncio.gather(*ours, return_exceptions=True)


@pytest.mark.parametrize("kind", ["soft", "hard"])
async def test_a_reset_that_is_answered_by_a_restart_succeeded(
    world: World, charge_point: ChargePoint, told: Told, kind: str
) -> None:
    """Some hang up at once, and say nothing before they boot."""
    client = world.client(Reset=lambda _: None)
    async with client:
        await client.call("Heartbeat")
        reset = asyncio.create_task(charge_point.commands.reset(type=kind))
        await client.wait_for("Reset")
    assert not reset.done()
    async with world.client() as client:
        await client.boot()
        assert await reset == {"status": "accepted"}
    assert boot(told) == [(None, f"{kind}_reset")]


async def test_a_reset_without_a_restart_failed(
    world: World, charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_RESTART_WAIT", 0.1)
    client = world.client(Reset=lambda _: None)
    async with client:
        await client.call("Heartbeat")
        reset = asyncio.create_task(charge_point.commands.reset(type="soft"))
        await client.wait_for("Reset")
    async with world.client() as client:
        # It merely reconnects.
        await client.call("Heartbeat")
        with pytest.raises(ConnectionLostError):
            await reset


async def test_nobody_waits_for_the_restart_of_one_that_is_let_go(
    world: World, charge_point: ChargePoint
) -> None:
    client = world.client(Reset=lambda _: None)
    async with client:
        await client.call("Heartbeat")
        reset = asyncio.create_task(charge_point.commands.reset(type="soft"))
        await client.wait_for("Reset")
        await world.central_system.stop()
        with pytest.raises(ConnectionLostError):
            await reset
