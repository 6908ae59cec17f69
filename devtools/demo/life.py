"""The chargers of the demo, and the cars that come and go."""

import asyncio
from collections.abc import Callable, Mapping
import contextlib
import json
from pathlib import Path
import random
from typing import Any
from urllib.parse import urlsplit

from simulator import Car, ChargePoint, ChargingStation, Evc5, GoE
from simulator.v2.vehicle.discharging import CONTROLLER, V2xCar
from simulator.vendors.goe_tls import KEYS

from .past import register_kwh
from .places import CARPORT_ID, DRIVEWAY_ID, GARAGE_ID, PLACES, YARD_ID, Place

_PAUSE = 45.0
"""Seconds that a full car stays, and that a place stays empty."""

_CONNECTION = frozenset({"ocppe", "ocppu", *KEYS})
"""The settings of a go-e that its connection depends on."""


class Life:
    """Simulated chargers with cars; their meters and addresses are kept in files."""

    def __init__(
        self,
        url: str,
        state: Path,
        speed: float,
        say: Callable[[str], None],
    ) -> None:
        """Prepare; `speed` is how many simulated seconds pass in a real one.

        `url` is the server's address without a slash at its end, `state` the folder
        for what is kept.
        """
        self._meters = state / "meters.json"
        self._secrets_file = state / "secrets.json"
        self._yard_file = state / "yard.json"
        self._secrets: dict[str, str] = _kept(self._secrets_file)
        self._say = say
        self._tasks: list[asyncio.Task[None]] = []
        self._random = random.Random()
        self._garage = GoE(
            self._prefix(url, GARAGE_ID),
            GARAGE_ID,
            acs=1,
            time_factor=speed,
            backoff=(0.5, 5.0),
        )
        carport = Evc5(
            self._prefix(url, CARPORT_ID),
            CARPORT_ID,
            time_factor=speed,
            max_current=32.0,
            backoff=(0.5, 5.0),
        )
        driveway = ChargingStation(
            self._prefix(url, DRIVEWAY_ID),
            DRIVEWAY_ID,
            vendor="Acme",
            model="Station 2",
            version="2.1",
            values={f"{CONTROLLER}.Enabled": "true"},
            time_factor=speed,
            max_current=16.0,
            sample_interval=20,
            backoff=(0.5, 5.0),
        )
        self.chargers: dict[str, ChargePoint | ChargingStation] = {
            GARAGE_ID: self._garage,
            CARPORT_ID: carport,
            DRIVEWAY_ID: driveway,
        }
        self._url, self._speed = url, speed
        self.yard: GoE | None = None
        self._read_meters()

    async def switch_on_yard(self, *, set_up: bool) -> GoE:
        """Switch a go-e on that has OCPP off unless it is `set_up`; return it.

        It has the address and the certificates that it had at the last start: one that
        was raised does not come in without encryption any more.
        """
        kept = _kept(self._yard_file) if set_up else {}
        self.yard = GoE(
            self._url if set_up and not kept else "",
            YARD_ID,
            http_port=0,
            time_factor=self._speed,
            backoff=(0.5, 5.0),
        )
        self.yard.api.values["fna"] = "Yard"
        if kept:
            self.yard.api.values |= kept
            self.yard.aim(kept["ocppu"])
            self.yard.link.go_online()
        await self.yard.start()
        return self.yard

    def _write_yard(self) -> None:
        if self.yard is None or not self.yard.api.values["ocppe"]:
            return
        kept = {
            name: value
            for name, value in self.yard.api.values.items()
            if name in _CONNECTION
        }
        if kept != _kept(self._yard_file):
            _keep(self._yard_file, kept)

    def _prefix(self, url: str, charge_point_id: str) -> str:
        secret = self._secrets.get(charge_point_id)
        return f"{url}/{secret}" if secret else url

    async def enter_address(self, charge_point_id: str, url: str) -> None:
        """Enter in a charger what Home Assistant showed, with the secret in it."""
        self._secrets[charge_point_id] = urlsplit(url).path.split("/")[1]
        _keep(self._secrets_file, self._secrets)
        charger = self.chargers[charge_point_id]
        await charger.wait_idle()
        await charger.enter_address(url)
        await charger.wait_for(lambda: charger.connected)

    async def start(self) -> None:
        """Switch the chargers on."""
        for charger in self.chargers.values():
            await charger.start()
        self._tasks.append(asyncio.create_task(self._keep_meters()))

    async def stop(self) -> None:
        """Unplug all cars, so that no session stays open, and switch off."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for place in PLACES:
            await self.chargers[place.charge_point_id].unplug(place.connector)
        for charger in self.chargers.values():
            with contextlib.suppress(TimeoutError):
                await charger.wait_idle(3)
            await charger.stop()
        if self.yard is not None:
            self._write_yard()
            await self.yard.stop()
        self._write_meters()

    async def wait_for_control(self) -> None:
        """Wait until the charger that follows the sun alone was told to wait for it.

        A car that came before would charge with all there is for some seconds.
        Raises TimeoutError.
        """
        garage = self._garage
        await garage.wait_for(lambda: not garage.limit(garage.connector(1)).amps)

    def cars_w(self) -> tuple[float, float, float]:
        """Return what all cars take now on the house's phases, in W.

        Below 0 they give more than they take.
        """
        chargers = [*self.chargers.values(), *([self.yard] if self.yard else [])]
        readings = [
            connector.meter.reading
            for charger in chargers
            for connector in charger.connectors[1:]
        ]
        one, two, three = (
            sum(each.power[line] - each.export_w / 3 for each in readings)
            for line in range(3)
        )
        return one, two, three

    async def let_cars_come(self) -> None:
        """Plug a car in everywhere; the first two places charge at once."""
        for number, place in enumerate(PLACES):
            await self._plug_in(place, _car(place, soc=22.0 + 9.0 * number))
            if number < 2:
                await self._begin(place)
            self._tasks.append(asyncio.create_task(self._come_and_go(place)))

    async def _plug_in(self, place: Place, car: Car) -> None:
        charger = self.chargers[place.charge_point_id]
        await charger.plug(place.connector, car)
        self._say(f"{place.title}: a car with {car.soc:.0f} % is plugged in")

    async def _begin(self, place: Place) -> None:
        """Let the driver hold a card to the reader."""
        charger = self.chargers[place.charge_point_id]
        await charger.present_card(place.driver.id_tag, place.connector)

    async def _come_and_go(self, place: Place) -> None:
        """Let a car that is full leave, and another one come."""
        connector = self.chargers[place.charge_point_id].connector(place.connector)
        while True:
            await asyncio.sleep(1)
            if connector.car is None or not connector.car.full:
                continue
            await asyncio.sleep(_PAUSE)
            self._say(f"{place.title}: the car is full and leaves")
            connector.unplug()
            await asyncio.sleep(_PAUSE)
            await self._plug_in(place, _car(place, self._random.uniform(10, 60)))
            await self._begin(place)

    # A meter that falls back would be taken for a new one by the Energy dashboard.

    async def _keep_meters(self) -> None:
        while True:
            await asyncio.sleep(2)
            self._write_meters()
            self._write_yard()

    def _read_meters(self) -> None:
        known = _kept(self._meters)
        for place in PLACES:
            charger = self.chargers[place.charge_point_id]
            meter = charger.connector(place.connector).meter
            key = f"{place.charge_point_id}_{place.connector}"
            meter.register_wh = known.get(key, register_kwh(place) * 1000)

    def _write_meters(self) -> None:
        registers = {
            f"{place.charge_point_id}_{place.connector}": self.chargers[
                place.charge_point_id
            ]
            .connector(place.connector)
            .register_wh
            for place in PLACES
        }
        _keep(self._meters, registers)


def _kept(file: Path) -> dict[str, Any]:
    """Return what the last start has kept, if there was one."""
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(file.read_text(encoding="utf-8")))
    return {}


def _keep(file: Path, content: Mapping[str, Any]) -> None:
    """Write it in one step: the next start must not find half a file."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(content), encoding="utf-8")
    new.replace(file)


def _car(place: Place, soc: float) -> Car:
    driver = place.driver
    if place.discharge_w is not None:
        return V2xCar(
            capacity_kwh=driver.capacity_kwh,
            soc=soc,
            max_current=driver.current_a,
            discharge_w=place.discharge_w,
        )
    return Car(capacity_kwh=driver.capacity_kwh, soc=soc, max_current=driver.current_a)
