"""Derive totals of measurands that are reported per phase only.

Power and energy: the sum of the phases. Current: the largest, as fuses and limits are
per phase. Voltage and the rest: the mean, without phases that are not in use (at 0 V
where another one has 230 V).

A total that the charge point sends takes precedence, in any order of the samples. It
counts until phases were reported without it at three later times: a total that is only
sent at the start of a transaction must not remain. Registers are an exception: the
total and the sum of phases may differ by a few Wh, and a register that falls would be
taken as a new meter. For the same reason a register is derived only when all three
phases are known, or when the known ones are reported a second time.

The contents of a message are a mask with four bits for each measurand: the lowest for
its total, the next three for its phases. With three currents and a total power, the
total of the current has to be derived:

                         current  power  energy
    mask                    1110   0001    0000
    without_total(mask)     0001   0000    0000
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from .measurands import MEASURANDS, PHASE_NAMES, Combine, Quantity

_PATIENCE: Final = 3
_HAIR: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Family:
    """A measurand with its phases.

    `bit` is the bit of the total in a mask, the next three bits are those of the
    phases.
    """

    bit: int
    key: str
    quantity: Quantity
    phase_keys: tuple[str, ...]
    shift: int
    """The shift that makes the bits of the phases the lowest ones."""


# In the lowest 30 bits, which fit in one digit of a Python int and are faster.
_OFTEN = ("energy", "power", "current", "voltage", "soc", "temperature", "frequency")
_QUANTITIES = dict(MEASURANDS.values())

FAMILIES: Final = {
    key: Family(
        1 << 4 * index,
        key,
        _QUANTITIES[key],
        tuple(f"{key}_{phase}" for phase in PHASE_NAMES),
        4 * index + 1,
    )
    for index, key in enumerate(dict.fromkeys((*_OFTEN, *_QUANTITIES)))
}
TOTALS: Final = sum(family.bit for family in FAMILIES.values())
REGISTER: Final = FAMILIES["energy"].bit
FLOW: Final = sum(
    0b1111 * FAMILIES[key].bit
    for key in ("power", "power_export", "current", "current_export")
)
"""The bits of power and current, in total and by phase."""
_REGISTERS = sum(family.bit for family in FAMILIES.values() if family.quantity.register)
_BY_BIT = {family.bit: family for family in FAMILIES.values()}


def bits_of(key: str, own_key: str) -> int:
    """Return the bit of a total or a phase in a mask; 0 if it has none.

    bits_of("energy", "energy")        ->  0b0001
    bits_of("energy", "energy_l2")     ->  0b0100
    bits_of("voltage", "voltage_l1_l2")  ->  0
    """
    family = FAMILIES[key]
    if own_key == key:
        return family.bit
    if own_key in family.phase_keys:
        return family.bit << 1 + family.phase_keys.index(own_key)
    return 0


def without_total(mask: int) -> int:
    """Return the bits of totals that are missing while phases are present.

    without_total(0b0000_0110)  ->  0b0001  (L1 and L2, and no total)
    without_total(0b0000_0111)  ->  0b0000  (the total came, too)
    """
    return (mask >> 1 | mask >> 2 | mask >> 3) & TOTALS & ~mask


def rounded(steps: float, quantity: Quantity) -> float:
    """Round a value in steps and convert it to the native unit.

    A quotient of whole numbers is used, so that 15.9 stays 15.9; -0.0 becomes 0.0.
    """
    whole = round(steps)
    if quantity.fine and -10 < whole < 10:
        return round(steps * 10) / (quantity.resolution * 10)
    return whole / quantity.resolution


def combined(quantity: Quantity, phases: list[float]) -> float:
    """Derive a total from the known phases (at least one)."""
    match quantity.combine:
        case Combine.SUM:
            total = sum(phases)
        case Combine.LARGEST:
            total = max(phases)
        case Combine.MEAN:
            if quantity.idle is not None:
                least = max(quantity.idle + _HAIR, quantity.share * max(phases))
                phases = [value for value in phases if value >= least] or phases
            total = sum(phases) / len(phases)
    return rounded(total * quantity.resolution, quantity)


@dataclass(slots=True)
class _State:
    time: datetime | None = None
    tick: int = 0
    seen: list[int] = field(default_factory=lambda: [0, 0, 0])
    total_tick: int = 0
    total_rank: int | None = None


class Totals:
    """Derive the missing totals of one connector."""

    def __init__(self) -> None:
        """Create totals without a known state."""
        self.fresh = 0
        """The bits of totals received since the last `derive`; the meter adds to it."""
        self._states: dict[int, _State] = {}

    def reset(self) -> None:
        """Forget which totals the charge point sends, except registers."""
        self.fresh &= _REGISTERS
        self._states = {
            bit: state for bit, state in self._states.items() if bit & _REGISTERS
        }

    def knows(self, bit: int) -> bool:
        """Return whether the charge point has sent this total."""
        state = self._states.get(bit)
        return bool(self.fresh & bit) or (
            state is not None and state.total_rank is not None
        )

    def note_total(self, bit: int, rank: int) -> None:
        """Record a total of a location other than the best one."""
        state = self._states.setdefault(bit, _State())
        state.total_rank = rank
        state.total_tick = state.tick

    def derive(
        self,
        pending: int,
        mask: int,
        time: datetime,
        values: Mapping[str, float],
        ranks: Mapping[str, int],
    ) -> list[tuple[Family, float]]:
        """Derive the totals of phases that were reported without a total.

        Args:
            pending: The bits of the missing totals: see `without_total`.
            mask: The bits of the reported totals and phases.
            time: The time of the entry.
            values: Key -> latest value, for the phases.
            ranks: Key -> rank of its location.

        Returns:
            Each family with its total in the native unit.
        """
        result = []
        while pending:
            bit = pending & -pending
            pending ^= bit
            family = _BY_BIT[bit]
            phases = self._phases(family, mask, time, values, ranks)
            if phases:
                result.append((family, combined(family.quantity, phases)))
        return result

    def _phases(
        self,
        family: Family,
        mask: int,
        time: datetime,
        values: Mapping[str, float],
        ranks: Mapping[str, int],
    ) -> list[float]:
        """Return the phases to derive a total from; empty to derive none."""
        bit = family.bit
        if (state := self._states.get(bit)) is None:
            state = self._states[bit] = _State()
        if self.fresh & bit:
            self.fresh ^= bit
            state.total_rank = 0
            state.total_tick = state.tick
        if state.time != time:
            state.time = time
            state.tick += 1
        tick, seen = state.tick, state.seen
        which = mask >> family.shift & 0b111
        if which == 0b111:
            seen[:] = tick, tick, tick
        else:
            for index in range(3):
                if which & 1 << index:
                    seen[index] = tick
        register = family.quantity.register
        if state.total_rank is not None:
            rank = min(ranks[key] for key in family.phase_keys if key in ranks)
            recent = tick - state.total_tick < _PATIENCE
            if register or (recent and state.total_rank <= rank):
                return []
        if which == 0b111:
            one, two, three = family.phase_keys
            return [values[one], values[two], values[three]]
        if register:
            if tick < 2 and 0 in seen:
                return []
            oldest = 0
        else:
            oldest = max(tick - _PATIENCE, 0)
        return [
            values[key]
            for key, last in zip(family.phase_keys, seen, strict=True)
            if last > oldest
        ]
