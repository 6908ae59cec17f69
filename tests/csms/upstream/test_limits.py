"""An upstream limits a charge point of ours, over all layers and real sockets."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
import sqlite3
import time
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Schedule,
    Unit,
)
from custom_components.ocpp_cs.csms.transactions.sqlite import SqliteStore
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.model import Role
from simulator import Car

from .pair import Charger, Pair, charger_of, until
from .test_pairings import pairings

LIMITS = {"roles": frozenset({Role.LIMIT})}
FAST = LimitTiming(guard=0.02, check=60.0, pause=0.2, settle=0.02)


def profile(amps: float, **more: Any) -> ChargingProfile:
    """Return a default profile of one period."""
    return ChargingProfile(
        **{
            "id": 1,
            "stack_level": 0,
            "purpose": Purpose.TX_DEFAULT,
            "kind": Kind.ABSOLUTE,
            "schedules": (
                Schedule(
                    unit=Unit.AMPERE,
                    start=utcnow() - timedelta(minutes=5),
                    periods=(Period(start=0, limit=amps),),
                ),
            ),
            **more,
        }
    )


def approx(seconds: int) -> Any:
    """Return what equals about that time."""
    return pytest.approx(seconds, abs=30)


async def theirs(pair: Pair) -> ChargePoint:
    """Return the charge point of the employer, once it is connected there."""
    charge_point = pair.employer.central_system.charge_points["CP1"]
    await until(lambda: charge_point.ready)
    return charge_point


def period(amps: float, **more: Any) -> Schedule:
    """Return a schedule of one period."""
    return Schedule(
        **{
            "unit": Unit.AMPERE,
            "start": utcnow() - timedelta(minutes=5),
            "periods": (Period(start=0, limit=amps),),
            **more,
        }
    )


def attach(pair: Pair, **more: Any) -> ChargePoint:
    """Adopt the charge point, of which nothing takes long."""
    charge_point = pair.attach(**LIMITS, **more)
    charge_point.profile_methods.timing = FAST
    return charge_point


async def charge(ours: ChargePoint, charger: Charger) -> None:
    """Let a car charge."""
    await until(lambda: ours.ready)
    await charger.plug(1, Car(capacity_kwh=100.0))
    await charger.present_card("TAG1", 1)
    await until(lambda: offered(charger) > 10)
    await until(lambda: ours.connectors[1].transaction is not None)


def offered(charger: Charger, number: int = 1) -> float:
    """Return what a car is offered in A."""
    return charger.connector(number).offered_current


@pairings
async def test_a_default_profile_limits_the_charge_point_until_it_is_cleared(
    charger_version: str, upstream_version: str
) -> None:
    async with Pair() as pair:
        ours = attach(pair, subprotocol=f"ocpp{upstream_version}")
        async with charger_of(pair.house, charger_version) as charger:
            await charge(ours, charger)
            most = offered(charger)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0, charging_profile=profile(10.0)
            )
            await until(lambda: offered(charger) == 10.0)
            await commands.clear_charging_profile(id=1)
            await until(lambda: offered(charger) == most)
            with pytest.raises(RefusedError):
                await commands.clear_charging_profile(id=1)


async def test_whatever_is_wanted_the_least_applies() -> None:
    """The owner's limit, his pause, and the limit of the upstream."""
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            commands = (await theirs(pair)).commands
            limiter = ours.connectors[1].limiter
            await limiter.request(Intent(limit_a=13.0))
            await until(lambda: offered(charger) == 13.0)
            for wanted, allowed, least in (
                (13.0, 16.0, 13.0),
                (13.0, 8.0, 8.0),
                (7.0, 8.0, 7.0),
                (16.0, 8.0, 8.0),
            ):
                await limiter.request(Intent(limit_a=wanted))
                await commands.set_charging_profile(
                    connector_id=0, charging_profile=profile(allowed)
                )
                await until(lambda least=least: offered(charger) == least)
            await limiter.request(Intent(limit_a=16.0, paused=True))
            await until(lambda: offered(charger) == 0.0)
            await commands.clear_charging_profile()
            await limiter.request(Intent(limit_a=16.0))
            await until(lambda: offered(charger) == 16.0)


