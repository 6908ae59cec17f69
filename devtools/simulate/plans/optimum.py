"""The cheapest way that there was, for one who knows prices and sun beforehand."""

from .tariffs import FEED_IN, LEAST_W, MOST_W, Case


def cheapest(case: Case, most_w: float = MOST_W) -> float | None:
    """Return the least cost in ct; None if the energy is not possible in time.

    Each minute offers steps of power at a cost; as the steps of a minute become dearer
    one after the other, taking the cheapest steps of all minutes is exact.
    """
    steps: list[tuple[float, float]] = []
    for second in range(case.start_s, case.due_s, 60):
        steps += _steps(case.price(second), case.surplus(second), most_w)
    steps.sort()
    cost, rest = 0.0, case.need_kwh
    for price, watts in steps:
        kwh = min(watts / 60_000, rest)
        cost += kwh * price
        rest -= kwh
        if rest <= 1e-9:
            return cost
    return None


def _steps(price: float, surplus_w: float, most_w: float) -> list[tuple[float, float]]:
    """Return price and size of each step of power."""
    sun = min(surplus_w, most_w)
    if price <= FEED_IN:
        # Sun is taken first, so the more the cheaper: all or nothing.
        return [((sun * FEED_IN + (most_w - sun) * price) / most_w, most_w)]
    if sun >= LEAST_W:
        return [(FEED_IN, sun), (price, most_w - sun)]
    mixed = (sun * FEED_IN + (LEAST_W - sun) * price) / LEAST_W
    return [(mixed, LEAST_W), (price, most_w - LEAST_W)]
