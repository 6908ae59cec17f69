"""What the energy of a session was made of, and what each part of it cost."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from ...model.model import utcnow
from ..transaction import Details, Transaction
from .course import LITTLE_WH, NO_COURSE, QUARTER_S, Course, Part, shares, spread


class Rates(Protocol):
    """The prices of a kWh at one moment; None is unknown."""

    @property
    def grid(self) -> float | None:
        """The price of a kWh from the grid."""

    @property
    def sun(self) -> float | None:
        """The price of a kWh of the own sun; it costs nothing if that is unknown."""

    @property
    def currency(self) -> str:
        """The currency as in ISO 4217."""


_LIVE = timedelta(minutes=2)
"""The age up to which a reading is one of the present."""

type RateOf = Callable[[Transaction, datetime], Rates | None]
"""Returns the prices for the tag and the vehicle of a session at a time."""

type SunShareOf = Callable[[Transaction, float, float, float], float | None]
"""Returns the share of sun (0 to 1) in the Wh that a session took between two times.

The times are in s since 1970.
"""


class Pricing:
    """Divides new energy into parts, with their share of sun and their cost."""

    def __init__(
        self,
        rate: RateOf = lambda transaction, at: None,
        sun_share: SunShareOf = lambda transaction, since, until, wh: None,
        discharged: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Take prices and shares from functions, which are asked for new energy only.

        Args:
            rate: The prices of what is charged.
            sun_share: The share of sun in it.
            discharged: The value of a kWh that a vehicle gives back; None is unknown.
        """
        self._rate = rate
        self._sun_share = sun_share
        self._discharged = discharged

    def given_back(self, before: Details, after: Details) -> Details:
        """Return details with the value of what was given back between the two."""
        more_wh = (after.export_wh or 0.0) - (before.export_wh or 0.0)
        price = self._discharged() if more_wh else None
        if price is None:
            return after
        value = (after.export_value or 0.0) + more_wh / 1000 * price
        return replace(after, export_value=value)

    def booked(self, transaction: Transaction, until: datetime) -> Transaction:
        """Return a transaction whose energy until a time is divided and priced.

        Energy without a known price is priced as soon as one is known: with that of its
        own time, or else with that one.

        Args:
            transaction: The transaction, whose readings may have changed.
            until: The time of its newest reading.
        """
        energy_wh = transaction.energy_wh
        if energy_wh is None:
            return transaction
        course = transaction.course
        if not course.parts and transaction.priced_wh > 0:
            course = _of_before(transaction, until.timestamp())
        new_wh = energy_wh - course.wh
        if new_wh < -LITTLE_WH:
            transaction = transaction.with_(course=course).scaled(energy_wh)
            course, new_wh = transaction.course, 0.0
        end = until.timestamp()
        if new_wh < LITTLE_WH:
            course = course if end <= course.until else course.quiet(end)
            transaction = transaction.with_(course=course)
            if transaction.cost is None or (
                transaction.priced_wh < energy_wh - LITTLE_WH
            ):
                return self._catch_up(transaction, until)
            return transaction
        return self._charged(transaction, course, new_wh, until)

    def _charged(
        self, transaction: Transaction, course: Course, new_wh: float, until: datetime
    ) -> Transaction:
        """Return a transaction with new energy."""
        start, end = transaction.start.timestamp(), until.timestamp()
        since = course.until or start
        if new_wh > _most_within(end - since):
            # The reading of the start was corrected.
            since = start
        end = max(end, since)
        share = self._sun_share(transaction, since, end, new_wh)
        sun_wh = 0.0 if share is None else new_wh * share
        details = transaction.details
        changes: dict[str, float | str | None] = {}
        if share is not None:
            changes["sun_wh"] = (details.sun_wh or 0.0) + sun_wh
            changes["grid_wh"] = (details.grid_wh or 0.0) + new_wh - sun_wh
        parts = [
            part if share is None else part.of_sun(share)
            for part in spread(since, end, new_wh)
        ]
        owed = transaction.cost is None or (
            transaction.priced_wh < course.wh - LITTLE_WH
        )
        cost, priced_wh = transaction.cost, transaction.priced_wh
        is_known = False
        for index, part in enumerate(parts):
            if course.is_settled:
                break
            at = _asked(until) if len(parts) == 1 else _middle(part, since, end)
            rate = self._rate(transaction, at)
            if (added := _cost(part, rate, details.currency)) is None:
                continue
            is_known = True
            parts[index] = part.costing(added)
            cost, priced_wh = (cost or 0.0) + added, priced_wh + part.wh
            if details.currency is None and rate is not None and rate.currency:
                changes["currency"] = rate.currency
        transaction = transaction.with_(
            course=course.added(parts, end),
            cost=cost,
            priced_wh=priced_wh,
            details=_with_means(details, changes, cost, priced_wh),
        )
        return self._catch_up(transaction, until) if owed and is_known else transaction

    def _catch_up(self, transaction: Transaction, until: datetime) -> Transaction:
        """Return a transaction with the cost of what had no price.

        Each part has the price of its own time, or else the present one.
        """
        if transaction.course.is_settled:
            return transaction
        now = self._rate(transaction, _asked(until))
        if now is None or now.grid is None:
            return transaction
        if not transaction.course.parts:
            # It costs nothing, as far as it is known.
            return transaction.with_(cost=transaction.cost or 0.0)
        return revised(
            transaction,
            {
                part.quarter: now
                if (then := self._rate(transaction, _time(part.middle))) is None
                or then.grid is None
                else then
                for part in transaction.course.parts
                if part.unpriced_wh > LITTLE_WH
            },
            currency=now.currency,
        )

    def moved(self, before: Transaction, after: Transaction) -> Transaction:
        """Return a transaction that got another tag or vehicle, with their prices.

        What costs the same for both keeps its cost. A part whose price is not known any
        more has none until `revised` is called.
        """
        course = after.course
        if course.is_settled:
            return after
        rates: dict[int, Rates] = {}
        unknown: dict[int, Part] = {}
        for part in course.parts:
            at = _time(part.middle)
            one, other = self._rate(before, at), self._rate(after, at)
            if one is None or other is None or other.grid is None:
                if part.priced_wh and (one is None or one.grid is not None):
                    unknown[part.quarter] = part._replace(cost=0.0, priced_wh=0.0)
            elif (one.grid, one.sun) != (other.grid, other.sun):
                rates[part.quarter] = other
        if unknown:
            after = _summed(after, course.with_parts(unknown))
        return revised(after, rates, anew=True) if rates else after


