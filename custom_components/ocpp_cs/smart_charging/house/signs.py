"""The signs of phase currents from a meter that reports them without a sign."""

from itertools import product
from typing import Final

type Amps = tuple[float, float, float]

_PATTERNS: Final = tuple(product((1.0, -1.0), repeat=3))
_NEGATIVE_A: Final = -0.3
"""A smaller value is noise around zero, no sign."""
_SIGNED_S: Final = 86_400.0
"""A meter that reported a negative current counts as signed for this time."""
_NOISE_W: Final = 60.0
_VOLTAGE_PART: Final = 0.08
"""The deviation of the voltage, as a part of the power."""
_REACTIVE_PART: Final = 0.03
"""The reactive part of the currents, which is in no power."""
_WHOLE: Final = 1.0
_FINE: Final = 0.1
_MOVED_A: Final = 1.0
_MOVED_PART: Final = 0.2


class Signs:
    """Recognizes which phases export, as the sum of the phases is the grid power."""

    def __init__(self, voltage_v: float) -> None:
        """Start without a reading."""
        self._voltage = voltage_v
        self._step = _WHOLE
        self._signed_at: float | None = None

    def signed(
        self, amps: Amps, then: Amps | None, grid_w: float | None, now: float
    ) -> Amps:
        """Return the currents with signs, negative for export.

        Of the eight patterns of signs, those count whose sum fits the power of the
        grid. Where several fit, a phase exports only if it does in all of them; where
        none fits, all phases import: the worst case for a fuse.

        Args:
            amps: The newest currents on L1 to L3.
            then: The currents at the time of `grid_w`; None if they are unknown.
            grid_w: The power of the grid at that time; None if it is unknown.
            now: The time in s.
        """
        if min(amps) < _NEGATIVE_A:
            self._signed_at = now
        if self._signed_at is not None and now - self._signed_at < _SIGNED_S:
            self._signed_at = min(self._signed_at, now)
            return amps
        amps = abs(amps[0]), abs(amps[1]), abs(amps[2])
        if self._step == _WHOLE and any(abs(a - round(a)) > 0.01 for a in amps):
            self._step = _FINE
        if grid_w is None or then is None:
            return amps
        exports = self._exporting(then, grid_w)
        one, two, three = (
            -new if exports and new - old <= max(_MOVED_A, _MOVED_PART * old) else new
            for new, old, exports in zip(amps, then, exports, strict=True)
        )
        return one, two, three

    def _exporting(self, amps: Amps, grid_w: float) -> tuple[bool, bool, bool]:
        """Return for each phase whether it exports in all patterns that fit."""
        voltage = self._voltage
        tolerance = (
            _NOISE_W
            + 1.5 * self._step * voltage
            + _VOLTAGE_PART * abs(grid_w)
            + _REACTIVE_PART * voltage * (amps[0] + amps[1] + amps[2])
        )
        fitting = [
            (one, two, three)
            for one, two, three in _PATTERNS
            if abs(grid_w - voltage * (one * amps[0] + two * amps[1] + three * amps[2]))
            <= tolerance
        ]
        if not fitting:
            return False, False, False
        one, two, three = (
            all(pattern[phase] < 0 for pattern in fitting) for phase in range(3)
        )
        return one, two, three
