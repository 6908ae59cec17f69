"""This project's control and plans with a car that may supply the house, or may not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import override

from custom_components.ocpp_cs.smart_charging.discharge.again import recharge_price
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    ChargerReading,
    Discharge,
)
from custom_components.ocpp_cs.smart_charging.planning.joint import plan_all
from custom_components.ocpp_cs.smart_charging.planning.model import Need, Plan, Site
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot
from custom_components.ocpp_cs.smart_charging.planning.soc import energy_for_soc
from devtools.simulate.laws import EPOCH, OurLaw, house_of
from devtools.simulate.run import NEW
from devtools.simulate.world import Seen

from .car import V2xCharger
from .weeks import Week

_ENOUGH_KWH = 0.02
_MINUTE_S = 60
_SLOT_S = 900
_KNOWN_SLOTS = 36 * 4
"""Prices are known for a day and a half."""


class V2xLaw(OurLaw):
    """Charges with the sun and by plans, and supplies the house if it may."""

    def __init__(
        self, week: Week, charger: V2xCharger, prices: list[float], *, supplies: bool
    ) -> None:
        """Start on Monday at midnight."""
        super().__init__(
            [charger],
            {charger.key: ChargeMode.SOLAR},
            {charger.key: (0, "main")},
            NEW,
        )
        self._week, self._charger, self._supplies = week, charger, supplies
        self._slots = [
            PriceSlot(_time(index * _SLOT_S), _time((index + 1) * _SLOT_S), price)
            for index, price in enumerate(prices)
        ]
        self._prices = prices
        self._plan = Plan()
        self._again: float | None = None
        self._planned_at = -_MINUTE_S
        self._seen_at = self._ticked_at = -1

    @override
    def tick(self, seen: Seen) -> None:
        """Tick with each reading of the grid meter, and every few seconds besides."""
        if seen.grid_at == self._seen_at and seen.now - self._ticked_at < 5:
            return
        self._seen_at, self._ticked_at = seen.grid_at, seen.now
        if seen.now - self._planned_at >= _MINUTE_S:
            self._planned_at = seen.now
            self._make_plan(seen.now)
        charger = self._charger
        house = replace(house_of(seen), price=self._prices[seen.now // _SLOT_S])
        decision = self.control.tick(EPOCH + seen.now, house, self.readings(seen))[
            charger.key
        ]
        self.holds_battery = self.control.house.hold_battery
        if decision.current_a is not None and decision.phases is not None:
            charger.command(seen.now, decision.current_a, decision.phases)
        charger.follow(seen.now, decision.setpoint_w)
        if decision.start:
            charger.begin_session(seen.now)
        if decision.restart:
            charger.restart_session(seen.now)

    def _make_plan(self, now: int) -> None:
        """Plan what is missing before the next trip, and what charging again costs."""
        charger, week, when = self._charger, self._week, _time(now)
        first = now // _SLOT_S
        ahead = self._slots[first : first + _KNOWN_SLOTS]
        departs = charger.departs_after(now)
        missing = energy_for_soc(charger.soc, week.goal_soc, charger.capacity_kwh)
        self._again = recharge_price(
            ahead, when, None if departs is None else _time(departs)
        )
        if departs is None or not charger.plugged(now):
            self._plan = Plan()
            return
        needs = []
        if missing >= _ENOUGH_KWH:
            needs.append(
                Need(
                    key=charger.key,
                    energy_kwh=missing,
                    ready_by=_time(departs),
                    running=self._plan.due_w(when) > 0,
                )
            )
        plans = plan_all(when, needs, Site(prices=ahead), {charger.key: self._plan})
        self._plan = plans.get(
            charger.key, Plan(slack_s=float(departs - now) if not needs else None)
        )

    @override
    def readings(self, seen: Seen) -> dict[str, ChargerReading]:
        """Return what the charger and its car have told, and what the plan asks for."""
        charger, week, plan = self._charger, self._week, self._plan
        reading = super().readings(seen)[charger.key]
        planned = charger.departs_after(seen.now) is not None
        discharge = Discharge(
            most_w=charger.most_w,
            reserve_soc=week.reserve_soc,
            plan_soc=week.goal_soc,
            recharge_price=self._again,
            wear_price=week.wear,
            capacity_kwh=charger.capacity_kwh,
        )
        return {
            charger.key: replace(
                reading,
                soc=float(int(charger.soc)),
                full=charger.full,
                due_w=plan.due_w(_time(seen.now)),
                urgent=plan.urgent,
                slack_s=plan.slack_s,
                planned=planned,
                discharge=discharge if self._supplies else None,
            )
        }


def _time(second: float) -> datetime:
    return datetime.fromtimestamp(EPOCH + second, UTC)