def revised(
    transaction: Transaction,
    rates: Mapping[int, Rates],
    sun_shares: Mapping[int, float] = {},
    *,
    currency: str = "",
    anew: bool = False,
) -> Transaction:
    """Return a transaction with what became known of its parts later.

    Args:
        transaction: The transaction.
        rates: The prices of quarters of an hour.
        sun_shares: The share of sun (0 to 1) of quarters, for what is unknown there.
        currency: The currency of the prices, if the session has none.
        anew: Whether what has a price gets the new one, too.
    """
    course, details = transaction.course, transaction.details
    changed: dict[int, Part] = {}
    for part in course.parts:
        found = part
        share = sun_shares.get(part.quarter)
        if share is not None and (missing := part.unknown_wh) > LITTLE_WH:
            found = part.of_sun((part.sun_wh + missing * share) / part.wh)
        rate = None if course.is_settled else rates.get(part.quarter)
        if rate is not None and (
            anew or found is not part or part.unpriced_wh > LITTLE_WH
        ):
            cost: float | None
            if anew or found is not part or not part.priced_wh:
                cost, before = _cost(found, rate, details.currency), 0.0
            else:
                # The rest of a part is of the kind of the whole part.
                rest = part.scaled(part.unpriced_wh / part.wh)
                cost, before = _cost(rest, rate, details.currency), part.cost
            if cost is not None:
                found = found.costing(before + cost)
        if found is not part:
            changed[part.quarter] = found
    if not changed:
        return transaction
    if details.currency is None and currency:
        transaction = transaction.with_(details=replace(details, currency=currency))
    return _summed(transaction, course.with_parts(changed))


def _summed(transaction: Transaction, course: Course) -> Transaction:
    """Return a transaction with a course, and with the sums of that."""
    parts = course.parts
    details = transaction.details
    priced_wh = sum(part.priced_wh for part in parts)
    cost = sum(part.cost for part in parts) if priced_wh else None
    if course.is_settled:
        cost, priced_wh = transaction.cost, transaction.priced_wh
    sun_wh, grid_wh = (
        sum(part.sun_wh for part in parts),
        sum(part.grid_wh for part in parts),
    )
    changes: dict[str, float | str | None] = {}
    if sun_wh + grid_wh > LITTLE_WH:
        changes = {"sun_wh": sun_wh, "grid_wh": grid_wh}
    return transaction.with_(
        course=course,
        cost=cost,
        priced_wh=priced_wh,
        details=_with_means(details, changes, cost, priced_wh),
    )


