"""What an upstream has limited stays so, whatever happens to us meanwhile."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.ocpp_cs.csms.discharging.bidirectional import Bidirectional
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.limits.profiles import Declared
from custom_components.ocpp_cs.csms.limits.sender import LimitSender
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.model.quirks import Quirks
from custom_components.ocpp_cs.csms.model.tags import tag_key
from custom_components.ocpp_cs.csms.outside import ceilings as ceilings_module
from custom_components.ocpp_cs.csms.outside.ceilings import Ceiling, Ceilings
from custom_components.ocpp_cs.csms.upstream.model import Role, SessionChoice

from .asked import Asked, asked
from .pair import until
from .payer import House, Payer
from .test_control import strict
from .test_limits import profile
from .test_limits_over_time import NOON, Source, kept, station

MAY: dict[str, Any] = {
    "roles": frozenset({Role.START_STOP, Role.LIMIT}),
    "sessions": SessionChoice.OWN,
}


def for_start(amps: float = 9.0, **more: Any) -> dict[str, Any]:
    """Return the profile of a start in OCPP 1.6."""
    return {
        "chargingProfileId": 5,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}],
        },
        **more,
    }


async def start(one: Asked, **more: Any) -> str:
    """Return the answer to a start with a profile."""
    answer = await one.ask(
        "RemoteStartTransaction",
        connectorId=1,
        idTag="THEIRS",
        chargingProfile=for_start(**more),
    )
    status: str = answer["status"]
    return status


def ceiling(one: Asked) -> float | None:
    """Return what is allowed at the connector."""
    found = one.ours.connectors[1].ceiling()
    return None if found is None else found.amps


async def test_the_profile_of_a_start_survives_a_restart_before_its_session() -> None:
    async with asked(strict(), **MAY) as one:
        assert await start(one) == "Accepted"
        upstreams = one.pair.upstreams
        upstreams.detach("CP1")
        upstreams.attach(one.ours)
        await one.charger.plug(1)
        await until(lambda: one.pair.told)
        assert ceiling(one) == 9.0


async def test_the_profile_of_a_start_stays_when_the_clock_is_corrected() -> None:
    async with asked(strict(), **MAY) as one:
        assert await start(one) == "Accepted"
        await one.charger.plug(1)
        await until(lambda: one.pair.told)
        assert ceiling(one) == 9.0
        one.pair.house.ledger.correct_times(
            "CP1", after=0, offset=timedelta(minutes=-20)
        )
        (session,) = one.pair.ours
        assert session.start < session.reported_start
        one.ours.connectors[1].transaction_corrected()
        assert ceiling(one) == 9.0


async def test_a_start_whose_profile_makes_no_sense_is_refused() -> None:
    """It would charge without any limit."""
    async with asked(strict(), **MAY) as one:
        assert await start(one, stackLevel=1000) == "Rejected"
        assert await start(one, chargingProfileKind="Recurring") == "Rejected"
        assert not list(one.ours.claims)
        assert not one.sent("RemoteStartTransaction")


async def test_starts_and_reservations_stay_when_settings_change() -> None:
    async with asked(strict(), **MAY) as one:
        assert await start(one) == "Accepted"
        old = one.station
        one.pair.upstreams.apply([one.pair.settings(**MAY, pays=True)])
        await until(lambda: old._task is None)
        await asyncio.sleep(0)
        assert len(list(one.ours.claims)) == 1
        assert await one.charger.authorize("THEIRS") == "Accepted"


async def test_limits_of_books_that_become_readable_late(tmp_path: Path) -> None:
    path, payer = tmp_path / "books.db", Payer()
    roles = {"roles": frozenset({Role.LIMIT})}
    await payer.start()
    house = House(payer, path)
    await house.start(**roles)
    await until(lambda: house.station.connected)
    assert house.station.requests.limits.put(0, profile(10.0))
    since = house.station.since
    await house.books.save()
    await house.stop()
    path.rename(tmp_path / "away.db")
    path.mkdir()
    house = House(payer, path)
    await house.start(**roles)
    await until(lambda: house.station.connected)
    # It sets another one meanwhile.
    assert house.station.requests.limits.put(0, profile(12.0, id=2, stack_level=1))
    assert not house.books.is_loaded
    path.rmdir()
    (tmp_path / "away.db").rename(path)
    await house.world.ledger.save()
    await until(lambda: house.books.is_loaded)
    limits = house.station.requests.limits
    # The station takes up what the books had once they are read.
    await until(lambda: [one.profile.id for one in limits.installed()] == [1, 2])
    assert house.station.since == since
    await house.books.save()
    await house.stop()
    house = House(payer, path)
    await house.start(**roles)
    assert len(house.station.requests.limits.installed()) == 2
    assert house.charge_point.ceilings.at(1, utcnow(), 3) == Ceiling(
        amps=12.0, one_phase=False, by="Payer"
    )
    await house.stop()
    await payer.stop()


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_clock_that_is_set_is_noticed(
    hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOON + timedelta(minutes=30)
    monkeypatch.setattr(ceilings_module, "utcnow", lambda: now)
    monkeypatch.setattr(ceilings_module, "_LONGEST_TIMER", timedelta(seconds=0.01))
    monkeypatch.setattr(ceilings_module, "_SET", timedelta(minutes=1))
    charge_point = station()
    changes: list[datetime] = []
    limiter = cast(Any, charge_point.connectors[1].limiter)
    limiter.ceiling_changed = lambda: changes.append(now)
    ceilings = Ceilings(charge_point)
    ceilings.put("a", Source([kept((0, 16.0), (7200, 6.0))]), [])
    assert changes == [now]
    await asyncio.sleep(0.2)
    assert changes == [now]
    now += timedelta(hours=hours)
    await until(lambda: changes[-1] == now)
    ceilings.close()


def test_phases_that_are_switched_no_more_are_all_used() -> None:
    """A power is divided by three if the profile of one phase is replaced."""

    def ceiling(phases: int | None = None) -> Ceiling:
        return Ceiling(amps=4600 / 230 / (phases or 1), one_phase=False, by="Employer")

    sender = LimitSender(
        cast(
            Any,
            SimpleNamespace(
                ceiling=ceiling,
                active_phases=1,
                lines=None,
                transaction=None,
                needs=None,
                bidirectional=Bidirectional(lambda: None),
            ),
        ),
        cast(
            Any,
            SimpleNamespace(
                clock=SimpleNamespace(is_doubtful=False),
                quirks=Quirks(maximum_current=32.0, switches_phases=False),
            ),
        ),
        cast(Any, SimpleNamespace(declared=Declared(), keeps_fallback=False)),
        cast(Any, None),
    )
    sender.phases = 1

    async def target() -> Any:
        return sender.target(Intent(limit_a=32.0, paused=False, phases=None))

    with asyncio.Runner() as runner:
        found = runner.run(target())
    assert found.phases is None
    assert found.amps <= 4600 / 230 / 3


@pytest.mark.parametrize("never", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_what_never_ends_is_no_reason_to_refuse_it(never: str) -> None:
    """Without its profile or its list, more would be allowed than the upstream wants."""
    roles = {"roles": frozenset({Role.LIMIT, Role.AUTHORIZE, Role.START_STOP})}
    async with asked(**roles) as one:
        profile = for_start(chargingProfilePurpose="TxDefaultProfile", validTo=never)
        answer = await one.ask(
            "SetChargingProfile", connectorId=0, csChargingProfiles=profile
        )
        assert answer == {"status": "Accepted"}
        assert ceiling(one) == 9.0
        info = {"status": "Blocked", "expiryDate": never}
        answer = await one.ask(
            "SendLocalList",
            listVersion=1,
            updateType="Full",
            localAuthorizationList=[{"idTag": "THEIRS", "idTagInfo": info}],
        )
        assert answer == {"status": "Accepted"}
        listed = one.station.requests.tags.listed(tag_key("THEIRS"))
        assert listed is not None and listed.status == "blocked"
        answer = await one.ask(
            "ReserveNow",
            connectorId=1,
            expiryDate=never,
            idTag="THEIRS",
            reservationId=1,
        )
        assert answer == {"status": "Rejected"}