async def test_of_several_upstreams_the_least_applies() -> None:
    async with Pair() as pair:
        ours = attach(pair)
        pair.upstreams.apply(
            [
                pair.settings(**LIMITS),
                pair.settings(id="grid", name="Grid", identity="GRID", **LIMITS),
            ]
        )
        pair.employer.adopt("GRID")
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            most = offered(charger)
            employer = await theirs(pair)
            grid = pair.employer.central_system.charge_points["GRID"]
            await until(lambda: grid.ready)
            await employer.commands.set_charging_profile(
                connector_id=0, charging_profile=profile(10.0)
            )
            await grid.commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(
                    4140.0,
                    purpose=Purpose.STATION_MAX,
                    schedules=(period(4830.0, unit=Unit.WATT),),
                ),
            )
            await until(lambda: offered(charger) == 7.0)
            ceiling = ours.connectors[1].ceiling()
            assert ceiling is not None
            assert ceiling.by == "Grid"
            # An upstream that is removed, or has the role no more, limits no more.
            pair.upstreams.apply([pair.settings(**LIMITS)])
            await until(lambda: offered(charger) == 10.0)
            pair.upstreams.apply([pair.settings()])
            await until(lambda: offered(charger) == most)


async def test_a_limit_changes_with_the_time() -> None:
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(
                    10.0,
                    schedules=(
                        period(
                            10.0,
                            start=utcnow() - timedelta(seconds=3),
                            periods=(
                                Period(start=0, limit=10.0),
                                Period(start=5, limit=8.0),
                            ),
                            duration=7,
                        ),
                    ),
                ),
            )
            await until(lambda: offered(charger) == 10.0)
            await until(lambda: offered(charger) == 8.0)
            await until(lambda: offered(charger) > 10.0)


async def test_a_session_profile_ends_with_its_session() -> None:
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            most = offered(charger)
            employer = await theirs(pair)
            await until(lambda: employer.connectors[1].transaction)
            told = employer.connectors[1].transaction
            assert told is not None
            own = profile(9.0, purpose=Purpose.TX)
            with pytest.raises(RefusedError):
                await employer.commands.set_charging_profile(
                    connector_id=1,
                    charging_profile=own.of_transaction(str(int(told.id) + 1)),
                )
            await employer.commands.set_charging_profile(
                connector_id=1, charging_profile=own.of_transaction(told.id)
            )
            await until(lambda: offered(charger) == 9.0)
            await charger.present_card("TAG1", 1)
            await until(lambda: ours.connectors[1].transaction is None)
            await charger.unplug(1)
            await charge(ours, charger)
            assert offered(charger) == most
            assert pair.station.requests.limits.installed() == []


@pytest.mark.parametrize("charger_version", ["1.6", "2.0.1"])
async def test_a_profile_of_the_owner_and_a_ceiling_are_both_obeyed(
    charger_version: str,
) -> None:
    """Ours contains the owner's profile then, whose place it may take."""
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, charger_version) as charger:
            await charge(ours, charger)
            running = ours.connectors[1].transaction
            assert running is not None
            commands = (await theirs(pair)).commands
            for own in (
                profile(12.0, id=77, stack_level=8),
                profile(12.0, id=77, stack_level=2),
                profile(12.0, id=77, purpose=Purpose.TX, transaction_id=running.id),
                profile(
                    12.0,
                    id=77,
                    stack_level=8,
                    purpose=Purpose.TX,
                    transaction_id=running.id,
                ),
            ):
                await ours.commands.set_charging_profile(
                    connector_id=1, charging_profile=own
                )
                await until(lambda: offered(charger) == 12.0)
                await commands.set_charging_profile(
                    connector_id=0, charging_profile=profile(10.0)
                )
                await until(lambda: offered(charger) == 10.0)
                await commands.set_charging_profile(
                    connector_id=0, charging_profile=profile(14.0)
                )
                await until(lambda: offered(charger) == 12.0)
                await commands.clear_charging_profile(id=1)
                await until(lambda: not ours.connectors[1].limiter.is_busy)
                assert offered(charger) == 12.0
                await ours.commands.clear_charging_profile(id=77)
                await until(lambda: offered(charger) > 12.0)


