"""Reports of the device model as stations send them, and as they should not."""

import asyncio
import gc
import itertools
import random
import sys
from types import FunctionType, ModuleType
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.v2.commands import V2Commands
from custom_components.ocpp_cs.csms.v2.device_model.inventory import Inventory
from custom_components.ocpp_cs.csms.v2.device_model.names import VariableName
from custom_components.ocpp_cs.csms.v2.station import Station
from tests.csms.client import CallFailed
from tests.csms.test_central_system import World, until

from .station import Json, V2Station, at, device_model, variable


def many(count: int, length: int = 5) -> list[Json]:
    """Return variables as a large station has them: all different, words repeat."""
    return [
        variable(
            f"Component{number % 40}",
            f"Variable{number // 40}",
            str(number).rjust(length, "0"),
            evse={"id": number % 3 + 1} if number % 2 else None,
            mutability=("ReadOnly", "ReadWrite")[number % 2],
            data_type=("string", "integer", "boolean")[number % 3],
            minLimit=number % 7,
        )
        for number in range(count)
    ]


def inventory_of(charge_point: ChargePoint) -> Inventory:
    """Return what is known of the station."""
    return charge_point.part(Station).inventory


async def piece(
    station: V2Station, request_id: int, entries: list[Json], **more: Any
) -> Json:
    """Send a piece of a report."""
    return await station.call(
        "NotifyReport",
        {
            "requestId": request_id,
            "generatedAt": at(),
            "seqNo": 0,
            "reportData": entries,
        }
        | more,
    )


