"""Convert the samples of a connector's meter to measurements."""

from collections import ChainMap
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import nan
from typing import Any, Final, NamedTuple

from ..model.deviations import Deviations
from ..model.sample import MeterValue, Sample
from .continuity import Channel, Continuity
from .measurands import DEFAULT_MEASURAND, EXPORT_MEASURAND
from .phases import FAMILIES, FLOW, REGISTER, TOTALS, Totals, rounded, without_total
from .replay import LAG, ReplayClock
from .samples import (
    BEGIN,
    Detail,
    Kind,
    Slot,
    describe,
    energy_readings,
    kind_of,
    meaning,
    read_steps,
    slot_of,
)

DEFAULT_CONTEXT: Final = "Sample.Periodic"
# A charge point has about twenty kinds of samples; one that keeps inventing new kinds
# must not fill the memory.
_KINDS_KEPT: Final = 300
_DERIVED: Final = ("derived",)
_NEUTRAL: Final = ("neutral",)
_CLOSING: Final = ("closing",)
_DAY: Final = timedelta(days=1)


type _Register = tuple[str, Kind, Sample, float, int, bool]
"""A register reading of an entry: key, kind, sample, Wh or varh, rank, and whether it
is the total of the energy register."""


class RegisterSample(NamedTuple):
    """A total of Energy.Active.Import.Register, by the charge point's clock (UTC)."""

    time: datetime
    context: str
    wh: float


class Reading(NamedTuple):
    """The result of a message: changed keys of `Meter.values`, and its registers."""

    changed: set[str]
    registers: tuple[RegisterSample, ...]
    live: bool
    """True if any of it was current rather than replayed."""
    flow: bool = False
    """True if it contained a power or a current, even if unchanged."""


