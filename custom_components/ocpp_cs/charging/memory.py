"""Persistence of the charge modes and the state of the control."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..chargers.charger import Charger
from ..chargers.naming import identifier
from ..chargers.store import SERVER, Memory
from ..csms.limits.intent import Intent
from ..migration.migration import control_key
from ..smart_charging.control import ChargeControl
from ..smart_charging.model import ChargeMode, Split
from ..smart_charging.numbers import number
from .points import ControlPoint

_MODES: Final = "charge_modes"
_STATE: Final = "charge_control"
_SPLIT: Final = "split"

_OFTEN_S: Final = 60.0
"""The maximum age in s of the stored state while a vehicle charges.

A restart may be a crash, and state that is older than the stale time of a meter is not
resumed.
"""
_STRICTER_W: Final = 100.0
"""A limit from outside that is lower by so much is stored at once."""
_SELDOM_S: Final = 600.0
"""The maximum age in s of the stored state of the house while a vehicle charges."""
_IDLE_S: Final = 21_600.0
"""The same while none does; the state changes all the time."""


class ControlMemory:
    """Stores the modes at once, and the state of the control seldom."""

    def __init__(self, memory: Memory) -> None:
        """Start without data."""
        self._memory = memory
        self._known: dict[str, tuple[float | None, Any]] = {}
        """By connector key: the time and the data of `ChargeControl.as_dict`."""
        self._saved: dict[str, tuple[float, Any]] = {}
        """By charge point: the time and the gist of the last save."""
        kept = memory.get(SERVER, _STATE)
        self._house: Any = kept.get("house") if isinstance(kept, Mapping) else None
        """The part of `ChargeControl.as_dict` that is of no charger."""
        self._house_saved_at = 0.0
        self._house_gist: tuple[Mapping[str, Any], Any] = {}, None

    # Restoring.

    def load(self, charger: Charger) -> dict[int, ChargeMode]:
        """Return the modes of a charger's connectors that are not in manual mode."""
        charge_point_id = charger.charge_point.id
        kept = self._memory.get(charge_point_id, _STATE)
        if isinstance(kept, Mapping) and isinstance(kept.get("chargers"), Mapping):
            at = number(kept.get("at"))
            self._known |= {
                control_key(charge_point_id, key): (at, one)
                for key, one in kept["chargers"].items()
            }
        modes = self._memory.get(charge_point_id, _MODES)
        return {
            int(text): ChargeMode(value)
            for text, value in (modes if isinstance(modes, Mapping) else {}).items()
            if text.isdecimal()
            and isinstance(value, str)
            and value in ChargeMode
            and value != ChargeMode.MANUAL
        }

    def ceiled(self, charger: Charger) -> list[int]:
        """Return the connectors of a charger that had a limit in manual mode.

        It came from outside, as nothing else limits a charger there. `load` comes first.
        """
        house = self._house if isinstance(self._house, Mapping) else {}
        if not house.get("ceilings"):
            return []
        charge_point_id = charger.charge_point.id
        modes = self.load(charger)
        result = []
        for key, (_, kept) in self._known.items():
            number_text = key.rpartition("/")[2]
            car = kept.get("car") if isinstance(kept, Mapping) else None
            if (
                number_text.isdecimal()
                and key == identifier(charge_point_id, int(number_text))
                and int(number_text) not in modes
                and isinstance(car, Mapping)
                and car.get("told_a") is not None
            ):
                result.append(int(number_text))
        return result

    def careful(self, point: ControlPoint) -> Intent:
        """Return the last limit, or else the lowest one, until the control decides."""
        limiter = point.connector.limiter
        _, kept = self._known.get(point.key, (None, None))
        car = kept.get("car") if isinstance(kept, Mapping) else None
        if not isinstance(car, Mapping):
            car = {}
        told = number(car.get("told_a"))
        if limiter.user_intent.paused:
            return Intent(paused=True)
        if point.mode is ChargeMode.FAST and told is None:
            return limiter.user_intent
        if point.mode is ChargeMode.MIN_SOLAR and told is None:
            return Intent(
                limit_a=limiter.minimum, phases=limiter.user_intent.phases or 1
            )
        if not told or point.mode is ChargeMode.OFF:
            return Intent(paused=True)
        limit = limiter.user_intent.limit_a
        return Intent(
            limit_a=told if limit is None else min(told, limit),
            # Not None, which would allow three.
            phases=1 if car.get("told_phases") == 1 else 3,
        )

    def note(self, control: ChargeControl) -> None:
        """Save the state of a control that will be replaced."""
        kept = control.as_dict()
        self._house = kept["house"]
        self._known |= {key: (kept["at"], one) for key, one in kept["chargers"].items()}

    def restore(self, control: ChargeControl, now: float) -> None:
        """Restore the state of the previous control in a new one."""
        control.restore({"version": 2, "house": self._house}, now)
        for key, (at, one) in self._known.items():
            control.restore({"version": 2, "at": at, "chargers": {key: one}}, now)

    def split(self) -> Split:
        """Return what decides which charger comes first."""
        kept = self._memory.get(SERVER, _SPLIT)
        known = isinstance(kept, str) and kept in Split
        return Split(kept) if known else Split.PRIORITY

    # Storing.

    def remember_split(self, split: Split) -> None:
        """Store what decides which charger comes first."""
        self._memory.async_set(SERVER, _SPLIT, split.value)

    def remember_modes(self, charger: Charger, points: Iterable[ControlPoint]) -> None:
        """Store the modes of a charger; `points` may contain other chargers."""
        modes = {
            str(point.connector.number): point.mode.value
            for point in points
            if point.charger is charger and point.mode is not ChargeMode.MANUAL
        }
        self._memory.async_set(charger.charge_point.id, _MODES, modes)

    def remember_state(
        self,
        control: ChargeControl,
        points: Iterable[ControlPoint],
        *,
        always: bool = False,
    ) -> None:
        """Store the state if it matters: seldom, as it changes all the time."""
        kept = control.as_dict()
        self._remember_house(kept, always=always)
        chargers: dict[str, dict[str, Any]] = {}
        for point in points:
            own = chargers.setdefault(point.charger.charge_point.id, {})
            if (one := kept["chargers"].get(point.key)) is not None:
                own[point.key] = one
        for charge_point_id, own in chargers.items():
            gist = {key: _gist(one) for key, one in own.items()}
            saved_at, saved = self._saved.get(charge_point_id, (0.0, None))
            charges = any(one["car"]["told_a"] for one in own.values())
            if (
                always
                or saved != gist
                or (charges and not 0 <= kept["at"] - saved_at < _OFTEN_S)
            ):
                self._saved[charge_point_id] = kept["at"], gist
                self._memory.async_set(
                    charge_point_id, _STATE, {"at": kept["at"], "chargers": own}
                )

    def _remember_house(self, kept: Mapping[str, Any], *, always: bool) -> None:
        at = kept["at"]
        ceilings, begin = kept["house"]["ceilings"], kept["house"]["peak"].get("begin")
        before, begun = self._house_gist
        age = None if at is None else at - self._house_saved_at
        charges = any(one["car"]["told_a"] for one in kept["chargers"].values())
        enough = _SELDOM_S if charges else _IDLE_S
        if ceilings != before:
            # A box may tell another number each second.
            enough = _OFTEN_S
        # Limits from outside and the peak must not be forgotten by a crash.
        urgent = always or begin != begun or _stricter(ceilings, before)
        if age is None or (not urgent and 0 <= age < enough):
            return
        self._house_saved_at, self._house_gist = at, (ceilings, begin)
        self._memory.async_set(SERVER, _STATE, {"house": kept["house"]})


def _stricter(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Return whether a limit is new, or clearly lower than before."""
    return any(
        key not in before or one["w"] < before[key]["w"] - _STRICTER_W
        for key, one in now.items()
    )


def _gist(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the part of a charger's state that must not be lost."""
    car = one["car"]
    return (
        bool(car["told_a"]),
        car["told_phases"],
        car["full"],
        car["usual"],
        car["lines"],
        car["id"],
        car["attempts"],
        # Smaller changes are not worth a write.
        sorted((lines, round(share, 1)) for lines, share in car["shares"].items()),
        one["cut_at"],
        one["sun"]["on"],
    )
