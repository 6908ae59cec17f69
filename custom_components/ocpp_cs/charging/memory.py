"""What is kept over a restart: the charge modes, and the state of the control."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..chargers.charger import Charger
from ..chargers.store import Memory
from ..csms.limits.intent import Intent
from ..migration.migration import control_key
from ..smart_charging.control import ChargeControl
from ..smart_charging.meter import number
from ..smart_charging.model import ChargeMode
from .points import ControlPoint

_MODES: Final = "charge_modes"
_STATE: Final = "charge_control"

_OFTEN_S: Final = 60.0
"""While a car charges, how old what is kept may become: a restart may be a crash, and
what is older than a silent meter is believed for is thought over from the start."""


class ControlMemory:
    """Remembers the modes at once, and the state of the control seldom."""

    def __init__(self, memory: Memory) -> None:
        """Know nothing of any charger yet."""
        self._memory = memory
        self._known: dict[str, tuple[float | None, Any]] = {}
        """By key when something was known last, and what: `ChargeControl.as_dict`."""
        self._saved: dict[str, tuple[float, Any]] = {}
        """By charge point when it was saved last, and the gist of that."""

    # What was.

    def load(self, charger: Charger) -> dict[int, ChargeMode]:
        """Return the modes of those connectors of a charger that are not in manual."""
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

    def careful(self, point: ControlPoint) -> Intent:
        """Return what it was told last, or else the least, until more is known."""
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
            # Not to be free, which would be three.
            phases=1 if car.get("told_phases") == 1 else 3,
        )

    def note(self, control: ChargeControl) -> None:
        """Take note of what a control knows that is going to be replaced."""
        kept = control.as_dict()
        self._known |= {key: (kept["at"], one) for key, one in kept["chargers"].items()}

    def restore(self, control: ChargeControl, now: float) -> None:
        """Let a new control go on where the one before it was."""
        for key, (at, one) in self._known.items():
            control.restore({"version": 1, "at": at, "chargers": {key: one}}, now)

    # What will be.

    def remember_modes(self, charger: Charger, points: Iterable[ControlPoint]) -> None:
        """Keep the modes of a charger; `points` may have others as well."""
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
        """Keep what matters: seldom, as a control changes something all the time."""
        kept = control.as_dict()
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


def _gist(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what of a charger's state must not be lost."""
    car = one["car"]
    return (
        bool(car["told_a"]),
        car["told_phases"],
        car["full"],
        car["usual"],
        one["cut_at"],
        one["sun"]["on"],
    )