class Meter:
    """The meter of one connector.

    `values` has the latest value of each key in native units (W, Wh, A, V, Hz, °C, %,
    var, varh), rounded to hide noise: 1 W (0.1 W below 10 W), 1 Wh, 0.01 A,
    0.1 V, 0.01 Hz, 0.1 °C, 0.1 %, 0.001 for the power factor. Keys: `power`,
    `energy`, `current`, `voltage`, `current_offered`, `power_offered`, `frequency`,
    `power_factor`, `temperature`, `soc`, `rpm`, `power_export`, `energy_export`,
    `current_export`, `power_reactive_import` and `_export`, `energy_reactive_import`
    and `_export`, `energy_interval`, `energy_export_interval`,
    `energy_reactive_import_interval`, `energy_reactive_export_interval`; each with
    `_l1` to `_l3` for phases but frequency, temperature, soc and rpm;
    `voltage_l1_l2`, `_l2_l3` and `_l3_l1` between lines. phases.py describes how totals
    are derived from phases.
    """

    def __init__(self, deviations: Deviations) -> None:
        """Create a meter without values."""
        self.values: dict[str, float] = {}
        self.thousandths = False
        """True if implausible temperatures are in thousandths of a degree."""
        self._deviations = deviations
        self._slots: dict[Kind, Slot] = {}
        self._details: dict[Kind, Detail] = {}
        # Values of phases without a key of their own, such as the frequency.
        self._hidden: dict[str, float] = {}
        self._ranks: dict[str, int] = {}
        self._totals = Totals()
        self._clock = ReplayClock()
        self._registers: dict[str, Continuity] = {}
        # Samples of the neutral conductor in the current entry.
        self._of_neutral: list[tuple[Detail, Kind, Sample]] = []
        # Registers taken from the neutral conductor, or from the sum of phases.
        self._makeshift: dict[str, Channel] = {}
        self._neutral_since: dict[str, datetime] = {}
        self._turn = 0
        self._in_session = False
        self._flow = False
        self._began: datetime | None = None
        self.still_since: datetime | None = None
        """The time since which no current flows, by the charge point's clock."""

    def reset_clock(self) -> None:
        """Forget clock and known totals, after a new connection or a boot."""
        self._clock.reset()
        self._totals.reset()

    def began(self, wh: float | None, start: datetime) -> None:
        """Record the register and the time of the start of a transaction.

        Args:
            wh: The meter start in Wh; None if not reported.
            start: The time of the start.
        """
        self._began = start
        if wh is not None:
            if (known := self._registers.get("energy")) is None:
                known = self._registers["energy"] = Continuity()
            # In whole Wh, as it is shown (2.x tells decimals).
            known.began(float(round(wh)), start)

    def ended(self, wh: float | None, now: datetime) -> bool:
        """Use the last reading of a transaction; return whether it is now shown.

        It must continue the known register: some charge points count from the start of
        the transaction in one message, and over the meter's life in another.

        Args:
            wh: The meter stop in Wh; None if not reported.
            now: The time by our clock.
        """
        known = self._registers.get("energy")
        shown = nan if wh is None else float(round(wh))
        if known is None or not known.ended(shown, now):
            return False
        if wh is None or "energy" not in self.values:
            return False
        self.values["energy"] = shown
        return True

    def record(self, key: str) -> dict[str, Any] | None:
        """Return the state of a register to keep over a restart, if there is any."""
        known = self._registers.get(key)
        return None if known is None else known.record()

    def load(self, key: str, record: object) -> None:
        """Restore the state of a register from `record`; ignore an invalid one."""
        self._registers.setdefault(key, Continuity()).load(record)

    def end_flow(self) -> set[str]:
        """Set power and current to 0, as no current flows; return the changed keys.

        Most charge points send no meter values outside of transactions, so the last
        values of a transaction would remain. The power factor is removed.
        """
        ended = {key for key, value in self.values.items() if value and _is_flow(key)}
        self.values |= dict.fromkeys(ended, 0.0)
        return ended | self.forget(
            *(key for key in self.values if key.startswith("power_factor"))
        )

    def forget(self, *keys: str) -> set[str]:
        """Remove values that are no longer known; return the removed keys."""
        gone = self.values.keys() & set(keys)
        for key in gone:
            del self.values[key]
        return gone

    def update(
        self,
        meter_values: Sequence[MeterValue],
        *,
        now: datetime,
        in_session: bool = False,
        closing: bool = False,
    ) -> Reading:
        """Process the meter values of one message; count unusable ones as deviations.

        Args:
            meter_values: The entries, of one time or several. Historic entries (see
                `ReplayClock`) update registers but no values.
            now: The time by our clock.
            in_session: Whether the message has the id of a transaction.
            closing: Whether they are the last values of a transaction that has ended;
                these also update registers but no values.

        Returns:
            The changed keys and the registers.
        """
        registers: list[tuple[int, RegisterSample]] = []
        changed: set[str] = set()
        self._in_session = in_session
        self._flow = False
        if closing:
            live = False
            for time, samples in _in_order(meter_values):
                self._replay(samples, time or now, registers)
            self._close(now, changed, registers)
            if "energy_export" in self.values:
                self._close_export(meter_values, now, changed)
        elif len(meter_values) == 1:
            live = self._entry(meter_values[0], now, changed, registers)
        else:
            live = False
            before = self.values.copy()
            for entry in _in_order(meter_values):
                live |= self._entry(entry, now, changed, registers)
            changed = {key for key in changed if self.values[key] != before.get(key)}
        best = self._ranks.get("energy", 0)
        return Reading(
            changed,
            tuple([sample for rank, sample in registers if rank <= best]),
            live,
            self._flow,
        )

    def _close(
        self,
        now: datetime,
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        """Show the last register of a transaction that has ended, as it stays valid."""
        best = self._ranks.get("energy", 0)
        told = [one for rank, one in registers if rank <= best and one.context != BEGIN]
        if told:
            self._turn += 1
            value = float(round(told[-1].wh))
            self._show("energy", value, told[-1].time, now, _CLOSING, changed)

    def _close_export(
        self, meter_values: Sequence[MeterValue], now: datetime, changed: set[str]
    ) -> None:
        """Show the last register of what was given back, likewise."""
        told = [
            (time or now, wh)
            for time, context, wh in energy_readings(
                meter_values, self._deviations, EXPORT_MEASURAND
            )
            if context != BEGIN
        ]
        if told:
            self._turn += 1
            time, wh = max(told)
            value = float(round(wh))
            self._show("energy_export", value, time, now, _CLOSING, changed)

    def _entry(
        self,
        entry: MeterValue,
        now: datetime,
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> bool:
        """Process the samples of one time; return whether they are current."""
        time, samples = entry
        if time is None:
            time = now
        elif self._clock.is_historic(time, now):
            self._replay(samples, time, registers)
            return False
        flow = self._flow
        if is_over := self.still_since is not None and self._is_over(time):
            samples = self._at_rest(samples)
        values = self.values
        slots = self._slots
        mask = 0
        taken: list[_Register] = []
        for sample in samples:
            # As `kind_of`, inlined because it runs for each sample.
            kind = sample[1:5]
            if (slot := slots.get(kind)) is None:
                mask |= self._odd_sample(kind, sample, changed, taken)
                continue
            key, scale, shift, resolution, low, high, fine, bits, register = slot
            number = sample[0] * scale + shift
            # False for NaN.
            if not low <= number <= high:
                mask |= self._odd_sample(kind, sample, changed, taken)
                continue
            mask |= bits
            if register:
                taken.append((key, kind, sample, number, 0, register == 2))
                continue
            steps = round(number)
            if fine and -10 < steps < 10:
                value = round(number * 10) / (resolution * 10)
            else:
                value = steps / resolution
            if values.get(key) != value:
                values[key] = value
                changed.add(key)
        # Usually each sample is usable and has a key of its own.
        if mask.bit_count() != len(samples):
            self._settle(samples, mask, time, changed, taken, registers)
        if is_over:
            self._flow = flow
        elif mask & FLOW:
            self._flow = True
        self._totals.fresh |= mask & TOTALS
        if taken:
            self._take_registers(taken, time, now, changed, registers)
        if pending := without_total(mask):
            self._derive(pending, mask, time, now, samples, changed, registers)
        return True

    def _is_over(self, time: datetime) -> bool:
        """Return whether a flow measured at that time has ended since.

        False if the clock was set back.
        """
        still = self.still_since
        assert still is not None
        return not (
            time > still
            or still - time > LAG
            # Many timestamps are in whole seconds.
            or (time == still and time.microsecond)
        )

    def _at_rest(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """Return samples with power and current set to 0.

        They are not removed, as the connector may have no values yet.
        """
        return [
            sample._replace(value=0.0)
            if _is_flow(self._detail(kind_of(sample)).base)
            else sample
            for sample in samples
        ]

    def _take_registers(
        self,
        taken: list[_Register],
        time: datetime,
        now: datetime,
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        """Show continuous registers, and collect the totals of energy."""
        self._turn += 1
        for key, kind, sample, steps, rank, total in taken:
            context = sample.context
            if total:
                registers.append(
                    (
                        rank,
                        RegisterSample(
                            time, context or DEFAULT_CONTEXT, round(steps, 3)
                        ),
                    )
                )
            if rank and rank > self._ranks[key]:
                continue
            value = float(round(steps))
            known = self._registers.get(key)
            if known is not None and known.goes_on(
                value, time, now, kind, context, self._in_session
            ):
                if self.values.get(key) != value:
                    self.values[key] = value
                    changed.add(key)
            else:
                # A Transaction.Begin reading may be old.
                heard = (self._began or now - _DAY) if context == BEGIN else now
                channel = (*kind, context, self._in_session)
                self._show(key, value, time, heard, channel, changed)

    def _show(
        self,
        key: str,
        value: float,
        time: datetime,
        now: datetime,
        channel: Channel,
        changed: set[str],
    ) -> None:
        source = _NEUTRAL if channel[1:2] == ("N",) else channel
        if source is not _CLOSING and self._makeshift.get(key, source) != source:
            # The register has another source from now on.
            self._registers.pop(key, None)
            del self._makeshift[key]
        if source in (_NEUTRAL, _DERIVED):
            self._makeshift[key] = source
        if (known := self._registers.get(key)) is None:
            known = self._registers[key] = Continuity()
        if not known.take(value, time, now, channel, self._turn):
            self._deviations.note(f"register_held_back:{key}", f"{value} Wh")
        elif self.values.get(key) != value:
            self.values[key] = value
            changed.add(key)

    def _settle(
        self,
        samples: Sequence[Sample],
        mask: int,
        time: datetime,
        changed: set[str],
        taken: list[_Register],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        """Choose among several samples of the same key.

        The one with the newest context counts (see `meaning`), of equal ones the last.
        The current of the neutral conductor counts if there is no other.
        """
        if len({sample.context for sample in samples}) > 1:
            meanings = [meaning(sample) for sample in samples]
            if min(meanings) < max(meanings):
                self._settle_contexts(
                    samples, meanings, time, changed, taken, registers
                )
        if self._of_neutral:
            for one in self._of_neutral:
                self._take_neutral(*one, mask, time, changed, taken)
            self._of_neutral.clear()

    def _settle_contexts(
        self,
        samples: Sequence[Sample],
        meanings: list[int],
        time: datetime,
        changed: set[str],
        taken: list[_Register],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        newest: dict[tuple[str, int], tuple[int, int]] = {}
        last: dict[tuple[str, int], int] = {}
        for index, sample in enumerate(samples):
            detail = self._detail(kind_of(sample))
            if detail.key and not detail.neutral:
                place = detail.key, detail.rank
                last[place] = index
                newest[place] = max(newest.get(place, (0, 0)), (meanings[index], index))
        for place, (_, index) in newest.items():
            if index != last[place]:
                sample = samples[index]
                self._odd_sample(kind_of(sample), sample, changed, [])
        kept = []
        for one in taken:
            key, _, sample, steps, rank, total = one
            if meaning(sample) >= newest.get((key, rank), (0, 0))[0]:
                kept.append(one)
            elif total:
                # It is the register at the start of the transaction.
                registers.append((rank, _register(sample, time, steps)))
        taken[:] = kept

    def _take_neutral(
        self,
        detail: Detail,
        kind: Kind,
        sample: Sample,
        mask: int,
        time: datetime,
        changed: set[str],
        taken: list[_Register],
    ) -> None:
        """Use a sample of N as that of the only phase, unless there are others."""
        if (quantity := detail.quantity) is None:
            return
        family = FAMILIES[detail.base]
        if (
            mask & (family.bit * 0b1111)
            or self._totals.knows(family.bit)
            or any(
                key in self.values or key in self._hidden for key in family.phase_keys
            )
        ):
            return
        place, rank = f"{detail.base}_n", detail.rank
        if (best := self._ranks.get(place, rank)) < rank:
            return
        steps = read_steps(detail, sample, self._deviations)
        # The neutral conductor has no voltage.
        if steps is None or (
            quantity.idle is not None and steps <= quantity.idle * quantity.resolution
        ):
            return
        if best > rank and self._makeshift.get(detail.key) is _NEUTRAL:
            self._registers.pop(detail.key, None)
            taken[:] = [one for one in taken if one[0] != detail.key]
        self._ranks[place] = rank
        if quantity.register:
            # Phases may still follow, and a register must not change its source.
            if self._neutral_since.setdefault(detail.key, time) == time:
                return
            taken.append((detail.key, kind, sample, steps, 0, family.bit == REGISTER))
        elif self.values.get(detail.key) != (result := rounded(steps, quantity)):
            self.values[detail.key] = result
            changed.add(detail.key)

    def _odd_sample(
        self, kind: Kind, sample: Sample, changed: set[str], taken: list[_Register]
    ) -> int:
        """Process a sample of a new or unusual kind; return its bits of the mask."""
        detail = self._detail(kind)
        if detail.neutral:
            self._of_neutral.append((detail, kind, sample))
            return 0
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
        if detail.bits & FLOW:
            self._flow = True
        if detail.quantity.register:
            total = detail.bits == REGISTER
            taken.append((key, kind, sample, steps, rank, total))
            return bits
        target = self._hidden if detail.hidden else self.values
        result = rounded(steps, detail.quantity)
        if target.get(key) != result:
            target[key] = result
            if not detail.hidden:
                changed.add(key)
        return bits

    def _detail(self, kind: Kind) -> Detail:
        if (detail := self._details.get(kind)) is None:
            if len(self._details) >= _KINDS_KEPT:
                self._details.clear()
                self._slots.clear()
            detail = self._details[kind] = describe(kind)
        return detail

    def _is_best(self, detail: Detail) -> bool:
        """Return whether this location has the best rank so far for its key."""
        rank = detail.rank
        keys: tuple[str, ...] = (detail.key,)
        if rank and detail.bits & TOTALS:
            family = FAMILIES[detail.base]
            if not family.quantity.register:
                keys += family.phase_keys
        if any(self._ranks.get(key, rank) < rank for key in keys):
            return False
        if self._ranks.get(detail.key, rank) != rank and detail.bits:
            # Another location is another meter.
            family = FAMILIES[detail.base]
            for key in (family.key, *family.phase_keys):
                self._registers.pop(key, None)
                self._makeshift.pop(key, None)
        self._ranks[detail.key] = rank
        return True

    def _derive(
        self,
        pending: int,
        mask: int,
        time: datetime,
        now: datetime,
        samples: Sequence[Sample],
        changed: set[str],
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        phases = ChainMap(self._hidden, self.values) if self._hidden else self.values
        for family, value in self._totals.derive(
            pending, mask, time, phases, self._ranks
        ):
            if family.quantity.register:
                self._show(family.key, value, time, now, _DERIVED, changed)
            elif self.values.get(family.key) != value:
                self.values[family.key] = value
                changed.add(family.key)
            if family.bit == REGISTER:
                sample = max(filter(_is_register, samples), key=meaning)
                registers.append((0, _register(sample, time, value)))

    def _replay(
        self,
        samples: Sequence[Sample],
        time: datetime,
        registers: list[tuple[int, RegisterSample]],
    ) -> None:
        """Collect the registers of a historic entry, and nothing else."""
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


def _in_order(meter_values: Sequence[MeterValue]) -> list[MeterValue]:
    """Sort meter values by time; merge those of the same time."""
    undated = datetime.max.replace(tzinfo=UTC)

    def time_of(entry: MeterValue) -> datetime:
        return entry.time or undated

    result = []
    for time, entries in groupby(sorted(meter_values, key=time_of), key=time_of):
        same = list(entries)
        if time is undated or len(same) == 1:
            result += same
        else:
            samples = [sample for entry in same for sample in entry.samples]
            result.append(MeterValue(time, samples))
    return result


def _is_flow(key: str) -> bool:
    return key.startswith(("power", "current")) and not key.startswith(
        ("power_factor", "power_offered", "current_offered")
    )


def _is_register(sample: Sample) -> bool:
    return sample.measurand in {None, DEFAULT_MEASURAND}


def _register(sample: Sample, time: datetime, wh: float) -> RegisterSample:
    """Return a register sample; mWh are kept."""
    return RegisterSample(time, sample.context or DEFAULT_CONTEXT, round(wh, 3))
