"""The plans of all cars of a house, made together over the coming hours.

The car with the least slack comes first; each has what fuse, circuits, the house and
the cars before it leave. Where a car that comes later has too little for that reason,
it is tried further to the front, and if no order is enough, the cars share each slot.
It can be made anew at any time, and is: once a minute, and when an input changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf, isfinite
from typing import Final

from .cheapest import Offer
from .model import Need, Plan, PlanSlot, Shortage, Site
from .room import NOTHING, Power, Room, least_w, most_w, sound
from .timeline import Timeline, moment, timeline

RESERVE_S: Final = 900.0
"""The time before `ready_by` by which a car shall be ready."""
_LONGEST_S: Final = 7 * 86_400.0
_LATE_S: Final = 12 * 3600.0
"""The time for which a late car is planned."""
_START_KWH: Final = 0.02
"""A start costs as much as so much energy at a usual price."""
_TINY_KWH: Final = 0.005
_SLIGHT_W: Final = 50.0
"""Less sun is nothing to charge for."""
_SOON_S: Final = 60.0
"""The time between two plans: what must begin before the next one begins now."""
_CALM_S: Final = 900.0
"""The slack from which an urgent car is not urgent any more."""


@dataclass(slots=True)
class _Share:
    """What a car has in a slot."""

    slot: int
    power: Power
    sun_w: float
    share: float = 1.0
    at_end: bool = False
    low: bool = False
    """True if it takes no more than this, to use a little sun."""


@dataclass(slots=True)
class _Car:
    need: Need
    due: float
    """The time when it must be ready, in s since 1970."""
    target: float
    """The time by which it shall be ready: `due` less a reserve."""
    running: bool
    was_urgent: bool
    shares: list[_Share] = field(default_factory=list)
    sun_kwh: float = 0.0
    """The energy that it has without the plan: from the sun, or with its least current."""
    bought_kwh: float = 0.0
    """The part of that which its least current takes from the grid, ..."""
    bought_cost: float | None = 0.0
    """... and what it costs; None if a price is unknown."""
    given_until: float | None = None
    """When it has had `sun_kwh` outside of its shares, in s since 1970; None if never."""
    missing_kwh: float = 0.0
    slack_s: float | None = None
    urgent: bool = False
    cost: float = 0.0

    @property
    def bound(self) -> bool:
        """Return whether it has a time by which it must be ready."""
        return not self.need.fast and self.due < inf


def plan_all(
    now: datetime, needs: Sequence[Need], site: Site, before: Mapping[str, Plan]
) -> dict[str, Plan]:
    """Return the plans of all cars.

    Args:
        now: The present time.
        needs: Cars with a plan, and those that charge fast anyway (`Need.fast`; with
            an infinite energy if nobody knows when they are done).
        site: Prices, sun, load and limits of the house.
        before: The plans so far, by key: a started slot is completed.

    Returns:
        A plan for each need by its key; an empty one where nothing is missing or the
        values make no sense. Never raises for such values.
    """
    plans = {need.key: Plan() for need in needs}
    cars = [
        car
        for need in needs
        if sound(need)
        and (car := _car(need, now, before.get(need.key, Plan()))) is not None
    ]
    if not cars:
        return plans
    planning = _Planning(now.timestamp(), cars, site)
    for car in planning.best():
        plans[car.need.key] = planning.plan_of(car)
    return plans


def _car(need: Need, now: datetime, before: Plan) -> _Car | None:
    at = now.timestamp()
    due = inf if need.ready_by is None or need.fast else need.ready_by.timestamp()
    if due == inf and not (
        need.fast or need.least_kwh > 0 or need.below_price is not None
    ):
        return None
    unsure = need.unsure_kwh if isfinite(need.unsure_kwh) else 0.0
    # Never more than a third of the time is kept: it would rather wait for cheap hours.
    reserve = RESERVE_S + max(unsure, 0.0) / most_w(need) * 3.6e6
    reserve = min(reserve, max(RESERVE_S, (due - at) / 3))
    return _Car(
        need=need,
        due=min(due, at + _LONGEST_S) if due < inf else inf,
        target=due - reserve,
        running=need.running or before.due_w(now) > 0,
        was_urgent=before.urgent,
    )


class _Planning:
    """One planning of all cars."""

    def __init__(self, now: float, cars: list[_Car], site: Site) -> None:
        self._now, self._cars, self._site = now, cars, site
        ends = [car.due for car in cars if car.bound]
        last = max([now, *ends])
        if any(not car.bound for car in cars):
            known = [slot.end.timestamp() for slot in site.prices]
            last = max([last, now + 86_400.0, *known])
        last = min(last, now + _LONGEST_S)
        edges = [edge for car in cars for edge in (car.due, car.target)]
        self._time: Timeline = timeline(now, last + _LATE_S, edges, site)
        self._fresh = Room(self._time, site)
        usual = sum(abs(cost) for cost in self._time.costs) / len(self._time)
        self._start_cost = usual * _START_KWH
        self._has_fast = any(car.need.fast for car in cars)

    def best(self) -> list[_Car]:
        """Return the cars with the best plans that were found."""
        for car in self._cars:
            if car.bound:
                powers = self._fresh.powers(
                    car.need, 0, self._time.count_until(car.due)
                )
                self._rate(car, powers)
        order = sorted(self._cars, key=_rank)
        self._place_all(order)
        best = _score(order), [_copy(car) for car in order]
        for _ in range(len(order) if len(order) > 1 else 0):
            short = [car for car in order if car.bound and car.missing_kwh > _TINY_KWH]
            pushed = max(short, key=lambda car: car.missing_kwh, default=None)
            if pushed is None or order[0] is pushed:
                break
            order = [pushed, *(car for car in order if car is not pushed)]
            self._place_all(order)
            best = min(best, (_score(order), [_copy(car) for car in order]), key=_first)
        if best[0][0] > _TINY_KWH and sum(car.bound for car in order) > 1:
            self._share_all(order)
            best = min(best, (_score(order), [_copy(car) for car in order]), key=_first)
        return best[1]

    # One car after the other.

    def _place_all(self, order: Sequence[_Car]) -> None:
        room = self._fresh.copy()
        # How long a plan can wait does not depend on cars that charge fast: it goes
        # before them when it cannot wait any longer.
        firm = self._fresh.copy() if self._has_fast else room
        sun_w = list(self._time.sun_w)
        for car in order:
            self._place(car, room, firm, sun_w)

    def _place(self, car: _Car, room: Room, firm: Room, sun_w: list[float]) -> None:
        need, time = car.need, self._time
        powers = room.powers(need)
        if car.bound:
            known = powers if firm is room else firm.powers(need)
            self._rate(car, known[: time.count_until(car.due)])
        if need.fast:
            car.shares = list(self._at_once(car, powers, need.energy_kwh, len(time)))
        elif not car.bound:
            self._without_deadline(car, powers)
        else:
            self._in_time(car, powers, sun_w)
        self._book(car, room, sun_w)
        if firm is not room and not need.fast:
            for share in car.shares:
                firm.take(need, share.slot, share.power)

    def _rate(self, car: _Car, powers: Sequence[Power]) -> None:
        """Set how long the car can wait, and whether it is urgent."""
        time, energy = self._time, car.need.energy_kwh
        for slot in range(min(time.count_until(car.target), len(powers)) - 1, -1, -1):
            kwh = powers[slot][0] * time.hours[slot] / 1000.0
            if kwh >= energy:
                last = time.ends[slot] - time.hours[slot] * 3600.0 * energy / kwh
                car.slack_s = last - self._now
                break
            energy -= kwh
        else:
            car.slack_s = min(car.target - self._now, 0.0) - energy / (
                most_w(car.need) / 3.6e6
            )
        car.urgent = car.slack_s <= (_CALM_S if car.was_urgent else _SOON_S)

    def _at_once(
        self, car: _Car, powers: Sequence[Power], energy_kwh: float, last: int
    ) -> Iterator[_Share]:
        """Yield all that the car can have from now on, until it has the energy."""
        rest = energy_kwh
        for slot in range(last):
            power = powers[slot]
            if rest <= _TINY_KWH / 10:
                return
            if power is NOTHING:
                continue
            kwh = power[0] * self._time.hours[slot] / 1000.0
            yield _Share(slot, power, 0.0, min(rest / kwh, 1.0))
            rest -= kwh

    def _in_time(
        self, car: _Car, powers: Sequence[Power], sun_w: Sequence[float]
    ) -> None:
        need, time = car.need, self._time
        count = time.count_until(car.target)
        on = [powers[slot][0] * time.hours[slot] / 1000.0 for slot in range(count)]
        if car.urgent or sum(on) < need.energy_kwh:
            # No choice is left.
            car.shares = list(self._at_once(car, powers, need.energy_kwh, len(time)))
            self._add_sun(car, sun_w)
            self._settle(car, sun_w, powers)
            return
        given_w = self._given(car, powers, sun_w, count)
        offer = self._offer(car, powers, on, given_w, sun_w)
        least = least_w(need), need.phases[0]
        car.shares = [
            _Share(
                part.slot,
                least if part.low else powers[part.slot],
                0.0,
                part.share,
                part.at_end,
                low=part.low,
            )
            for part in offer.choose(need.energy_kwh)
        ]
        self._add_sun(car, sun_w)
        self._settle(car, sun_w, powers)

    def _offer(
        self,
        car: _Car,
        powers: Sequence[Power],
        on_kwh: Sequence[float],
        given_w: Sequence[float],
        sun_w: Sequence[float],
    ) -> Offer:
        """Return what a car can get in each slot, and what it costs."""
        need, time, least = car.need, self._time, least_w(car.need)
        costs, low = [], {}
        worth = self._worth(len(on_kwh))
        for slot, kwh in enumerate(on_kwh):
            hours, price, sun = time.hours[slot] / 1000.0, time.costs[slot], sun_w[slot]
            if need.always:
                costs.append(max(kwh - given_w[slot] * hours, 0.0) * price)
                continue
            used = min(sun * hours, kwh)
            costs.append(used * worth[slot] + (kwh - used) * price)
            if _SLIGHT_W < sun < least < powers[slot][0]:
                mixed = sun * worth[slot] + (least - sun) * price
                low[slot] = least * hours, mixed * hours
        return Offer(
            on_kwh=on_kwh,
            costs=costs,
            given_kwh=[
                watts * hours / 1000.0
                for watts, hours in zip(given_w, time.hours, strict=False)
            ],
            worth=worth,
            low=low,
            sunk=need.always,
            start_cost=self._start_cost,
            running=car.running,
            locked=self._locked(car, on_kwh),
        )

    def _worth(self, count: int) -> list[float]:
        """Return what a kWh of sun would have earned; nothing dearer than the grid."""
        if not self._site.prices:
            return [0.0] * count
        return self._time.feed_in[:count]

    def _given(
        self, car: _Car, powers: Sequence[Power], sun_w: Sequence[float], count: int
    ) -> list[float]:
        """Return the power that the car has without the plan."""
        least = least_w(car.need)
        floor = least if car.need.always else 0.0
        return [
            min(max(sun if sun >= least else 0.0, floor), power[0])
            for sun, power in zip(sun_w[:count], powers, strict=False)
        ]

    def _add_sun(self, car: _Car, sun_w: Sequence[float]) -> None:
        for share in car.shares:
            share.sun_w = min(sun_w[share.slot], share.power[0])

    def _locked(self, car: _Car, on_kwh: Sequence[float]) -> dict[int, int]:
        """Return the slots in which it charges whatever the price."""
        need, time = car.need, self._time
        locked: dict[int, int] = {}
        limit = need.below_price
        if limit is not None:
            locked |= {
                slot: 1
                for slot, kwh in enumerate(on_kwh)
                if kwh > 0
                and (price := time.prices[slot]) is not None
                and price <= limit
            }
        rest = min(need.least_kwh, need.energy_kwh)
        for slot, kwh in enumerate(on_kwh):
            if not rest > _TINY_KWH:
                break
            if kwh > 0:
                locked[slot] = 2
                rest -= kwh
        if car.running and on_kwh and on_kwh[0] > 0:
            # The slot that has begun: of the tariff, at most until the next quarter.
            locked[0] = 2
        return locked

    def _without_deadline(self, car: _Car, powers: Sequence[Power]) -> None:
        """Charge the least energy at once, and more below a price."""
        need, time = car.need, self._time
        on = [
            power[0] * hours / 1000.0
            for power, hours in zip(powers, time.hours, strict=True)
        ]
        locked = self._locked(car, on)
        energy = min(sum(on[slot] for slot in locked), need.energy_kwh)
        if need.below_price is None and not car.running:
            energy = min(need.least_kwh, energy)
        offer = Offer(
            on_kwh=on,
            costs=[kwh * price for kwh, price in zip(on, time.costs, strict=True)],
            given_kwh=[0.0] * len(on),
            worth=[0.0] * len(on),
            running=car.running,
            locked=locked,
        )
        if energy > _TINY_KWH:
            car.shares = [
                _Share(part.slot, powers[part.slot], 0.0, part.share, part.at_end)
                for part in offer.choose(energy)
            ]
        else:
            car.shares = []
        car.sun_kwh = car.missing_kwh = 0.0
        car.bought_kwh, car.bought_cost, car.given_until = 0.0, 0.0, None

    def _settle(
        self, car: _Car, sun_w: Sequence[float], powers: Sequence[Power]
    ) -> None:
        """Set what is missing in time, and what the sun has to give."""
        need, time = car.need, self._time
        in_time = time.count_until(car.due)
        planned = grid = 0.0
        for share in car.shares:
            if share.slot < in_time:
                hours = time.hours[share.slot] * share.share / 1000.0
                planned += share.power[0] * hours
                grid += (share.power[0] - share.sun_w) * hours
        rest = max(need.energy_kwh - planned, 0.0)
        given = self._give(car, powers, sun_w, rest if rest > _TINY_KWH else 0.0)
        car.missing_kwh = max(rest - given, 0.0)
        if car.missing_kwh < _TINY_KWH:
            car.missing_kwh = 0.0
        car.sun_kwh = max(need.energy_kwh - car.missing_kwh - grid, 0.0)

    def _give(
        self,
        car: _Car,
        powers: Sequence[Power],
        sun_w: Sequence[float],
        rest_kwh: float,
    ) -> float:
        """Return how much of the rest it has without the plan, the earliest first.

        Sets how much of that is bought, and when it has it.
        """
        time = self._time
        used = {share.slot: share.share for share in car.shares}
        count = min(time.count_until(car.target), time.count_until(car.due))
        given = bought = cost = 0.0
        car.given_until, is_known = None, True
        for slot, watts in enumerate(self._given(car, powers, sun_w, count)):
            if given >= rest_kwh:
                break
            kwh = watts * time.hours[slot] / 1000.0 * (1.0 - used.get(slot, 0.0))
            if kwh <= 0:
                continue
            part = min(1.0, (rest_kwh - given) / kwh)
            given += kwh * part
            grid = kwh * part * max(watts - sun_w[slot], 0.0) / watts
            bought += grid
            cost += grid * time.costs[slot]
            is_known &= time.prices[slot] is not None or grid <= 0
            car.given_until = time.starts[slot] + part * time.hours[slot] * 3600.0
        car.bought_kwh, car.bought_cost = bought, cost if is_known else None
        return given

    def _book(self, car: _Car, room: Room, sun_w: list[float]) -> None:
        """Take what the car has off what is left for the others."""
        need, time = car.need, self._time
        car.cost = 0.0
        count = time.count_until(car.target) if car.bound else 0
        relied = max(
            car.sun_kwh
            - sum(
                share.sun_w * time.hours[share.slot] * share.share / 1000.0
                for share in car.shares
            ),
            0.0,
        )
        for share in car.shares:
            room.take(need, share.slot, share.power)
            sun_w[share.slot] -= min(share.sun_w, sun_w[share.slot])
            hours = time.hours[share.slot] * share.share / 1000.0
            car.cost += (share.power[0] - share.sun_w) * hours * time.costs[share.slot]
        if relied <= _TINY_KWH:
            return
        busy = {share.slot for share in car.shares}
        powers = room.powers(need, 0, count)
        for slot, watts in enumerate(self._given(car, powers, sun_w, count)):
            if relied <= 0:
                return
            if slot in busy or watts <= 0:
                continue
            phases = next(
                (
                    option
                    for option in reversed(need.phases)
                    if need.min_a * need.voltage_v * option <= watts + 1e-6
                ),
                need.phases[0],
            )
            amps = min(watts / (need.voltage_v * phases), need.max_a)
            room.take(need, slot, (amps * need.voltage_v * phases, phases))
            sun_w[slot] -= min(watts, sun_w[slot])
            relied -= watts * time.hours[slot] / 1000.0

    # All cars in each slot.

    def _share_all(self, order: Sequence[_Car]) -> None:
        """Share each slot as the control would, then let each car look for cheaper ones.

        For plans that fit only if several cars charge at a time with less.
        """
        bound = [car for car in order if car.bound]
        room = self._fresh.copy()
        self._share_slots(bound, room)
        sun_w = list(self._time.sun_w)
        for car in bound:
            self._add_sun(car, sun_w)
            self._settle(car, sun_w, self._fresh.powers(car.need))
        for car in bound:
            self._look_for_cheaper(car, room, sun_w)
        for car in order:
            if not car.bound:
                self._place(car, room, room, sun_w)

    def _share_slots(self, cars: Sequence[_Car], room: Room) -> None:
        time = self._time
        rest = {car.need.key: car.need.energy_kwh for car in cars}
        for car in cars:
            car.shares = []
        for slot, hours in enumerate(time.hours):
            at = time.starts[slot]
            waiting = sorted(
                (car for car in cars if rest[car.need.key] > _TINY_KWH / 10),
                key=lambda car: (
                    car.due - at - rest[car.need.key] / most_w(car.need) * 3.6e6
                ),
            )
            taken: list[tuple[_Car, Power]] = []
            for car in waiting:
                (most,) = room.powers(car.need, slot, slot + 1)
                if most is NOTHING:
                    continue
                need, phases = car.need, most[1]
                least = need.min_a * need.voltage_v * phases, phases
                room.take(need, slot, least)
                taken.append((car, least))
            for car, least in taken:
                need = car.need
                room.take(need, slot, (-least[0], least[1]))
                (most,) = room.powers(need, slot, slot + 1)
                if most is NOTHING:
                    continue
                room.take(need, slot, most)
                kwh = most[0] * hours / 1000.0
                share = min(rest[need.key] / kwh, 1.0)
                rest[need.key] -= kwh * share
                car.shares.append(_Share(slot, most, 0.0, share))

    def _look_for_cheaper(self, car: _Car, room: Room, sun_w: list[float]) -> None:
        """Plan a car anew with what all others leave."""
        need, kept = car.need, _copy(car)
        for share in car.shares:
            room.take(need, share.slot, (-share.power[0], share.power[1]))
        powers = room.powers(need)
        self._rate(car, powers[: self._time.count_until(car.due)])
        self._in_time(car, powers, sun_w)
        if car.missing_kwh > kept.missing_kwh + _TINY_KWH:
            car.shares, car.sun_kwh = kept.shares, kept.sun_kwh
            car.bought_kwh, car.bought_cost = kept.bought_kwh, kept.bought_cost
            car.missing_kwh, car.given_until = kept.missing_kwh, kept.given_until
        self._book(car, room, sun_w)

    # The result.

    def plan_of(self, car: _Car) -> Plan:
        """Return the plan of a car."""
        need, time = car.need, self._time
        slots: list[PlanSlot] = []
        for share in sorted(car.shares, key=lambda share: share.slot):
            start, end = time.starts[share.slot], time.ends[share.slot]
            length = (end - start) * share.share
            if share.at_end:
                start = end - length
            else:
                end = start + length
            made = PlanSlot(
                start=moment(start),
                end=moment(end),
                power_w=share.power[0],
                price=time.prices[share.slot],
                sun_w=share.sun_w,
                most_w=share.power[0]
                if share.low
                else need.max_a * need.voltage_v * share.power[1],
                phases=share.power[1],
            )
            if slots and _same(slots[-1], made):
                made = replace(made, start=slots[-1].start)
                slots.pop()
            slots.append(made)
        return Plan(
            slots=tuple(slots),
            sun_kwh=max(car.sun_kwh - car.bought_kwh, 0.0),
            least_kwh=car.bought_kwh,
            least_cost=car.bought_cost,
            given_until=None if car.given_until is None else moment(car.given_until),
            missing_kwh=car.missing_kwh,
            shortage=self._shortage(car) if car.missing_kwh else None,
            slack_s=car.slack_s if car.bound else None,
            urgent=car.urgent,
            waits=car.bound and self._waits(car),
        )

    def _waits(self, car: _Car) -> bool:
        """Return whether all energy comes at known prices below what the sun earns."""
        time = self._time
        kwh = 0.0
        for share in car.shares:
            price = time.prices[share.slot]
            if price is None or price >= time.feed_in[share.slot]:
                return False
            sun = min(time.sun_w[share.slot], share.power[0])
            watts = share.power[0] * share.share + sun * (1.0 - share.share)
            kwh += watts * time.hours[share.slot] / 1000.0
        return kwh >= car.need.energy_kwh - _TINY_KWH and not car.urgent

    def _shortage(self, car: _Car) -> Shortage:
        """Return what would have to be different for the car to be in time."""
        needed = car.need.energy_kwh
        if self._capacity(car, Room(self._time, Site())) < needed - _TINY_KWH:
            return Shortage.TIME
        alone = self._capacity(car, self._fresh)
        if alone >= needed - _TINY_KWH:
            return Shortage.OTHERS
        limits = (Shortage.CEILING, Shortage.PEAK, Shortage.CIRCUIT, Shortage.FUSE)
        return max(
            limits,
            key=lambda limit: self._capacity(
                car, Room(self._time, self._site, frozenset({limit}))
            ),
        )

    def _capacity(self, car: _Car, room: Room) -> float:
        count = self._time.count_until(car.due)
        return sum(
            watts * hours / 1000.0
            for (watts, _), hours in zip(
                room.powers(car.need, 0, count), self._time.hours, strict=False
            )
        )


def _rank(car: _Car) -> tuple[int, float, bool, int]:
    # Of cars with about the same slack the one that charges goes on.
    slack = inf if car.slack_s is None else car.slack_s // _CALM_S
    level = 0 if car.urgent else 1 if car.need.fast else 2
    return level, slack, not car.running, -car.need.priority


def _score(cars: Sequence[_Car]) -> tuple[float, float]:
    return (
        round(sum(car.missing_kwh for car in cars if car.bound), 3),
        sum(car.cost for car in cars if not car.need.fast),
    )


def _first[T](pair: tuple[tuple[float, float], T]) -> tuple[float, float]:
    return pair[0]


def _copy(car: _Car) -> _Car:
    return replace(car, shares=list(car.shares))


def _same(last: PlanSlot, following: PlanSlot) -> bool:
    """Return whether two slots are one for whoever looks at them."""
    return (
        abs((following.start - last.end).total_seconds()) < 0.01
        and last.price == following.price
        and abs(last.power_w - following.power_w) < 1.0
        and abs(last.sun_w - following.sun_w) < 1.0
        and last.most_w == following.most_w
        and last.phases == following.phases
    )