def _of_before(transaction: Transaction, until: float) -> Course:
    """Return the course of a session that was priced before there were parts."""
    start, wh = transaction.start.timestamp(), transaction.priced_wh
    share = (transaction.cost or 0.0) / wh
    parts = [
        part.costing(part.wh * share) for part in spread(start, max(start, until), wh)
    ]
    course = NO_COURSE.added(parts, max(start, until))
    # The cost that the user set stays so.
    settled = transaction.course.is_settled
    return course.costing(transaction.cost) if settled else course


def course_of(transaction: Transaction) -> Course:
    """Return when the energy of a session was charged.

    Where only its beginning and its end are known, it is spread evenly.
    """
    energy_wh = transaction.energy_wh or 0.0
    if transaction.course.parts or energy_wh <= 0:
        return transaction.course
    start = transaction.start.timestamp()
    end = max(start, (transaction.end or utcnow()).timestamp())
    cost = transaction.cost
    parts = [
        part if cost is None else part.costing(cost * part.wh / energy_wh)
        for part in spread(start, end, energy_wh)
    ]
    return NO_COURSE.added(parts, end)


def refined(
    transaction: Transaction, readings: Mapping[datetime, float]
) -> Transaction:
    """Return a transaction whose energy is divided as late meter readings tell.

    Only what was spread over a longer time is divided anew, within the time that the
    readings tell of. It has no price, and no share of sun, until `revised` is called.

    Args:
        transaction: The transaction.
        readings: The readings of its meter in Wh by their time.
    """
    course = transaction.course
    points = sorted((time.timestamp(), wh) for time, wh in readings.items())
    weights: dict[int, float] = {}
    for (since, before), (until, wh) in pairwise(points):
        if 0 <= wh - before <= _most_within(until - since):
            for quarter, share in shares(since, until):
                weights[quarter] = weights.get(quarter, 0.0) + (wh - before) * share
    vague = [part for part in course.parts if part.spread and part.quarter in weights]
    # Little energy has not been given to all quarters.
    vague += [
        Part(quarter, 0.0)
        for one, other in pairwise(course.parts)
        if one.spread and other.spread
        for quarter in range(one.quarter + 1, other.quarter)
        if weights.get(quarter)
    ]
    total = sum(weights[part.quarter] for part in vague)
    vague_wh = sum(part.wh for part in vague)
    if len(vague) < 2 or not total:
        return transaction
    changed = {
        part.quarter: Part(
            part.quarter,
            round(vague_wh * weights[part.quarter] / total, 3),
            # More readings may follow.
            spread=True,
        )
        for part in vague
    }
    if all(abs(changed[part.quarter].wh - part.wh) < LITTLE_WH for part in vague):
        return transaction
    if course.is_settled:
        changed = {
            quarter: part.costing((transaction.cost or 0.0) * part.wh / course.wh)
            for quarter, part in changed.items()
        }
    return _summed(transaction, course.with_parts(changed))


def _cost(part: Part, rate: Rates | None, currency: str | None) -> float | None:
    """Return the cost of a part; None if a price is unknown, or in another currency."""
    if rate is None or (currency and rate.currency and currency != rate.currency):
        return None
    bought_wh = part.wh - part.sun_wh
    if rate.grid is None and (bought_wh > LITTLE_WH or rate.sun is None):
        return None
    return (bought_wh * (rate.grid or 0.0) + part.sun_wh * (rate.sun or 0.0)) / 1000.0


def _with_means(
    details: Details,
    changes: dict[str, float | str | None],
    cost: float | None,
    priced_wh: float,
) -> Details:
    """Return details with changes, the average price and the share of sun."""
    if cost is not None and priced_wh > LITTLE_WH:
        changes["price"] = cost * 1000.0 / priced_wh
    if (sun_wh := changes.get("sun_wh")) is not None:
        known = float(sun_wh) + float(changes["grid_wh"] or 0.0)
        changes["sun_share"] = float(sun_wh) / known if known > 0 else None
    return details.with_(changes) if changes else details


def _asked(until: datetime) -> datetime:
    """Return the time whose price a reading has: the present one if it is live.

    Clocks of chargers are some seconds off, and tell no fractions of them.
    """
    now = utcnow()
    return now if abs(now - until) <= _LIVE else until


def _middle(part: Part, since: float, until: float) -> datetime:
    """Return the middle of what lies of a quarter between two times."""
    first, last = part.quarter * QUARTER_S, (part.quarter + 1) * QUARTER_S
    return _time((max(first, since) + min(last, until)) / 2)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _most_within(seconds: float) -> float:
    """Return the most Wh that can have been charged within a time."""
    return 1_000.0 + 400_000.0 * max(0.0, seconds) / 3600.0
