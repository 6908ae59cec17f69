"""The console of the command line: one line in, one text out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
import shlex

from .car import Car
from .charge_point import ChargePoint
from .errors import CallFailed
from .security.charge_point import SecuredChargePoint
from .v2 import ChargingStation
from .v2.vehicle.discharging import V2xCar

HELP = """\
plug [n] [soc%]       plug a car in (connector 1, the charge given, or 50 %);
                      with OCPP 2.0.1 n is an EVSE, or as in 1/2 a plug of it
unplug [n]            pull the plug
card TAG [n]          hold a card to the reader
meter [n]             send meter values now
error [n] [CODE]      report a fault (GroundFailure)
ok [n]                end it
fault NAME[=VALUE]    switch a fault on; NAME=off ends it; `fault` alone lists them
drop                  cut the connection; it comes back by itself
offline / online      cut it and stay away / come back
abandon               leave the connection half-open and make a new one
reboot                restart, as after a power failure
malformed TEXT        send any text as a frame
profiles              charging profiles that are installed
display               messages of the CSMS, and what is shown (OCPP 2)
monitors              what it watches by itself (OCPP 2)
value NAME VALUE [n]  give a variable a value, of EVSE n if that is given (OCPP 2):
                      value TemperatureSensor.Temperature 95 1