async def test_without_the_role_nothing_is_limited() -> None:
    async with Pair() as pair:
        ours = pair.attach(roles=frozenset(Role) - {Role.LIMIT})
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            charger.received.clear()
            commands = (await theirs(pair)).commands
            with pytest.raises(RefusedError):
                await commands.set_charging_profile(
                    connector_id=0, charging_profile=profile(10.0)
                )
            with pytest.raises(RefusedError):
                await commands.clear_charging_profile()
            with pytest.raises(RefusedError):
                await commands.call(
                    "get_composite_schedule", connector_id=1, duration=60
                )
            assert not charger.calls("SetChargingProfile")


def kept(path: Path) -> str:
    """Return what is on the disk of what upstreams have set."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT data FROM upstream_memory").fetchall()
    return "".join(data for (data,) in rows)


async def test_the_limit_is_kept_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it changes while nobody is there."""
    write = StoreWriter._write_unsaved

    def write_slowly(self: StoreWriter, books: SqliteStore) -> object:
        time.sleep(0.3)
        return write(self, books)

    monkeypatch.setattr(StoreWriter, "_write_unsaved", write_slowly)
    books = tmp_path / "books.db"
    async with Pair(books) as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(
                    10.0,
                    schedules=(
                        period(
                            10.0,
                            periods=(
                                Period(start=0, limit=10.0),
                                Period(start=301, limit=9.0),
                            ),
                        ),
                    ),
                ),
            )
            # It is on the disk before the upstream is told that it is kept.
            assert '"profiles"' in kept(books)
            await until(lambda: offered(charger) == 10.0)
    async with Pair(books) as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await until(lambda: ours.ready)
            await charger.plug(1, Car(capacity_kwh=100.0))
            await charger.present_card("TAG1", 1)
            await until(lambda: offered(charger) == 9.0)


async def test_the_owner_charges_nevertheless_where_he_may() -> None:
    async with Pair() as pair:
        ours = attach(pair, owner_may_override=True)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            most = offered(charger)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0, charging_profile=profile(0.0)
            )
            await until(lambda: offered(charger) == 0.0)
            ours.ceilings.override(1, True)
            await until(lambda: offered(charger) == most)
            # It is kept, but not the right to it.
            pair.upstreams.apply(
                [pair.settings(owner_may_override=True, **LIMITS, pays=True)]
            )
            limiter = ours.connectors[1].limiter
            await until(lambda: not limiter.is_busy)
            assert offered(charger) == most
            pair.upstreams.apply([pair.settings(**LIMITS)])
            await until(lambda: offered(charger) == 0.0)


@pytest.mark.parametrize("upstream_version", ["1.6", "2.0.1"])
async def test_the_composite_schedule_has_all_limits(upstream_version: str) -> None:
    async with Pair() as pair:
        ours = attach(pair, subprotocol=f"ocpp{upstream_version}")
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            commands = (await theirs(pair)).commands
            await ours.connectors[1].limiter.request(Intent(limit_a=13.0))
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(
                    10.0,
                    schedules=(
                        period(
                            10.0,
                            periods=(
                                Period(start=0, limit=16.0),
                                Period(start=600, limit=8.0),
                                Period(start=900, limit=3.0),
                            ),
                        ),
                    ),
                ),
            )
            answer = await commands.call(
                "get_composite_schedule", connector_id=1, duration=3600
            )
            found = answer.get("charging_schedule") or answer["schedule"]
            assert [
                (one["start_period"], one["limit"])
                for one in found["charging_schedule_period"]
            ] == [(0, 13.0), (approx(300), 8.0), (approx(600), 0.0)]