class Reporting(V2Station):
    """Sends its report in the pieces that a test wants."""

    pieces: tuple[tuple[int | None, bool | None], ...] = ((0, False),)
    """The seqNo and the tbc of each piece; the variables are dealt out to them."""

    async def report(self, request_id: int, entries: list[Json], size: int = 4) -> None:
        """Send the pieces."""
        numbers = sorted({number or 0 for number, _ in self.pieces})
        share = -(-len(entries) // len(numbers))
        for place, (number, more) in enumerate(self.pieces):
            part = place if number is None else numbers.index(number)
            told = {"seqNo": number, "tbc": more}
            payload = {
                "requestId": request_id,
                "generatedAt": at(),
                "reportData": entries[part * share : (part + 1) * share],
            } | {name: value for name, value in told.items() if value is not None}
            await self.call("NotifyReport", payload)


@pytest.mark.parametrize(
    "pieces",
    [
        ((0, False),),
        ((0, True), (1, False)),
        ((1, False), (0, True)),
        ((2, False), (0, True), (1, True)),
        ((0, True), (0, True), (1, False), (1, False)),
        ((0, True), (5, False)),
        ((1, True), (2, False)),
        ((0, None), (1, None)),
        ((0, False), (1, False), (2, False)),
        ((0, True), (1, True)),
    ],
)
async def test_pieces(
    world: World, pieces: tuple[tuple[int, bool | None], ...]
) -> None:
    """In any order, repeated, with gaps, from 1, with an end too soon, or with none."""
    charge_point = world.adopt()
    charge_point.settings = type(charge_point.settings)(call_timeout=1)
    async with Reporting.of(world, model=device_model(2)) as station:
        station.pieces = pieces
        await station.boot()
        await until(lambda: len(inventory_of(charge_point)) == len(station.model))
        await until(lambda: charge_point.connector_numbers == [1, 2])
        await until(lambda: charge_point.ready)
        await until(lambda: charge_point.capabilities.max_stack_level == 8)


@pytest.mark.parametrize("seed", range(5))
async def test_pieces_in_random_order(world: World, seed: int) -> None:
    """With repetitions; the report is complete once all of them have come."""
    dice = random.Random(seed)
    charge_point = world.adopt()
    numbers = list(range(dice.randint(2, 9)))
    order = numbers + dice.choices(numbers, k=4)
    dice.shuffle(order)
    async with Reporting.of(world, model=[*device_model(2), *many(40)]) as station:
        station.pieces = tuple((one, one < numbers[-1]) for one in order)
        await station.boot()
        await until(lambda: charge_point.ready)
        assert len(inventory_of(charge_point)) == len(station.model)
        assert charge_point.capabilities.max_stack_level == 8


async def test_pieces_without_a_number(world: World) -> None:
    """The last one ends the report."""
    charge_point = world.adopt()
    async with Reporting.of(world, model=device_model()) as station:
        station.pieces = ((None, True), (None, False))
        await station.boot()
        await until(lambda: charge_point.ready)


async def test_a_whole_report_takes_the_place_of_what_was_known(world: World) -> None:
    """Another firmware has other variables."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        station.model = [*device_model(), variable("New", "One", "1")][1:]
        await station.boot(firmwareVersion="3")
        inventory = inventory_of(charge_point)
        await until(lambda: inventory.value("New", "One") == "1")
        await until(
            lambda: inventory.value("ChargingStation", "AvailabilityState") is None
        )


async def test_a_report_that_nobody_wants(world: World) -> None:
    """It is answered, and taken: it is about the station that sends it."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        entries = [variable("EVSE", "Power", "1", evse={"id": 3})]
        assert await piece(station, 4711, entries) == {}
        await until(lambda: charge_point.connector_numbers == [1, 2, 3])


async def test_an_endless_report(world: World) -> None:
    """The set-up goes on without its end, and the station is still answered."""
    charge_point = world.adopt()
    charge_point.settings = type(charge_point.settings)(call_timeout=0.5)
    asked: list[int] = []

    def begin(payload: Json) -> Json:
        asked.append(payload["requestId"])
        return {"status": "Accepted"}

    async with V2Station.of(world, GetBaseReport=begin) as station:
        await station.boot()
        await until(lambda: bool(asked))
        for number in itertools.count():
            entry = variable("Endless", f"Variable{number}", "1")
            assert await piece(station, asked[0], [entry], seqNo=number, tbc=True) == {}
            if charge_point.ready:
                break
        assert number > 10


async def test_more_variables_than_are_kept(world: World) -> None:
    """What is needed is kept, as it is told first."""
    charge_point = world.adopt()
    async with V2Station.of(world, model=[*device_model(), *many(5200)]) as station:
        await station.boot()
        assert charge_point.connected
        await until(lambda: charge_point.ready)
        assert len(inventory_of(charge_point)) == 5000
        assert charge_point.capabilities.max_stack_level == 8


async def test_more_text_than_is_kept() -> None:
    """Values have 2 500 characters at most, and all of them together a limit."""
    inventory = Inventory()
    for entry in many(4000, length=2500):
        inventory.report(entry)
    kept = sum(len(one.actual or "") for one in inventory)
    assert 3_900_000 < kept <= 4_000_000
    # What is known already is still updated.
    inventory.report(many(1)[0] | {})
    assert inventory.value("Component0", "Variable0") == "00000"


def reachable_bytes(root: object) -> int:
    """Return the size of all that hangs on an object, classes and functions not counted.

    What is counted belongs to the object alone. `tracemalloc` would count what other
    threads allocate meanwhile, such as those of coverage and of tests before.
    """
    seen: dict[int, object] = {}
    rest = [root]
    while rest:
        one = rest.pop()
        if id(one) in seen or isinstance(one, (type, ModuleType, FunctionType)):
            continue
        seen[id(one)] = one
        rest += gc.get_referents(one)
    return sum(sys.getsizeof(one) for one in seen.values())


async def test_memory_of_a_large_station() -> None:
    """2 000 variables, told by frames of their own, take 1 MB at most."""
    inventory = Inventory()
    empty = reachable_bytes(inventory)
    for entry in many(2000):
        inventory.report(entry)
    assert len(inventory) == 2000
    assert 100_000 < reachable_bytes(inventory) - empty < 1_000_000


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"component": {"name": "A"}},
        {"component": {"name": "A"}, "variable": {"name": "B"}},
        {"component": 1, "variable": 2, "variableAttribute": 3},
        variable("A" * 60, "B" * 60, "C"),
        variable("A", "B", "C") | {"variableCharacteristics": {"dataType": "float"}},
        variable("A", "B", "C", evse={"id": "1"}),
        variable("A", "B", "C", evse={"id": -1}),
    ],
)
async def test_a_broken_entry(world: World, entry: Json) -> None:
    """It is answered, with an error if need be; the other entries count if not."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        good = variable("Good", "One", "1")
        code = ""
        try:
            await piece(station, 1, [entry, good])
        except CallFailed as err:
            code = err.code
        known = inventory_of(charge_point).value("Good", "One") == "1"
        assert known or code.endswith("Violation")
        assert charge_point.connected


async def test_a_report_of_an_older_request(world: World) -> None:
    """It is taken; it does not end the report that is awaited."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        asked: list[int] = []

        def begin(payload: Json) -> Json:
            asked.append(payload["requestId"])
            return {"status": "Accepted"}

        station.answers["GetBaseReport"] = begin
        commands = charge_point.commands
        assert isinstance(commands, V2Commands)
        task = asyncio.create_task(commands.call("get_base_report"))
        await until(lambda: bool(asked))
        await piece(station, asked[0] - 1, [variable("Old", "One", "1")])
        assert not task.done()
        await piece(station, asked[0], [variable("New", "One", "1")])
        answer = await task
        assert answer == {
            "status": "accepted",
            "request_id": asked[0],
            "complete": True,
            "variables": 1,
            "report_data": [{"name": "New.One", "value": "1", "readonly": True}],
        }


def test_names_are_compared_without_case() -> None:
    """And so are instances; EVSE and plug are not left out."""
    inventory = Inventory()
    inventory.report(variable("Clock", "Time", "1", instance="Local", evse={"id": 1}))
    name = VariableName("CLOCK", "time", variable_instance="LOCAL", evse=1)
    assert (found := inventory.find(name)) is not None
    assert found.name.component == "Clock"
    assert inventory.find(VariableName("CLOCK", "time", evse=1)) is None
    inventory.report(variable("clock", "TIME", "2", instance="LOCAL", evse={"id": 1}))
    assert len(inventory) == 1


async def test_a_report_of_a_station_that_is_not_adopted(world: World) -> None:
    """It may answer what it was asked only (B01.FR.10)."""
    async with V2Station.of(world) as station:
        await station.boot()
        with pytest.raises(CallFailed) as refused:
            await piece(station, 1, [variable("A", "B", "1")])
        assert refused.value.code == "SecurityError"
        assert not len(inventory_of(world.central_system.pending["CP1"]))
