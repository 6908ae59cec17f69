"""The days that are compared."""

from custom_components.ocpp_cs.smart_charging.model import ChargeMode

from .run import Day, Place
from .traces import Sky, Trace, physical
from .world import SimulatedCar


def _clear() -> Trace:
    return physical(1, 172, Sky())


def _clouds() -> Trace:
    return physical(2, 135, Sky(cloud_s=90, gap_s=150))


def _winter() -> Trace:
    return physical(3, 35, Sky(cloud_s=600, gap_s=900, veil=0.8, edge_s=(20, 90)))


def _two_cars() -> Trace:
    return physical(4, 110, Sky(cloud_s=240, gap_s=600))


def _big() -> SimulatedCar:
    return SimulatedCar(needs_kwh=80)


def _small() -> SimulatedCar:
    return SimulatedCar(needs_kwh=40, wakes_s=25)


DAYS = (
    Day(
        key="clear",
        title="A clear day in June",
        trace=_clear,
        places=(Place(car=_big),),
    ),
    Day(
        key="clouds",
        title="Fast clouds in May",
        trace=_clouds,
        places=(Place(car=_big),),
    ),
    Day(
        key="winter",
        title="A day in February",
        trace=_winter,
        places=(Place(car=_big),),
    ),
    Day(
        key="two_cars",
        title="Two cars on a fuse of 25 A in April",
        trace=_two_cars,
        places=(
            Place(key="garage", car=_big, priority=1, mode=ChargeMode.MIN_SOLAR),
            Place(
                key="carport",
                car=_small,
                rotation=(1, 2, 0),
                mode=ChargeMode.FAST,
                from_s=17 * 3600,
                until_s=22 * 3600,
            ),
        ),
        fuse_a=25.0,
    ),
)