@pytest.mark.parametrize("charger_version", ["1.6", "2.0.1"])
async def test_a_profile_of_a_start_and_a_ceiling_are_both_obeyed(
    charger_version: str,
) -> None:
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, charger_version) as charger:
            await until(lambda: ours.ready)
            await charger.plug(1, Car(capacity_kwh=100.0))
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0, charging_profile=profile(10.0)
            )
            await ours.commands.start_transaction(
                connector_id=1,
                id_tag="TAG1",
                charging_profile=profile(
                    12.0,
                    id=77,
                    purpose=Purpose.TX,
                    schedules=(period(12.0, start=None),),
                    kind=Kind.RELATIVE,
                ),
            )
            await until(lambda: ours.connectors[1].transaction)
            await until(lambda: offered(charger) == 10.0)
            await commands.set_charging_profile(
                connector_id=0, charging_profile=profile(14.0)
            )
            await until(lambda: offered(charger) == 12.0)


async def test_sessions_share_what_the_whole_charge_point_may_use() -> None:
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6", connectors=2) as charger:
            await until(lambda: ours.ready)
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(20.0, purpose=Purpose.STATION_MAX),
            )
            await charge_at(ours, charger, 1)
            await until(lambda: offered(charger, 1) == 20.0)
            await charge_at(ours, charger, 2)
            await until(lambda: (offered(charger, 1), offered(charger, 2)) == (10, 10))
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(11.0, purpose=Purpose.STATION_MAX),
            )
            await until(lambda: (offered(charger, 1), offered(charger, 2)) == (11, 0))
            await charger.present_card("TAG1", 1)
            await until(lambda: offered(charger, 2) == 11.0)


async def charge_at(ours: ChargePoint, charger: Charger, number: int) -> None:
    """Let a car charge at a connector, or wait."""
    await charger.plug(number, Car(capacity_kwh=100.0))
    await charger.present_card(f"TAG{number}", number)
    await until(lambda: ours.connectors[number].transaction is not None)


async def test_a_power_that_is_enough_for_one_phase_switches_to_it() -> None:
    """And back; each of it once."""
    async with Pair() as pair:
        ours = attach(pair)
        async with charger_of(pair.house, "1.6") as charger:
            await charge(ours, charger)
            charger.phase_switch_seconds = 0.1
            ours.quirks = replace(ours.quirks, phase_switch_seconds=0)
            limiter = ours.connectors[1].limiter
            assert limiter.switches_phases
            commands = (await theirs(pair)).commands
            await commands.set_charging_profile(
                connector_id=0,
                charging_profile=profile(
                    0.0, schedules=(period(2300.0, unit=Unit.WATT),)
                ),
            )
            place = charger.connector(1)
            await until(lambda: (place.offer.amps, place.offer.phases) == (10.0, 1))
            await commands.clear_charging_profile()
            await until(lambda: place.offer.phases == 3 and place.offer.amps > 10)
            await until(lambda: not limiter.is_busy)
            assert len(charger.calls("SetChargingProfile")) < 12


@pairings
async def test_the_profile_of_a_start_of_the_upstream_is_for_its_session(
    charger_version: str, upstream_version: str
) -> None:
    async with Pair() as pair:
        ours = pair.attach(
            roles=frozenset({Role.LIMIT, Role.START_STOP}),
            tags=frozenset({"tag1"}),
            subprotocol=f"ocpp{upstream_version}",
        )
        ours.profile_methods.timing = FAST
        async with charger_of(pair.house, charger_version) as charger:
            await until(lambda: ours.ready)
            await charger.plug(1, Car(capacity_kwh=100.0))
            employer = await theirs(pair)
            await employer.commands.start_transaction(
                connector_id=1,
                id_tag="TAG1",
                charging_profile=profile(
                    9.0,
                    purpose=Purpose.TX,
                    kind=Kind.RELATIVE,
                    schedules=(period(9.0, start=None),),
                ),
            )
            await until(lambda: ours.connectors[1].transaction is not None)
            await until(lambda: offered(charger) == 9.0)
            await until(lambda: employer.connectors[1].transaction is not None)
            told = employer.connectors[1].transaction
            assert told is not None
            await until(
                lambda: (
                    [
                        one.profile.transaction_id
                        for one in pair.station.requests.limits.installed()
                    ]
                    == [told.id]
                )
            )
