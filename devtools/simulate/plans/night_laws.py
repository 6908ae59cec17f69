"""The laws of a night: this project's joint plans and control, and evcc's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import override

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    ChargerReading,
    Settings,
    Switching,
)
from custom_components.ocpp_cs.smart_charging.planning.household import Household
from custom_components.ocpp_cs.smart_charging.planning.joint import plan_all
from custom_components.ocpp_cs.smart_charging.planning.model import Need, Plan, Site
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot
from devtools.simulate.evcc import EvccLaw
from devtools.simulate.laws import OurLaw
from devtools.simulate.world import VOLTAGE, Seen

from .evcc import EvccPlan
from .nights import DUE_S, MARGIN_A, GuestCharger, House, Night
from .tariffs import DAY_S

MIDNIGHT = datetime(2026, 1, 13, tzinfo=UTC)
_ENOUGH_KWH = 0.02
_MINUTE_S = 60


class OurNight(OurLaw):
    """This project's plans, made anew once a minute, and its control."""

    def __init__(
        self,
        night: Night,
        house: House,
        chargers: list[GuestCharger],
        prices: Sequence[float],
    ) -> None:
        """Learn the load of the house from the days before."""
        super().__init__(
            list(chargers),
            {
                guest.key: ChargeMode.FAST if guest.fast else ChargeMode.SOLAR
                for guest in night.guests
            },
            {guest.key: (0, "main") for guest in night.guests},
            Settings(fuse_a=night.fuse_a, switching=Switching.BALANCED),
        )
        self._night, self._guests = night, list(chargers)
        self._plans: dict[str, Plan] = {}
        self._prices = [
            PriceSlot(_time(index * 900), _time((index + 1) * 900), price)
            for index, price in enumerate(prices)
        ]
        self._household = Household()
        for count, day in enumerate(house.before):
            # Working days before this one.
            first = MIDNIGHT - timedelta(days=7 + count)
            for minute, load in enumerate(day):
                amps = [watts / VOLTAGE for watts in load]
                self._household.learn(first + timedelta(minutes=minute), amps)
        self._planned_at = -_MINUTE_S
        self._lines: dict[str, int] = {}

    def _plan(self, now: int) -> None:
        when = _time(now)
        needs = []
        for guest, charger in zip(self._night.guests, self._guests, strict=True):
            missing = guest.need_kwh - charger.energy_kwh
            if not charger.plugged(now) or missing < _ENOUGH_KWH:
                continue
            lines, _ = self.control.learned(guest.key)
            if lines is not None:
                self._lines[guest.key] = lines
            needs.append(
                Need(
                    key=guest.key,
                    energy_kwh=float("inf") if guest.fast else missing,
                    ready_by=_time(DUE_S),
                    phases=(self._lines.get(guest.key, guest.box_phases),),
                    rotation=guest.rotation,
                    fast=guest.fast,
                )
            )
        site = Site(
            prices=self._prices,
            loads=tuple(self._household.slots(when, _time(DUE_S + DAY_S))),
            fuse_a=self._night.fuse_a - MARGIN_A,
        )
        self._plans = plan_all(when, needs, site, self._plans)

    @override
    def readings(self, seen: Seen) -> dict[str, ChargerReading]:
        """Return the readings with what the plans ask for."""
        if seen.now - self._planned_at >= _MINUTE_S:
            self._planned_at = seen.now
            self._plan(seen.now)
        result = super().readings(seen)
        for guest in self._night.guests:
            plan = self._plans.get(guest.key, Plan())
            result[guest.key] = replace(
                result[guest.key],
                due_w=0.0 if guest.fast else plan.due_w(_time(seen.now)),
                urgent=plan.urgent,
                slack_s=plan.slack_s,
                planned=not guest.fast,
            )
        return result


class EvccNight(EvccLaw):
    """evcc's planner for each car, and its control."""

    def __init__(
        self, night: Night, chargers: list[GuestCharger], prices: Sequence[float]
    ) -> None:
        """Take the prices by the quarter from the first midnight on."""
        self._now_modes = {
            guest.key: ChargeMode.FAST if guest.fast else ChargeMode.SOLAR
            for guest in night.guests
        }
        super().__init__(
            list(chargers),
            self._now_modes,
            {guest.key: 0 for guest in night.guests},
            Settings(fuse_a=night.fuse_a),
        )
        self._night, self._guests = night, chargers
        self._slots = [
            (float(index * 900), float((index + 1) * 900), price)
            for index, price in enumerate(prices)
        ]
        self._plans = {guest.key: EvccPlan() for guest in night.guests}

    @override
    def tick(self, seen: Seen) -> None:
        """Plan with each round."""
        if seen.now % self._interval_s == 0:
            self._plan(seen)
        super().tick(seen)

    def _plan(self, seen: Seen) -> None:
        now = seen.now
        slots = [slot for slot in self._slots if slot[1] > now]
        for guest, charger in zip(self._night.guests, self._guests, strict=True):
            if guest.fast:
                continue
            lines = self._points[guest.key].measured or guest.box_phases
            watts = self.MAX_A * VOLTAGE * lines
            missing = guest.need_kwh - charger.energy_kwh
            charges = self._plans[guest.key].charges(
                now, DUE_S, max(missing, 0.0) * 3.6e6 / watts, slots
            )
            mode = ChargeMode.FAST if charges and missing > 0 else ChargeMode.SOLAR
            self._now_modes[guest.key] = mode


def _time(second: float) -> datetime:
    return MIDNIGHT + timedelta(seconds=second)
