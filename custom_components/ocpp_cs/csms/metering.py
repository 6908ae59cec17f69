"""What the meter of a connector says: sampled values in, measurements out."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from .deviations import Deviations
from .measurands import DEFAULT_MEASURAND, listed
from .phases import FAMILIES, REGISTER, TOTALS, Totals, rounded
from .replay import ReplayClock
from .samples import Detail, Kind, Slot, clip, describe, kind_of, read_steps, slot_of
from .timestamps import parse_time

type Json = dict[str, Any]

DEFAULT_CONTEXT: Final = "Sample.Periodic"
# A charger has some twenty kinds of samples; one that makes up new ones all the time
# shall not fill the memory.
_KINDS_KEPT: Final = 300
_UNREADABLE: Final = (OverflowError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class RegisterSample:
    """One total of Energy.Active.Import.Register, by the charger's clock (UTC)."""

    time: datetime
    context: str
    wh: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message changed: keys of `Meter.values`, and the registers it held."""

    changed: set[str]
    registers: tuple[RegisterSample, ...]
    live: bool
    """Whether any of it was of now rather than replayed."""


class Meter:
    """The meter of one connector.

    `values` has the latest of each key in native units (W, Wh, A, V, Hz, °C, %, var,
    varh), rounded so that noise does not show: 1 W (0.1 W below 10 W), 1 Wh, 0.01 A,
    0.1 V, 0.01 Hz, 0.1 °C, 0.1 %, 0.001 for the power factor. Keys: `power`,
    `energy`, `current`, `voltage`, `current_offered`, `power_offered`, `frequency`,
    `power_factor`, `temperature`, `soc`, `rpm`, `power_export`, `energy_export`,
    `current_export`, `power_reactive_import` and `_export`, `energy_reactive_import`
    and `_export`, `energy_interval`, `energy_export_interval`,
    `energy_reactive_import_interval`, `energy_reactive_export_interval`; each with
    `_l1` to `_l3` for phases but frequency, temperature, soc and rpm;
    `voltage_l1_l2`, `_l2_l3` and `_l3_l1` between lines. phases.py says how totals
    follow from phases.
    """

    listed = staticmethod(listed)

    def __init__(
        self, deviations: Deviations, scale: Mapping[str, float] | None = None
    ) -> None:
        """Start without values; for `scale` see `set_scale`."""
        self.values: dict[str, float] = {}
        self.thousandths = False
        """Whether temperatures beyond all measure are in thousandths of a degree."""
        self._deviations = deviations
        self._scale = scale or {}
        self._slots: dict[Kind, Slot] = {}
        self._details: dict[Kind, Detail] = {}
        # Values of phases that have no key: 50 Hz is 50 Hz.
        self._hidden: dict[str, float] = {}
        self._ranks: dict[str, int] = {}
        self._totals = Totals()
        self._clock = ReplayClock()

    def set_scale(self, scale: Mapping[str, float]) -> None:
        """Multiply what the charger sends, by key (`temperature`: 0.001).

        The key of a total holds for its phases too unless they have their own.
        """
        self._scale = scale
        self._slots.clear()
        self._details.clear()

    def reset_clock(self) -> None:
        """Begin anew with a connection or a boot: clock, and which totals are sent."""
        self._clock.reset()
        self._totals.reset()

    def clear_live(self) -> set[str]:
        """Forget all but the registers, which stay true; gives the keys that went."""
        gone = {
            key
            for key in self.values
            if not (key.startswith("energy") and "interval" not in key)
        }
        for key in gone:
            del self.values[key]
        self._hidden.clear()
        self._totals.reset()
        return gone

    def end_flow(self) -> set[str]:
        """Put power and current to 0, as nothing flows; gives the keys that changed.

        Most charge points send no meter values outside of transactions, so that the
        last ones of a transaction would stay for good.
        """
        ended = {key for key, value in self.values.items() if value and _is_flow(key)}
        self.values |= dict.fromkeys(ended, 0.0)
        return ended

    def update(self, meter_value: list[Json], *, now: datetime) -> Reading:
        """Take `meterValue` of MeterValues or `transactionData` of StopTransaction.

        It must be right by the schema, or have been through `salvage`. Historic
        entries (see replay.py) give registers but no values. What cannot be used is
        ignored and counted.
        """
        registers: list[tuple[int, RegisterSample]] = []
        changed: set[str] = set()
        if len(meter_value) == 1:
            live = self._entry(meter_value[0], now, changed, registers)
        else:
            live = False
            before = self.values.copy()
            undated = datetime.max.replace(tzinfo=UTC)
            for entry in sorted(
                meter_value,
                key=lambda entry: parse_time(entry["timestamp"]) or undated,
            ):
                live |= self._entry(entry, now, changed, registers)
            changed = {key for key in changed if self.values[key] != before.get(key)}
        if not registers:
            return Reading(changed, (), live)
        best = self._ranks.get("energy", 0)
        return Reading(
            changed, tuple(sample for rank, sample in registers if rank <= best), live
        )

    def _entry(
        self,
        entry: Json,
        now: datetime,
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> bool:
        """Take one entry; return whether it was live."""
        if (time := parse_time(entry["timestamp"])) is None:
            self._deviations.note("meter_value_timestamp", clip(entry["timestamp"]))
            time = now
        elif self._clock.is_historic(time, now):
            self._replay(entry["sampledValue"], time, registers)
            return False
        values = self.values
        slots = self._slots
        mask = 0
        for sample in entry["sampledValue"]:
            get = sample.get
            # As kind_of does, without the call: this line runs more often than any.
            kind = (
                get("measurand"),
                get("phase"),
                get("unit"),
                get("location"),
                get("format"),
            )
            if (slot := slots.get(kind)) is None:
                mask |= self._odd_sample(kind, sample, time, changed, registers)
                continue
            key, scale, shift, resolution, low, high, fine, bits = slot
            try:
                number = float(sample["value"]) * scale + shift
                steps = round(number)
            except _UNREADABLE:
                steps = None
            if steps is None or not low <= steps <= high:
                mask |= self._odd_sample(kind, sample, time, changed, registers)
                continue
            if fine and -10 < steps < 10:
                value = round(number * 10) / (resolution * 10)
            else:
                value = steps / resolution
            if values.get(key) != value:
                values[key] = value
                changed.add(key)
            mask |= bits
            if bits == REGISTER:
                registers.append((0, _register(sample, time, number)))
        self._totals.fresh |= mask & TOTALS
        if (mask >> 1 | mask >> 2 | mask >> 3) & TOTALS & ~mask:
            self._derive(mask, time, entry["sampledValue"], changed, registers)
        return True

    def _odd_sample(
        self,
        kind: Kind,
        sample: Json,
        time: datetime,
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> int:
        """Take a sample that is new or in some way not ordinary; gives its bits."""
        detail = self._detail(kind)
        steps = read_steps(
            detail, sample, self._deviations, thousandths=self.thousandths
        )
        if steps is None or not self._is_best(detail):
            return 0
        assert detail.quantity is not None  # as there is a value
        key, rank, bits = detail.key, detail.rank, detail.bits
        if not rank and not detail.hidden and kind not in self._slots:
            self._slots[kind] = slot_of(detail, detail.quantity)
        if rank and bits & TOTALS:
            self._totals.note_total(bits, rank)
            bits = 0
        target = self._hidden if detail.hidden else self.values
        result = rounded(steps, detail.quantity)
        if target.get(key) != result:
            target[key] = result
            if not detail.hidden:
                changed.add(key)
        if detail.bits == REGISTER:
            registers.append((rank, _register(sample, time, steps)))
        return bits

    def _detail(self, kind: Kind) -> Detail:
        if (detail := self._details.get(kind)) is None:
            if len(self._details) >= _KINDS_KEPT:
                self._details.clear()
                self._slots.clear()
            detail = self._details[kind] = describe(kind, self._scale)
        return detail

    def _is_best(self, detail: Detail) -> bool:
        """Tell whether this location is the best so far for what it measures."""
        rank = detail.rank
        keys: tuple[str, ...] = (detail.key,)
        if rank and detail.bits & TOTALS:
            family = FAMILIES[detail.base]
            if not family.quantity.register:
                keys += family.phase_keys
        if any(self._ranks.get(key, rank) < rank for key in keys):
            return False
        self._ranks[detail.key] = rank
        return True

    def _derive(
        self,
        mask: int,
        time: datetime,
        samples: list[Json],
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        phases = ChainMap(self._hidden, self.values) if self._hidden else self.values
        for family, value in self._totals.derive(mask, time, phases, self._ranks):
            if self.values.get(family.key) != value:
                self.values[family.key] = value
                changed.add(family.key)
            if family.bit == REGISTER:
                sample = next(sample for sample in samples if _is_register(sample))
                registers.append((0, _register(sample, time, value)))

    def _replay(
        self,
        samples: list[Json],
        time: datetime,
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        """Take the registers of a historic entry, and nothing else."""
        phases = []
        found = False
        for sample in samples:
            if not _is_register(sample):
                continue
            detail = self._detail(kind_of(sample))
            value = read_steps(detail, sample, self._deviations)
            if value is None or not self._is_best(detail):
                continue
            if detail.bits == REGISTER:
                found = True
                registers.append((detail.rank, _register(sample, time, value)))
            else:
                phases.append((sample, value))
        if phases and not found and not self._totals.knows(REGISTER):
            total = sum(value for _, value in phases)
            registers.append((0, _register(phases[0][0], time, total)))


def _is_flow(key: str) -> bool:
    return key.startswith(("power", "current")) and not key.startswith(
        ("power_factor", "power_offered", "current_offered")
    )


def _is_register(sample: Json) -> bool:
    measurand: str | None = sample.get("measurand")
    return measurand is None or measurand == DEFAULT_MEASURAND


def _register(sample: Json, time: datetime, wh: float) -> RegisterSample:
    """Make a register of a value in steps, which are whole Wh; mWh are kept."""
    return RegisterSample(time, sample.get("context", DEFAULT_CONTEXT), round(wh, 3))
