"""From prices to a tariff of OCPP 2.1 (TariffType), and back to the price of a time."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
import hashlib
from itertools import pairwise
import json
from typing import Any, Final

from ...money.plan import PricePlan

OURS: Final = "HA-"
"""The beginning of the ids of tariffs that are made here."""

_DAY: Final = timedelta(days=1)
_PROOF: Final = timedelta(hours=36)
"""Prices that are known for so long show whether they repeat each day."""
_STEP: Final = timedelta(minutes=15)
_MOST_STEPS: Final = 4 * 24 * 4

type Element = dict[str, Any]
"""A TariffEnergyPriceType (2.1), in the spelling of OCPP."""


def elements_of(plan: PricePlan, most: int) -> list[Element]:
    """Return the prices of a plan with conditions of time, as many as may be.

    Times are local, so that a price of the night stays one when the clocks are changed
    (I07.FR.17). The hour that comes twice then has one price.

    Args:
        plan: The prices.
        most: The number of elements that a station takes; 1 is one without conditions.
    """
    if most <= 1 or len(plan.pieces) == 1:
        return [{"priceKwh": _rounded(plan.pieces[0].price)}]
    if (daily := _daily(plan)) is not None and len(daily) <= most:
        return daily
    found: list[Element] = []
    for begin, end, price in _parts(plan):
        if len(found) + 1 == most:
            # What comes after it is told before it begins.
            return [*found, {"priceKwh": price}]
        found.append({"priceKwh": price, "conditions": _on_day(begin, end)})
    # Beyond what is known the last price stays.
    return [*found[:-1], {"priceKwh": found[-1]["priceKwh"]}]


def covered_until(plan: PricePlan, most: int) -> datetime | None:
    """Return until when the elements of a plan say what it says; None is for ever."""
    if most <= 1:
        return plan.cut(1).until
    if len(plan.pieces) == 1:
        return plan.until
    if (daily := _daily(plan)) is not None and len(daily) <= most:
        return plan.until
    parts = list(_parts(plan))
    return parts[most - 1][1] if len(parts) > most else plan.until


def price_at(elements: Sequence[Element], when: datetime) -> float | None:
    """Return the price of our elements at a local time."""
    clock, day = f"{when:%H:%M}", f"{when:%Y-%m-%d}"
    for one in elements:
        conditions = one.get("conditions", {})
        begin = conditions.get("startTimeOfDay", "00:00")
        end = conditions.get("endTimeOfDay", "00:00")
        end = "24:00" if end == "00:00" else end
        in_time = begin <= clock < end if begin < end else clock >= begin or clock < end
        if (
            in_time
            and conditions.get("validFromDate", "") <= day
            and day < conditions.get("validToDate", "9999")
        ):
            price: float = one["priceKwh"]
            return price
    return None


def agrees(
    elements: Sequence[Element], plan: PricePlan, now: datetime, most: int
) -> bool:
    """Return whether elements still say what a plan says, as far as it can be told."""
    until = covered_until(plan, most)
    local = now.astimezone(plan.pieces[0].start.tzinfo)
    times = [local]
    step = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(_MOST_STEPS):
        step += _STEP
        if until is not None and step >= until:
            break
        times.append(step)
    return all(price_at(elements, one) == _rounded(plan.at(one)) for one in times)


def tariff_of(plan: PricePlan, elements: Sequence[Element]) -> dict[str, Any]:
    """Return a TariffType whose id follows from its contents (I08.FR.08).

    Prices are what is paid, so that there are no taxes beside them.
    """
    tariff: dict[str, Any] = {
        "currency": plan.currency,
        "energy": {"prices": list(elements)},
    }
    if plan.text:
        message = {"format": "UTF8", "content": plan.text}
        if plan.language:
            message["language"] = plan.language[:8]
        tariff["description"] = [message]
    text = json.dumps(tariff, sort_keys=True).encode()
    return {"tariffId": f"{OURS}{hashlib.sha256(text).hexdigest()[:16]}", **tariff}


def _rounded(price: float) -> float:
    return round(price, 5)


def _parts(plan: PricePlan) -> Iterator[tuple[datetime, datetime, float]]:
    """Yield begin, end and price of the pieces of a plan, none of two days."""
    last = plan.until or plan.pieces[-1].start + _DAY
    starts = [*(one.start for one in plan.pieces), last]
    for piece, (begin, end) in zip(plan.pieces, pairwise(starts), strict=True):
        while begin.date() < end.date():
            midnight = datetime.combine(
                begin.date() + _DAY, datetime.min.time(), begin.tzinfo
            )
            yield begin, midnight, _rounded(piece.price)
            begin = midnight
        if begin < end:
            yield begin, end, _rounded(piece.price)


def _on_day(begin: datetime, end: datetime) -> dict[str, str]:
    """Return the conditions of a part of one day."""
    day: date = begin.date()
    conditions = {
        "validFromDate": day.isoformat(),
        "validToDate": (day + _DAY).isoformat(),
    }
    if f"{begin:%H:%M}" != "00:00":
        conditions["startTimeOfDay"] = f"{begin:%H:%M}"
    if f"{end:%H:%M}" != "00:00":
        conditions["endTimeOfDay"] = f"{end:%H:%M}"
    return conditions


def _daily(plan: PricePlan) -> list[Element] | None:
    """Return elements by the time of day, if all known days have the same prices."""
    begin, until = plan.pieces[0].start, plan.until
    if until is None or until - begin < _PROOF:
        return None
    by_clock: dict[str, float] = {}
    time = begin.replace(minute=begin.minute // 15 * 15, second=0, microsecond=0)
    time += _STEP
    while time < until:
        price = _rounded(plan.at(time))
        if by_clock.setdefault(f"{time:%H:%M}", price) != price:
            return None
        time += _STEP
    changes = [
        (clock, by_clock[clock])
        for before, clock in pairwise([max(by_clock), *sorted(by_clock)])
        if by_clock[before] != by_clock[clock]
    ]
    if not changes:
        return [{"priceKwh": next(iter(by_clock.values()))}]
    prices = [price for _, price in changes]
    usual = max(prices, key=prices.count)
    ends = [clock for clock, _ in changes[1:]] + [changes[0][0]]
    return [
        *(
            {
                "priceKwh": price,
                "conditions": {"startTimeOfDay": clock, "endTimeOfDay": end},
            }
            for (clock, price), end in zip(changes, ends, strict=True)
            if price != usual
        ),
        {"priceKwh": usual},
    ]
