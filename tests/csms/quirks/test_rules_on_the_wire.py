"""Each rule of quirks.py, and each of its fields: two chargers that differ in who they are.

One that the rule is about and one that it just is not about are otherwise the same, do
the same, and are told the same. What they see of the central system differs. What the
oddities of a rule are is in test_oddities_on_the_wire.py.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.errors import CallTimeoutError, CommandError
from custom_components.ocpp_cs.csms.model.profile import (
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.model.quirks import Overrides, Quirks
from custom_components.ocpp_cs.csms.quirks.rules import RULES
from custom_components.ocpp_cs.csms.schema.spelling import snake
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.configuration_keys import DIFFERS, KeyQuirks
from simulator import Generic
from simulator.configuration import Key, boolean, names
from tests.csms.central import configured
from tests.csms.limits.test_profiles_on_the_wire import NEVER, charging, sent, told
from tests.csms.makes import FIELDS_OF, WHO
from tests.csms.test_central_system import World, until

from .test_quirks_on_the_wire import TEN_AMPERES, TIMES, keys_asked, settled, url

ELSEWHERE = {
    # What a user is told while the charger is not here yet, and when it comes.
    "appends_id": "integration/chargers/test_peculiar_makes.py",
    "connect_seconds": "integration/chargers/test_peculiar_makes.py",
    "remote_start_needed": "integration/chargers/test_peculiar_makes.py",
    # A repair that writes it.
    "phase_rotation": "integration/chargers/test_peculiar_makes.py",
    "expected": "csms/wire/test_oddities.py",
    # Whether its limits have an end depends on the fuse of the house.
    "profiles_wear": "integration/charging/test_fallback.py",
}

TWO_PERIODS = replace(
    TEN_AMPERES,
    purpose=Purpose.TX_DEFAULT,
    kind=Kind.ABSOLUTE,
    schedules=(
        Schedule(
            unit=Unit.AMPERE,
            start=datetime(2026, 1, 1, tzinfo=UTC),
            periods=(Period(start=0, limit=10), Period(start=600, limit=8)),
        ),
    ),
)


@pytest.fixture(name="world")
async def fixture_world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


# How to see each field ------------------------------------------------------

type Prepare = Callable[[Generic, Any], None]
type Look = Callable[[ChargePoint, Generic, Any], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class Sight:
    """`look` tells whether what happens is what a value of the field says."""

    look: Look
    prepare: Prepare = lambda charger, value: None


def put(*keys: Key) -> Prepare:
    """Return what gives a charger these configuration keys."""

    def prepare(charger: Generic, _value: Any) -> None:
        for key in keys:
            charger.configuration._keys[key.name.lower()] = replace(key)

    return prepare


async def limited(charge_point: ChargePoint, charger: Generic, **intent: Any) -> Any:
    """Return the ChargingProfile that a limit becomes."""
    await charge_point.connectors[1].limiter.request(Intent(**intent))
    return charger.calls("SetChargingProfile")[-1]["csChargingProfiles"]


def period_of(profile: Any) -> Any:
    """Return the only period of a profile."""
    (period,) = profile["chargingSchedule"]["chargingSchedulePeriod"]
    return period


async def slow_answers(cp: ChargePoint, charger: Generic, _value: float) -> bool:
    cp.settings = replace(cp.settings, call_timeout=0.05)
    assert cp.link is not None
    cp.link.admission_changed()
    charger.faults.slow_answer = 0.4
    try:
        await cp.commands.call("clear_cache")
    except CallTimeoutError:
        return False
    return True


async def asked_in_pieces(_cp: ChargePoint, charger: Generic, value: bool) -> bool:
    return (keys_asked(charger)[0] is not None) is value


async def asked_by_name(cp: ChargePoint, charger: Generic, value: Any) -> bool:
    charger.received.clear()
    await cp.commands.call("get_configuration")
    return [key for piece in keys_asked(charger) for key in piece or ()] == list(value)


async def asked_at_once(cp: ChargePoint, charger: Generic, value: int) -> bool:
    charger.received.clear()
    await cp.commands.call(
        "get_configuration", key=[f"key_{number}" for number in range(60)]
    )
    return max(len(piece or ()) for piece in keys_asked(charger)) == value


async def asked_in_its_spelling(cp: ChargePoint, charger: Generic, value: Any) -> bool:
    cp.configuration.clear()
    charger.received.clear()
    for spelling in value:
        await cp.commands.call("get_configuration", key=[spelling.upper()])
    return [key for piece in keys_asked(charger) for key in piece or ()] == list(value)


async def light_is_raised(cp: ChargePoint, charger: Generic, value: int) -> bool:
    # What can be read is believed; this cannot.
    charger.not_implemented = frozenset({"GetConfiguration"})
    await cp.commands.call("change_configuration", key="LightIntensity", value="20")
    return configured(cp, "LightIntensity") == str(value)


async def samples_every(_cp: ChargePoint, charger: Generic, value: int) -> bool:
    return charger.configuration["MeterValueSampleInterval"].value == str(value)


def measurands_of(charger: Generic) -> set[str]:
    """Return the measurands that were written."""
    return {
        name
        for payload in charger.calls("ChangeConfiguration")
        if payload["key"] == "MeterValuesSampledData"
        for name in payload["value"].split(",")
    }


async def measurands_are_written(_cp: ChargePoint, charger: Any, value: bool) -> bool:
    return bool(measurands_of(charger)) is value


async def measurands_are_left_out(_cp: ChargePoint, charger: Any, value: Any) -> bool:
    written = measurands_of(charger)
    assert "Voltage" in written
    return not written & value


def measures_a_thousandfold(charger: Generic, _value: bool) -> None:
    """Let a charger report temperatures as some do."""
    charger.faults.temperature_x1000 = True


async def temperature_is_right(cp: ChargePoint, charger: Any, _value: bool) -> bool:
    await charger.send_meter_values()
    return 0 < cp.connectors[1].measurements.get("temperature", 0.0) < 100


async def actions_are_not_sent(cp: ChargePoint, charger: Any, value: Any) -> bool:
    charger.received.clear()
    actions = {action for action in FIELDS_OF if snake(action) in value}
    assert len(actions) == len(value)
    for action in actions:
        with suppress(CommandError):
            await cp.commands.caller.send(action, **FIELDS_OF[action])
    seen = {action for action, _ in charger.received}
    assert seen in (set(), actions)
    return not seen


async def messages_are_not_asked_for(cp: ChargePoint, charger: Any, value: Any) -> bool:
    charger.received.clear()
    for message in value:
        with suppress(CommandError):
            await cp.commands.trigger_message(requested_message=message)
    return not charger.calls("TriggerMessage")


async def start_has_profile(cp: ChargePoint, charger: Any, value: bool) -> bool:
    await charger.plug()
    await cp.commands.call(
        "remote_start_transaction", connector_id=1, charging_profile=TEN_AMPERES
    )
    (started,) = charger.calls("RemoteStartTransaction")
    return ("chargingProfile" in started) is value


async def told_to_be_deleted(cp: ChargePoint, _charger: Any, value: bool) -> bool:
    answer = await cp.commands.call("get_diagnostics", location="ftp://example.com/")
    return answer.get("deleted_by_reading", False) is value


def other_unit(charger: Generic, value: str) -> None:
    """Let a charger declare the unit that the rule does not say."""
    declared = "Power" if value == Unit.AMPERE else "Current"
    put(names("ChargingScheduleAllowedChargingRateUnit", declared))(charger, value)


async def limits_in(cp: ChargePoint, charger: Any, value: str) -> bool:
    profile = await limited(cp, charger, limit_a=10.0)
    return bool(profile["chargingSchedule"]["chargingRateUnit"].lower() == value)


async def limits_in_steps(cp: ChargePoint, charger: Any, value: float) -> bool:
    period = period_of(await limited(cp, charger, limit_a=10.7))
    return bool(period["limit"] % value == 0)


async def limits_that_it_knows(cp: ChargePoint, charger: Any, value: Any) -> bool:
    return period_of(await limited(cp, charger, limit_a=12.0))["limit"] in value


async def limits_at_level(cp: ChargePoint, charger: Any, value: int) -> bool:
    return bool((await limited(cp, charger, limit_a=10.0))["stackLevel"] == value)


async def limits_of_kind(cp: ChargePoint, charger: Any, value: str) -> bool:
    profile = await limited(cp, charger, limit_a=10.0)
    return bool(profile["chargingProfileKind"].lower() == value)


async def no_long_schedule(cp: ChargePoint, charger: Any, _value: int) -> bool:
    with suppress(CommandError):
        await cp.commands.set_charging_profile(
            connector_id=1, charging_profile=TWO_PERIODS
        )
    return not charger.calls("SetChargingProfile")


def declares_otherwise(charger: Generic, value: bool) -> None:
    """Let a charger declare the opposite of what the rule says."""
    put(boolean("ConnectorSwitch3to1PhaseSupported", not value))(charger, value)


async def phases_are_sent(cp: ChargePoint, charger: Any, value: bool) -> bool:
    period = period_of(await limited(cp, charger, limit_a=10.0, phases=1))
    return ("numberPhases" in period) is value


async def key_is_believed(cp: ChargePoint, charger: Any, _value: str) -> bool:
    return await phases_are_sent(cp, charger, True)


async def phases_wait(cp: ChargePoint, charger: Any, value: int) -> bool:
    limiter = cp.connectors[1].limiter
    await limiter.request(Intent(limit_a=10.0, phases=1))
    assert sent(charger) == [(10.0, 1)]
    # So much time goes by.
    limiter._sender._switched -= value - 10
    await limiter.request(Intent(limit_a=9.0, phases=3))
    return sent(charger)[1:] == [(9.0, 1)]


async def phases_come_with_a_limit(cp: ChargePoint, charger: Any, value: bool) -> bool:
    await charging(charger)
    limiter = cp.connectors[1].limiter
    await until(lambda: cp.connectors[1].status == "charging")
    await limiter.request(Intent(limit_a=10.0, phases=1))
    await told(limiter)
    assert sent(charger)[0] == (0.0, None)
    assert sent(charger)[-1] == (10.0, 1)
    return ((0.0, 1) not in sent(charger)) is value


async def told_twice(cp: ChargePoint, charger: Any, value: bool) -> bool:
    limiter = cp.connectors[1].limiter
    await limiter.request(Intent(paused=True))
    await limiter.request(Intent(limit_a=10.0))
    await told(limiter)
    return (sent(charger)[1:] == [(10.0, None)] * 2) is value


SIGHTS: dict[str, Sight] = {
    "answer_seconds": Sight(look=slow_answers),
    "configuration_in_pieces": Sight(look=asked_in_pieces),
    "configuration_keys": Sight(look=asked_by_name),
    "most_keys": Sight(look=asked_at_once),
    "spellings": Sight(look=asked_in_its_spelling),
    "light_intensity_from": Sight(look=light_is_raised),
    "sample_interval_from": Sight(look=samples_every),
    "writes_measurands": Sight(look=measurands_are_written),
    "measurands_left_out": Sight(look=measurands_are_left_out),
    "temperature_in_thousandths": Sight(
        look=temperature_is_right, prepare=measures_a_thousandfold
    ),
    "unsupported_actions": Sight(look=actions_are_not_sent),
    "unsupported_triggers": Sight(look=messages_are_not_asked_for),
    "remote_start_takes_profile": Sight(look=start_has_profile),
    "diagnostics_are_deleted": Sight(look=told_to_be_deleted),
    "charging_rate_unit": Sight(look=limits_in, prepare=other_unit),
    "current_step": Sight(look=limits_in_steps),
    "currents": Sight(look=limits_that_it_knows),
    "stack_level": Sight(look=limits_at_level),
    "profile_kind": Sight(look=limits_of_kind),
    "most_periods": Sight(look=no_long_schedule),
    "switches_phases": Sight(look=phases_are_sent, prepare=declares_otherwise),
    "phase_switch_key": Sight(
        look=key_is_believed,
        prepare=put(
            boolean("ConnectorSwitch3to1PhaseSupported", False),
            boolean("ACPhaseSwitchingSupported", True),
        ),
    ),
    "phase_switch_seconds": Sight(look=phases_wait),
    "phases_only_with_limit": Sight(look=phases_come_with_a_limit),
    "resend_after_pause": Sight(look=told_twice),
}

CASES = [
    (rule.name, field, value)
    for rule in RULES
    for field, value in (rule.differs | DIFFERS.get(rule.name, {})).items()
    if field not in ELSEWHERE
]


def test_each_rule_has_its_chargers() -> None:
    assert WHO.keys() == {rule.name for rule in RULES}


def test_each_field_can_be_seen() -> None:
    """A rule about it is tested, and it is no field that no one can set."""
    ruled = {field for rule in RULES for field in rule.differs}
    keys = {field for differs in DIFFERS.values() for field in differs}
    assert keys == {one.name for one in fields(KeyQuirks)}
    assert ruled | keys == SIGHTS.keys() | ELSEWHERE.keys()
    owned = {one.name for one in fields(Overrides)}
    assert {one.name for one in fields(Quirks)} - ruled - owned == {"rules", "version"}
    tests = Path(__file__).parents[2]
    assert all((tests / path).exists() for path in ELSEWHERE.values())


@pytest.mark.parametrize(
    ("rule", "field", "value"), CASES, ids=lambda one: one if type(one) is str else ""
)
async def test_it_differs_for_whom_the_rule_is_about(
    world: World, rule: str, field: str, value: Any
) -> None:
    sight = SIGHTS[field]
    async with AsyncExitStack() as stack:
        seen = []
        for name, (vendor, model, firmware) in zip(
            ("LIKE", "UNLIKE"), WHO[rule], strict=True
        ):
            charge_point = world.adopt(name, sample_interval=10)
            charge_point.profile_methods.timing = NEVER
            charger = Generic(
                url(world),
                name,
                vendor=vendor,
                model=model,
                firmware=firmware,
                sample_interval=900,
                measurands="Energy.Active.Import.Register,Temperature",
                **TIMES,
            )
            sight.prepare(charger, value)
            await stack.enter_async_context(charger)
            await settled(charge_point, charger)
            assert (rule in charge_point.quirks.rules) is (name == "LIKE")
            seen.append(await sight.look(charge_point, charger, value))
    assert seen == [True, False]
