"""The days that are compared, by kind: skies, cars, chargers, meters, fuses, batteries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from custom_components.ocpp_cs.smart_charging.model import (
    Ceiling,
    CeilingScope,
    ChargeMode,
    Circuit,
    Holding,
)

from .meters import Meter
from .run import NEW, Day, Imposed, Place
from .storage import Battery
from .traces import Roof, Sky, Trace, physical
from .vehicle import Box, Car

_H: Final = 3600

CLEAR: Final = Sky()
FAIR: Final = Sky(cloud_s=240, gap_s=900, dense=(0.3, 0.7), edge_s=(10, 60))
LIGHT: Final = Sky(cloud_s=200, gap_s=240, dense=(0.05, 0.4), edge_s=(10, 60), mood=1.2)
DARK: Final = Sky(cloud_s=180, gap_s=120, dense=(0.0, 0.25))
BROKEN: Final = (LIGHT, DARK)
"""Broken clouds: those of even seeds, and those of odd ones."""
WINTER: Final = Sky(cloud_s=900, gap_s=1200, veil=0.8, edge_s=(20, 90))
JUNE: Final = 172
MAY: Final = 135
APRIL: Final = 110
FEBRUARY: Final = 35

BIG: Final = Car(needs_kwh=80)
SMALL: Final = Car(needs_kwh=40, wakes_s=25)
SLEEPER: Final = Car(needs_kwh=80, sleeps_after_s=600)
TAKES_LESS: Final = Car(needs_kwh=80, ratio=0.93, max_a=13.0)
SLOW_RAMP: Final = Car(needs_kwh=80, wakes_s=45, rise_a_per_s=0.25, fall_a_per_s=1.0)
PHEV: Final = Car(phases=1, needs_kwh=80)
TWO_LINES: Final = Car(phases=2, needs_kwh=80)

SLOW_BOX: Final = Box(reaction_s=30, tells_s=30)
HALF_AMPERES: Final = Box(reaction_s=5, step_a=0.5)
P1: Final = Meter(every_s=10, signed=False, step_a=1.0)
"""As smart meters in the Netherlands and Belgium tell: whole amperes without a sign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Days that are alike."""

    key: str
    title: str
    make: Mapping[str, Callable[[int], Day]]
    """A day of a seed, by its name."""
    seeds: tuple[int, ...]
    """Those whose figures are in the documentation."""

    def days(self, seeds: tuple[int, ...] | None = None) -> list[Day]:
        """Return the days, with a seed each."""
        return [
            replace(
                day,
                key=f"{self.key}_{name}_{seed}" if name else f"{self.key}_{seed}",
                title=f"{self.title}: {name.replace('_', ' ')} ({seed})"
                if name
                else f"{self.title} ({seed})",
            )
            for name, make in self.make.items()
            for seed in seeds or self.seeds
            for day in (make(seed),)
        ]


def _sun(
    seed: int,
    day: int,
    sky: Sky,
    *,
    roof: Roof | None = None,
    busy: bool = True,
    pump: bool = False,
) -> Callable[[], Trace]:
    return partial(physical, seed, day, sky, roof, busy=busy, pump=pump)


def _day(trace: Callable[[], Trace], *places: Place, **more: object) -> Day:
    day = Day(key="", title="", trace=trace, places=places or (Place(car=BIG),))
    return replace(day, **more)  # type: ignore[arg-type]


def _broken(seed: int, roof: Roof | None = None) -> Callable[[], Trace]:
    return _sun(seed, MAY, BROKEN[seed % 2], roof=roof)


def _plain(day: int, sky: Sky) -> Callable[[int], Day]:
    return lambda seed: _day(_sun(seed, day, sky))


def _place(place: Place, **more: object) -> Callable[[int], Day]:
    """Return a day with broken clouds at this place."""
    return lambda seed: _day(_broken(seed), place, **more)


def _kettles(seed: int) -> Day:
    return _day(_sun(seed, APRIL, FAIR, pump=True))


_CARPORT: Final = Place(
    key="carport",
    car=SMALL,
    rotation=(1, 2, 0),
    mode=ChargeMode.FAST,
    from_s=17 * _H,
)
_YARD: Final = Place(
    key="yard",
    car=PHEV,
    rotation=(2, 0, 1),
    mode=ChargeMode.MIN_SOLAR,
    from_s=12 * _H,
)


def _fuse(amps: float, *places: Place) -> Callable[[int], Day]:
    return lambda seed: _day(
        _sun(seed, APRIL, FAIR, pump=True),
        *places,
        fuse_a=amps,
        window=(15 * _H, 21 * _H),
    )


def _two_cars(seed: int) -> Day:
    second = replace(_CARPORT, mode=ChargeMode.SOLAR, from_s=6 * _H)
    roof = Roof(peak_w=14_000.0, inverter_w=12_000.0)
    return _day(_broken(seed, roof), Place(car=BIG), second)


def _battery(mode: ChargeMode, battery: Battery) -> Callable[[int], Day]:
    return lambda seed: _day(
        _broken(seed),
        Place(car=BIG, mode=mode),
        battery=battery,
    )


def _fast_evening(seed: int) -> Day:
    return _day(
        _sun(seed, APRIL, FAIR),
        Place(
            car=Car(needs_kwh=25), mode=ChargeMode.FAST, from_s=18 * _H, until_s=24 * _H
        ),
        battery=Battery(soc=90.0),
        fuse_a=35.0,
        settings=replace(NEW, holding=Holding.ALWAYS),
        window=(17 * _H, 22 * _H),
    )


def _one_phase_pv(seed: int) -> Day:
    roof = Roof(peak_w=5_800.0, inverter_w=5_000.0)
    return _day(
        _sun(seed, MAY, FAIR, roof=roof, busy=False),
        Place(car=BIG, from_s=12 * _H if seed % 2 else 7 * _H),
        pv_lines=(0,),
        meter=P1,
        fuse_a=25.0,
        window=(12 * _H, 17 * _H),
    )


def _ceiling(scope: CeilingScope) -> Callable[[int], Day]:
    return lambda seed: _day(
        _sun(seed, APRIL, FAIR),
        Place(car=BIG, mode=ChargeMode.MIN_SOLAR),
        replace(_CARPORT, from_s=10 * _H),
        fuse_a=35.0,
        settings=replace(
            NEW, ceilings=(Ceiling(key="grid", scope=scope, counts_pv=False),)
        ),
        imposed=(
            Imposed(key="grid", watts=4200.0, from_s=11 * _H, until_s=13 * _H),
            Imposed(key="grid", watts=4200.0, from_s=17 * _H, until_s=19 * _H),
        ),
        window=(10 * _H, 14 * _H),
    )


def _circuits(seed: int) -> Day:
    return _day(
        _sun(seed, APRIL, FAIR),
        Place(car=BIG, circuit="garage", mode=ChargeMode.FAST, from_s=15 * _H),
        replace(_CARPORT, circuit="garage"),
        replace(_YARD, circuit="yard"),
        fuse_a=35.0,
        settings=replace(
            NEW,
            circuits=(
                Circuit(key="outside", limit_a=25.0),
                Circuit(key="garage", limit_a=20.0, parent="outside"),
                Circuit(key="yard", limit_a=16.0, parent="outside"),
            ),
        ),
        window=(15 * _H, 20 * _H),
    )


def _peak(seed: int) -> Day:
    return _day(
        _sun(seed, APRIL, FAIR, pump=True),
        Place(car=BIG, mode=ChargeMode.FAST, from_s=15 * _H),
        fuse_a=35.0,
        settings=replace(NEW, peak_w=6_000.0),
        window=(15 * _H, 20 * _H),
    )


def _steady(meter: Meter) -> Callable[[int], Day]:
    return lambda seed: _day(_sun(seed, JUNE, CLEAR, busy=False), meter=meter)


def _metered(meter: Meter) -> Callable[[int], Day]:
    return lambda seed: _day(_broken(seed), meter=meter)


KINDS: Final = (
    Kind(key="clear", title="Clear", make={"": _plain(JUNE, CLEAR)}, seeds=(1, 2, 3)),
    Kind(
        key="fair", title="Fair clouds", make={"": _plain(MAY, FAIR)}, seeds=(1, 2, 3)
    ),
    Kind(
        key="broken",
        title="Broken clouds",
        make={"": lambda seed: _day(_broken(seed))},
        seeds=(1, 2, 3, 4, 5, 6),
    ),
    Kind(
        key="winter",
        title="Winter",
        make={"": _plain(FEBRUARY, WINTER)},
        seeds=(1, 2, 3),
    ),
    Kind(
        key="kettles",
        title="Kettles, heat pump and boiler",
        make={"": _kettles},
        seeds=(1, 2, 3),
    ),
    Kind(
        key="three_phase_box",
        title="Charger with three phases only",
        make={"": _place(Place(car=BIG, switchable=False))},
        seeds=(1, 2, 3),
    ),
    Kind(
        key="battery",
        title="Home battery",
        make={
            "solar": _battery(ChargeMode.SOLAR, Battery()),
            "min_solar": _battery(ChargeMode.MIN_SOLAR, Battery(dead_s=5, gain=0.08)),
        },
        seeds=(1, 2),
    ),
    Kind(
        key="evening",
        title="Fast in the evening, with a home battery",
        make={"": _fast_evening},
        seeds=(1, 2),
    ),
    Kind(
        key="fuse",
        title="Cars under a fuse",
        make={
            "one_25_A": _fuse(25.0, replace(_CARPORT, from_s=15 * _H)),
            "two_25_A": _fuse(
                25.0, Place(car=BIG, priority=1, mode=ChargeMode.MIN_SOLAR), _CARPORT
            ),
            "three_35_A": _fuse(
                35.0,
                Place(car=BIG, priority=1, mode=ChargeMode.MIN_SOLAR),
                _CARPORT,
                _YARD,
            ),
        },
        seeds=(1, 2),
    ),
    Kind(key="two_cars", title="Two cars", make={"": _two_cars}, seeds=(1, 2, 3)),
    Kind(
        key="phev",
        title="Cars with one or two phases",
        make={
            "one_phase": _place(Place(car=PHEV)),
            "one_phase_at_three": _place(Place(car=PHEV, switchable=False)),
            "two_lines": _place(Place(car=TWO_LINES)),
        },
        seeds=(1, 2),
    ),
    Kind(
        key="odd",
        title="Odd cars and slow chargers",
        make={
            "sleeper": _place(Place(car=SLEEPER)),
            "takes_less": _place(Place(car=TAKES_LESS)),
            "slow_ramp": _place(Place(car=SLOW_RAMP)),
            "slow_box": _place(Place(car=BIG, box=SLOW_BOX)),
            "half_amperes": _place(Place(car=BIG, box=HALF_AMPERES)),
            "242_V": _place(Place(car=BIG), voltage_v=242.0),
            "session_ends": _place(Place(car=BIG, box=Box(ends_sessions=True))),
        },
        seeds=(1, 2),
    ),
    Kind(
        key="meters",
        title="Slow, late and noisy meters",
        make={
            "10_s": _metered(Meter(every_s=10, delay_s=2)),
            "30_s": _metered(Meter(every_s=30, delay_s=5)),
            "60_s": _metered(Meter(every_s=60, delay_s=10)),
            "noise": _metered(Meter(noise_w=80.0)),
            "gaps": _metered(Meter(every_s=5, gap_every_s=1800)),
        },
        seeds=(1, 2),
    ),
    Kind(
        key="steady",
        title="Steady sun, noisy meter",
        make={"": _steady(Meter(noise_w=40.0))},
        seeds=(1, 2),
    ),
    Kind(
        key="one_phase_pv",
        title="Inverter on one phase, P1 meter",
        make={"": _one_phase_pv},
        seeds=(1, 2),
    ),
    Kind(
        key="ceiling",
        title="Ceiling from outside",
        make={"each": _ceiling(CeilingScope.EACH), "all": _ceiling(CeilingScope.ALL)},
        seeds=(1,),
    ),
    Kind(key="circuits", title="Circuits", make={"": _circuits}, seeds=(1, 2)),
    Kind(key="peak", title="Peak tariff", make={"": _peak}, seeds=(1, 2)),
)
BY_KEY: Final = {kind.key: kind for kind in KINDS}
