"""Which measurands a charge point is asked for, and what it is remembered to refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.metering.refused_measurands import RefusedMeasurands
from custom_components.ocpp_cs.csms.model.model import Identity
from tests.csms.client import Client, Json
from tests.csms.test_central_system import World, until, world

__all__ = ["world"]

NAME = "MeterValuesSampledData"
ENERGY, POWER, CURRENT = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
)
ALL = [ENERGY, POWER, CURRENT, "Voltage", "Current.Offered", "SoC"]

type Takes = Callable[[list[str]], bool]


def keys(now: str, most: str | None = None, *, readonly: bool = False) -> Json:
    """Return a configuration."""
    found = [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"},
        {"key": NAME, "readonly": readonly, "value": now},
    ]
    if most is not None:
        found.append({"key": f"{NAME}MaxLength", "readonly": True, "value": most})
    return {"configurationKey": found}


async def asked(
    world: World,
    charge_point: ChargePoint,
    configuration: Json,
    takes: Takes = lambda _: True,
    refusal: Any = None,
    **identity: str,
) -> tuple[list[list[str]], list[str]]:
    """Return the lists that were written after a boot, and the one in force."""
    force = configuration["configurationKey"][2]["value"].split(",")
    written: list[list[str]] = []

    def change(payload: Json) -> Any:
        assert payload["key"] == NAME
        names = payload["value"].split(",")
        written.append(names)
        if not takes(names):
            return refusal or {"status": "Rejected"}
        force[:] = names
        return {"status": "Accepted"}

    async with Client(
        f"ws://127.0.0.1:{world.central_system.port}/CP1",
        answers={"GetConfiguration": configuration, "ChangeConfiguration": change},
    ) as client:
        await client.boot(**identity)
        await until(lambda: charge_point.ready)
        link: Any = charge_point.link
        await until(link._setup.done)
    await until(lambda: not charge_point.connected)
    return written, force


@pytest.mark.parametrize(
    ("now", "most", "force"),
    [
        (ENERGY, "5", ALL[:5]),
        (ENERGY, "3", ALL[:3]),
        (ENERGY, "9", ALL),
        (ENERGY, "0", ALL),
        (ENERGY, "many", ALL),
        (ENERGY, None, ALL),
        # What it measures already goes before what is merely nice to have ...
        (f"Temperature,{ENERGY}", "5", ["Temperature", *ALL[:3], "Voltage"]),
        (f"Temperature,RPM,{ENERGY}", "5", ["Temperature", "RPM", *ALL[:3]]),
        # ... and behind what is needed.
        ("Temperature,RPM,Frequency", "3", ALL[:3]),
        ("Temperature,RPM,Frequency", "4", ["Temperature", *ALL[:3]]),
    ],
)
async def test_no_list_is_longer_than_the_longest(
    world: World, now: str, most: str | None, force: list[str]
) -> None:
    charge_point = world.adopt()
    written, told = await asked(world, charge_point, keys(now, most))
    assert sorted(told) == sorted(force)
    assert len(written) == 1


@pytest.mark.parametrize(
    ("unknown", "calls"),
    [
        (("SoC",), 2),
        (("Current.Offered",), 4),
        (("Current.Offered", "SoC"), 4),
        (("Voltage", "SoC"), 6),
        ((POWER, "Voltage", "Current.Offered", "SoC"), 9),
    ],
)
@pytest.mark.parametrize(
    "refusal", [{"status": "Rejected"}, "PropertyConstraintViolation"]
)
async def test_one_that_is_not_known_costs_no_other(
    world: World, unknown: tuple[str, ...], calls: int, refusal: Any
) -> None:
    charge_point = world.adopt()

    def takes(names: list[str]) -> bool:
        return not set(names) & set(unknown)

    written, force = await asked(
        world, charge_point, keys(ENERGY), takes, refusal, firmwareVersion="1"
    )
    assert sorted(force) == sorted(set(ALL) - set(unknown))
    assert len(written) <= calls
    assert charge_point.refused_measurands.names == set(unknown)
    # Nothing of it is written again ...
    written, _ = await asked(
        world, charge_point, keys(",".join(force)), takes, refusal, firmwareVersion="1"
    )
    assert written == []
    # ... before it has another firmware.
    written, _ = await asked(
        world, charge_point, keys(",".join(force)), firmwareVersion="2"
    )
    assert [sorted(one) for one in written] == [sorted(ALL)]


async def test_a_longest_list_that_it_does_not_tell(world: World) -> None:
    charge_point = world.adopt()
    _, force = await asked(
        world, charge_point, keys(ENERGY), lambda names: len(names) <= 4
    )
    assert force == ALL[:4]


async def test_who_refuses_everything_is_not_asked_again(world: World) -> None:
    charge_point = world.adopt()
    for rounds in range(2):
        written, force = await asked(
            world, charge_point, keys(ENERGY), lambda _: False, firmwareVersion="1"
        )
        assert force == [ENERGY]
        assert bool(written) is (rounds == 0)


async def test_who_answers_everything_with_an_error_is(world: World) -> None:
    """It may not have been ready."""
    charge_point = world.adopt()
    await asked(world, charge_point, keys(ENERGY), lambda _: False, "InternalError")
    assert charge_point.refused_measurands.names == set()
    _, force = await asked(world, charge_point, keys(ENERGY))
    assert force == ALL


async def test_what_cannot_be_written_is_left_alone(world: World) -> None:
    charge_point = world.adopt()
    written, _ = await asked(world, charge_point, keys(ENERGY, readonly=True))
    assert written == []
    assert charge_point.refused_measurands.names == set()


def test_what_was_remembered_may_be_damaged() -> None:
    refused = RefusedMeasurands(lambda: Identity(vendor="A", firmware="1"))
    for record in (None, 7, {}, {"of": 7, "names": []}, {"of": [], "names": 7}):
        refused.load(record)
        assert refused.names == set()
    refused.load({"of": ["A", None, "1"], "names": ["SoC", 7]})
    assert refused.names == {"SoC"}
    changes: list[Any] = []
    refused.changed = lambda: changes.append(refused.records())
    refused.add(["SoC"])
    assert changes == []
    refused.add(["RPM"])
    assert changes == [{"of": ["A", None, "1"], "names": ["RPM", "SoC"]}]
