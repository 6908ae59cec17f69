"""Whatever an upstream does, its sessions are ours: in number, energy and times."""

from itertools import product
from pathlib import Path

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.corrections import corrected
from custom_components.ocpp_cs.csms.upstream.told import delivery, outbox
from tests.csms.test_central_system import until

from .payer import MESSAGES, OF_SESSIONS, Box, Fault, House, differences, first, housed


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is put off be tried again soon."""
    monkeypatch.setattr(outbox, "_RETRY_S", 0.01)
    monkeypatch.setattr(delivery, "_LATE_S", 5.0)


async def compare(house: House) -> None:
    """Wait until all is told, and compare the books."""
    await house.told()
    assert not list(differences(await house.sessions(), house.payer.booked))


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        *product(OF_SESSIONS, Fault),
        *(
            ("BootNotification", fault)
            for fault in Fault
            if fault is not Fault.CLOSE_AFTER
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else one.name.lower(),
)
async def test_a_fault_at_a_message_changes_no_session(
    action: str, fault: Fault
) -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.faults = first(action, fault=fault)
        await Box(client).session()
        await compare(house)
        assert action in dict(house.payer.calls)
        (booked,) = house.payer.booked
        if (action, fault) not in {
            ("MeterValues", Fault.ERROR),
            ("MeterValues", Fault.NONSENSE),
        }:
            assert len(booked.values) == 2


@pytest.mark.parametrize("fault", Fault, ids=lambda one: one.name.lower())
async def test_a_fault_at_each_message_changes_no_session(fault: Fault) -> None:
    """Each of them goes wrong once."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        seen: set[str] = set()

        def faults(action: str, payload: object) -> Fault | None:
            name = f"{action} {payload}"
            if action not in OF_SESSIONS or name in seen:
                return None
            seen.add(name)
            return fault

        house.payer.faults = faults
        box = Box(client)
        for tag in ("A", "B"):
            await box.session(tag)
        await compare(house)


@pytest.mark.parametrize("moment", ["before", "in", "after"])
async def test_an_upstream_that_was_away(moment: str, tmp_path: Path) -> None:
    async with housed(tmp_path / "books.db") as house, house.world.client() as client:
        await client.boot()
        box = Box(client)
        if moment == "before":
            await house.payer.stop()
        await box.begin()
        await box.charge()
        if moment == "in":
            await until(lambda: house.payer.booked and house.payer.booked[0].values)
            await house.payer.stop()
        await box.charge()
        await box.end()
        if moment == "after":
            await compare(house)
            await house.payer.stop()
            await box.session("OTHER")
        if moment != "after":
            await box.session("OTHER")
        assert len(house.station.outbox)
        await house.payer.start()
        await compare(house)
        assert [len(one.values) for one in house.payer.booked] == [2, 2]


async def test_an_upstream_that_accepts_late() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        await until(lambda: house.station.connected)
        await house.payer.stop()
        house.station.memory.put("booted", None)
        house.payer.pending = 5
        await Box(client).session()
        await house.payer.start()
        await until(lambda: house.payer.pending <= 3)
        assert not house.payer.booked
        await compare(house)


@pytest.mark.parametrize("number", [0, -1, 7, "same"])
async def test_an_upstream_that_refuses_the_card(number: int | str) -> None:
    """Who gets an id is told more; who gets none has no session."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.status = "Invalid"
        house.payer.next_number = lambda: 7 if number == "same" else int(number)
        box = Box(client)
        await box.session("A")
        await box.session("B")
        await house.told()
        if number in (0, -1):
            assert all(one.end is None for one in house.payer.booked)
            assert not [one for one in house.payer.calls if one[0] == "StopTransaction"]
        else:
            await compare(house)
        told = list(house.books.told_sessions("payer", "CP1"))
        assert [one.refused for one in told] == ["invalid", "invalid"]


@pytest.mark.parametrize("number", [0, -1, 7])
async def test_an_upstream_that_gives_the_same_id_to_all(number: int) -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.next_number = lambda: number
        box = Box(client)
        for tag in ("A", "B", "C"):
            await box.session(tag)
        await compare(house)


async def test_an_upstream_that_never_answers() -> None:
    """Nothing is lost, nothing is invented, and the next one gets all of it."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.faults = lambda action, payload: Fault.SILENCE
        box = Box(client)
        await box.session("A")
        await box.session("B")
        waiting = len(house.station.outbox)
        assert waiting == 8
        before = len(house.payer.calls)
        await until(lambda: len(house.payer.calls) > before + 3)
        assert len(house.station.outbox) == waiting
        house.payer.faults = lambda action, payload: None
        await compare(house)


async def test_a_start_that_is_answered_late_is_not_repeated() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.faults = first("StartTransaction", fault=Fault.LATE)
        await Box(client).session()
        await compare(house)
        actions = [action for action, _ in house.payer.calls]
        assert actions.count("StartTransaction") == 1


async def test_a_repeated_start_is_the_same_although_ours_was_corrected() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        house.payer.faults = lambda action, payload: (
            Fault.CLOSE_AFTER if action == "StartTransaction" else None
        )
        await Box(client).session(values=1)
        await until(lambda: house.payer.booked)
        (ours,) = await house.sessions()
        await house.world.ledger.edit(
            ours,
            lambda one: corrected(
                one, {"meter_start_wh": 9_900.0}, by="Anna", now=utcnow()
            ),
        )
        house.payer.faults = lambda action, payload: None
        await house.told()
        (booked,) = house.payer.booked
        (ours,) = await house.sessions()
        assert booked.meter_start == 10_000
        assert booked.meter_stop is not None
        assert booked.meter_stop - booked.meter_start == ours.energy_wh == 390.0
        # The register is as the upstream knows it.
        (value,) = booked.values.values()
        assert value[0]["value"] == "10350"


async def test_messages_of_all_kinds_are_known() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        await Box(client).session()
        await house.told()
        assert set(MESSAGES) <= {action for action, _ in house.payer.calls}
