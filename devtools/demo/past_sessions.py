"""The sessions of the two months before the demo began, in the books of the server."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from custom_components.ocpp_cs.csms.transactions.storage import LedgerChanges
from custom_components.ocpp_cs.csms.transactions.transaction import Details, Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.vehicles.model import GUEST
from devtools.demo_house.prices import price_at
from devtools.simulate.traces import clear_sky_w, through_clouds_w

from .house import JUNE, ROOF
from .places import DRIVERS, PLACES, Driver, Place

DAYS = 61

FEED_IN = 0.08
"""What a kWh of the own sun would bring, in EUR."""

_HOME = ZoneInfo("Europe/Berlin")
_QUARTER = timedelta(minutes=15)
_HOUSE_W = 900.0
"""What the house takes from the sun before the cars do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastSession:
    """A session that has ended."""

    place: Place
    driver: Driver
    start: datetime
    """The beginning of a quarter of an hour."""
    energies: tuple[float, ...]
    """kWh in each quarter of an hour."""
    sky: float
    """The part of the sun's power that the clouds of that day let through."""
    soc: float
    """The state of charge of the car at its beginning, in %."""

    @property
    def end(self) -> datetime:
        """The end of its last quarter of an hour."""
        return self.start + len(self.energies) * _QUARTER

    @property
    def energy_kwh(self) -> float:
        """All of its energy."""
        return sum(self.energies)

    def quarters(self) -> Iterator[tuple[datetime, float]]:
        """Yield the start and the energy in kWh of each quarter of an hour."""
        for number, energy in enumerate(self.energies):
            yield self.start + number * _QUARTER, energy

    def sun_kwh(self) -> float:
        """Return the energy that was the own sun's."""
        return sum(
            energy * self._share(start, energy) for start, energy in self.quarters()
        )

    def cost(self) -> float:
        """Return what it has cost, in EUR."""
        total = 0.0
        for start, energy in self.quarters():
            share = self._share(start, energy)
            price = price_at(start.astimezone(_HOME))
            total += energy * (share * FEED_IN + (1.0 - share) * price)
        return total

    def _share(self, start: datetime, energy: float) -> float:
        local = start.astimezone(_HOME)
        seconds = (local.hour + local.minute / 60) * 3600.0
        clear = clear_sky_w(ROOF, JUNE, seconds)
        left = through_clouds_w(ROOF, clear, self.sky) - _HOUSE_W
        return max(0.0, min(1.0, left / (energy * 4000.0))) if energy > 0 else 0.0


def past_sessions(now: datetime) -> list[PastSession]:
    """Return all sessions of the two months before `now`, the oldest first."""
    found = []
    for place in PLACES:
        dice = Random(f"past {place.title}")
        for day in range(DAYS, 0, -1):
            date = (now - timedelta(days=day)).astimezone(_HOME).date()
            session = _session_of(place, date.isoformat(), dice)
            comes = dice.random() < place.often
            if comes and now - timedelta(days=DAYS) < session.start < session.end < now:
                found.append(session)
    return sorted(found, key=lambda one: (one.start, one.place.title))


def _session_of(place: Place, date: str, dice: Random) -> PastSession:
    # Who usually charges here leaves the place to others now and then.
    driver = place.driver if dice.random() < 0.85 else dice.choice(DRIVERS)
    sky = Random(f"sky {date}").choice((1.0, 0.9, 0.6, 0.35, 0.15))
    hour, quarter = dice.randint(*place.hours), dice.randrange(4)
    start = datetime.fromisoformat(f"{date}T{hour:02}:{quarter * 15:02}:00").replace(
        tzinfo=_HOME
    )
    rate = min(place.max_power, driver.current_a * 690.0) / 1000.0
    if place.mode == "solar":
        rate *= dice.uniform(0.35, 0.8)
    soc = dice.uniform(12, 60)
    wanted = driver.capacity_kwh * (dice.uniform(75, 95) - soc) / 100.0
    energies = []
    while wanted > 0.01:
        energies.append(round(min(wanted, rate * dice.uniform(0.85, 1.0) / 4.0), 3))
        wanted -= energies[-1]
    return PastSession(
        place=place,
        driver=driver,
        start=start.astimezone(ZoneInfo("UTC")),
        energies=tuple(energies),
        sky=sky,
        soc=round(soc),
    )


def transactions_of(
    sessions: Iterable[PastSession],
    registers_kwh: Mapping[Place, float],
    vehicles: Mapping[str, str],
) -> list[Transaction]:
    """Return sessions as the books have them.

    Args:
        sessions: The sessions, the oldest first.
        registers_kwh: What the meter of each place shows after all of them.
        vehicles: The ids of the vehicles by their names.
    """
    listed = list(sessions)
    meters = {
        place: register - sum(one.energy_kwh for one in listed if one.place is place)
        for place, register in registers_kwh.items()
    }
    found = []
    for session in listed:
        begin = meters[session.place]
        meters[session.place] = begin + session.energy_kwh
        found.append(_transaction_of(session, begin * 1000.0, vehicles))
    return found


def _transaction_of(
    session: PastSession, meter_start_wh: float, vehicles: Mapping[str, str]
) -> Transaction:
    energy, sun, cost = session.energy_kwh, session.sun_kwh(), session.cost()
    driver = session.driver
    told = session.place.driver.car is not None and driver.car is not None
    number = int(session.start.timestamp()) + session.place.connector
    return Transaction(
        id=str(number),
        seq=number,
        charge_point_id=session.place.charge_point_id,
        connector_id=session.place.connector,
        id_tag=driver.id_tag,
        start=session.start,
        reported_start=session.start,
        meter_start_wh=round(meter_start_wh),
        reported_meter_start_wh=round(meter_start_wh),
        register_wh=round(meter_start_wh + energy * 1000.0),
        end=session.end,
        reported_end=session.end,
        meter_stop_wh=round(meter_start_wh + energy * 1000.0),
        reported_meter_stop_wh=round(meter_start_wh + energy * 1000.0),
        reason="ev_disconnected" if number % 3 else "local",
        cost=round(cost, 4),
        priced_wh=float(round(energy * 1000.0)),
        answer="accepted",
        details=Details(
            price=round(cost / energy, 4),
            currency="EUR",
            sun_share=round(sun / energy, 3),
            sun_wh=round(sun * 1000.0),
            grid_wh=round((energy - sun) * 1000.0),
            vehicle=vehicles[driver.car] if driver.car else GUEST,
            soc_start=session.soc if told else None,
            soc_end=(
                round(session.soc + energy / driver.capacity_kwh * 100.0)
                if told
                else None
            ),
        ),
    )


async def write_books(path: Path, transactions: list[Transaction]) -> None:
    """Write sessions to the books of a server, which may be in use."""
    books = StoreWriter(path)
    last, _ = await books.load(lambda late: None)
    await books.save(
        LedgerChanges(
            last_seq=max(last, *(one.seq for one in transactions)),
            transactions={one.key: one for one in transactions},
            at_hand=lambda: transactions,
        )
    )
    await books.close()