security              how its connection is secured, and what it has for that
security PROFILE [PASSWORD]  set it at the charger itself, lower ones too
address URL           connect to another address, which has no id at its end
sign                  ask the central system for a certificate of its own
speed X               let time pass X times as fast
status                how everything is
quit                  end the simulator
@ID COMMAND           for one charger instead of all"""

type Charger = ChargePoint | ChargingStation

NOT_SECURED = "that is for generic and bender"


class Quit(Exception):
    """Somebody wants to leave."""


@dataclass(frozen=True, slots=True)
class CarOptions:
    """What cars that are plugged in are like."""

    capacity_kwh: float = 60.0
    phases: int = 3
    max_current: float = 16.0
    evccid: str | None = None
    """What it tells the charger, where that asks (2.0.1, 2.1)."""
    discharge_w: float | None = None
    """What it can give back at most, in W; None for one that only charges (2.1)."""

    def car(self, soc: float) -> Car:
        """Return a car with that state of charge in %."""
        if self.discharge_w is not None:
            return V2xCar(
                capacity_kwh=self.capacity_kwh,
                phases=self.phases,
                max_current=self.max_current,
                evccid=self.evccid,
                discharge_w=self.discharge_w,
                soc=soc,
            )
        return Car(
            capacity_kwh=self.capacity_kwh,
            phases=self.phases,
            max_current=self.max_current,
            evccid=self.evccid,
            soc=soc,
        )


def percent(text: str) -> float:
    """Return 40.0 for "40%" and "40". Raise ValueError for anything else."""
    value = float(text.removesuffix("%"))
    if not 0 <= value <= 100:
        raise ValueError(f"{text} is no state of charge")
    return value


class Console:
    """Does what a line of text says to some chargers."""

    def __init__(
        self, chargers: Sequence[Charger], cars: CarOptions | None = None
    ) -> None:
        self._chargers = {charger.charge_point_id: charger for charger in chargers}
        self._cars = cars or CarOptions()
        self._commands: dict[
            str, Callable[[Charger, list[str]], Awaitable[str | None]]
        ] = {
            "plug": self._plug,
            "unplug": self._unplug,
            "card": self._card,
            "meter": self._meter,
            "error": self._error,
            "ok": self._ok,
            "fault": self._fault,
            "drop": self._drop,
            "offline": self._offline,
            "online": self._online,
            "abandon": self._abandon,
            "reboot": self._reboot,
            "malformed": self._malformed,
            "profiles": self._profiles,
            "display": self._display,
            "monitors": self._monitors,
            "value": self._value,
            "security": self._security,
            "address": self._address,
            "sign": self._sign,
            "speed": self._speed,
            "status": self._status,
        }

    async def execute(self, line: str) -> str:
        """Do what a line says and return what to print. Raise Quit to end."""
        try:
            words = shlex.split(line)
        except ValueError as err:
            return str(err)
        chargers = list(self._chargers.values())
        if words and words[0].startswith("@"):
            name = words.pop(0)[1:]
            if name not in self._chargers:
                return f"no charger {name}; there are {', '.join(self._chargers)}"
            chargers = [self._chargers[name]]
        if not words:
            return ""
        verb, *rest = words
        if verb in ("quit", "exit"):
            raise Quit
        command = self._commands.get(verb)
        if command is None:
            return HELP if verb == "help" else f"no command {verb}; try help"
        answers: list[str] = []
        for charger in chargers:
            try:
                answer = await command(charger, rest)
            except CallFailed as err:
                answer = str(err)
            except (ValueError, IndexError, TimeoutError) as err:
                answer = f"that did not work: {err}"
            if answer and answer not in answers:
                answers.append(answer)
        return "\n".join(answers)

    async def _plug(self, charger: Charger, words: list[str]) -> None:
        plug = 1
        if words and isinstance(charger, ChargingStation) and "/" in words[0]:
            evse, _, text = words[0].partition("/")
            words, plug = [evse, *words[1:]], int(text)
        number, rest = _number(words)
        car = self._cars.car(percent(rest[0]) if rest else 50.0)
        if isinstance(charger, ChargingStation):
            await charger.plug(number, car, plug=plug)
        else:
            await charger.plug(number, car)

    async def _unplug(self, charger: Charger, words: list[str]) -> None:
        await charger.unplug(_number(words)[0])

    async def _card(self, charger: Charger, words: list[str]) -> str:
        if not words:
            return "which card? card TAG"
        number = int(words[1]) if len(words) > 1 else None
        return await charger.present_card(words[0], connector=number)

    async def _meter(self, charger: Charger, words: list[str]) -> None:
        number, _ = _number(words)
        if isinstance(charger, ChargingStation):
            charger.sample(charger.connector(number))
        else:
            charger.sample(charger.connector(number))

    async def _error(self, charger: Charger, words: list[str]) -> None:
        number, rest = _number(words)
        code = rest[0] if rest else "GroundFailure"
        await charger.set_status(number, "Faulted", error_code=code)

    async def _ok(self, charger: Charger, words: list[str]) -> None:
        await charger.set_status(_number(words)[0], None)

    async def _fault(self, charger: Charger, words: list[str]) -> str:
        if words:
            # "drop" is none that stays on, but it is looked for here.
            if words == ["drop"]:
                return await self._drop(charger, [])
            charger.faults.set("=".join(words))
        active = charger.faults.active()
        names = ", ".join(charger.faults.names())
        on = ", ".join(f"{name}={value}" for name, value in active.items())
        return f"on: {on or 'none'}" if words else f"on: {on or 'none'}\nall: {names}"

    async def _drop(self, charger: Charger, words: list[str]) -> str:
        charger.link.abort()
        return "dropped"

    async def _offline(self, charger: Charger, words: list[str]) -> None:
        charger.link.go_offline()

    async def _online(self, charger: Charger, words: list[str]) -> None:
        charger.link.go_online()

    async def _abandon(self, charger: Charger, words: list[str]) -> None:
        await charger.abandon()

    async def _reboot(self, charger: Charger, words: list[str]) -> None:
        charger.spawn(charger.reboot())

    async def _malformed(self, charger: Charger, words: list[str]) -> None:
        await charger.send_raw(" ".join(words) or "not json at all")

    async def _profiles(self, charger: Charger, words: list[str]) -> str:
        return (
            "\n".join(
                f"connector {item.connector}: {item.data}" for item in charger.profiles
            )
            or "none"
        )

    async def _display(self, charger: Charger, words: list[str]) -> str:
        return _station(charger).displays.summary()

    async def _monitors(self, charger: Charger, words: list[str]) -> str:
        return _station(charger).monitors.summary()

    async def _value(self, charger: Charger, words: list[str]) -> str:
        station = _station(charger)
        if len(words) < 2:
            return "which variable? value COMPONENT.VARIABLE VALUE [EVSE]"
        component, _, name = words[0].partition(".")
        evse = int(words[2]) if len(words) > 2 else None
        key = (component.casefold(), "", evse, None, name.casefold(), "")
        if (variable := station.model.find(key)) is None:
            return f"no variable {words[0]}"
        if (problem := variable.problem_of(words[1])) is not None:
            return f"{words[0]}: {problem}"
        station.model.set(variable, words[1])
        return f"{words[0]} = {words[1]}"

    async def _security(self, charger: Charger, words: list[str]) -> str:
        if not isinstance(charger, SecuredChargePoint | ChargingStation):
            return NOT_SECURED
        if words:
            profile = int(words[0])
            if profile not in range(4):
                raise ValueError(f"security profiles are 0 to 3, not {profile}")
            await charger.enter_security(profile, *words[1:2])
        return charger.identity.summary()

    async def _address(self, charger: Charger, words: list[str]) -> str | None:
        if not words:
            return f"it is {charger.link.url}"
        await charger.enter_address(charger.make_url(words[0]))
        return None

    async def _sign(self, charger: Charger, words: list[str]) -> str:
        if not isinstance(charger, SecuredChargePoint | ChargingStation):
            return NOT_SECURED
        return await charger.request_certificate()

    async def _speed(self, charger: Charger, words: list[str]) -> str:
        if words:
            charger.clock.factor = float(words[0])
        return f"time passes {charger.clock.factor:g} times as fast"

    async def _status(self, charger: Charger, words: list[str]) -> str:
        lines = [charger.summary()]
        for connector in charger.connectors[1:]:
            connector.update()
            soc = "no car" if connector.soc is None else f"{connector.soc:.1f} %"
            lines.append(
                f"  {connector.number}: {connector.status}, {soc}, "
                f"{connector.power_w / 1000:.2f} kW of "
                f"{connector.offered_current:g} A x {connector.offered_phases}, "
                f"meter {connector.register_wh / 1000:.3f} kWh"
            )
        return "\n".join(lines)


def _station(charger: Charger) -> ChargingStation:
    """Return a charger of OCPP 2. Raise ValueError for another."""
    if isinstance(charger, ChargingStation):
        return charger
    raise ValueError("that is for OCPP 2")


def _number(words: list[str]) -> tuple[int, list[str]]:
    if words and words[0].isdecimal():
        return int(words[0]), words[1:]
    return 1, words
