"""The measurands of OCPP: keys, native units, rounding, and totals of phases.

Native units: W, var, Wh, varh, A, V, Hz, °C, %, rpm, and none for the power factor.
"""

from dataclasses import dataclass
from enum import Enum, auto
import re

PHASE_NAMES = ("l1", "l2", "l3")
DEFAULT_MEASURAND = "Energy.Active.Import.Register"
EXPORT_MEASURAND = "Energy.Active.Export.Register"
DEFAULT_LOCATION = "Outlet"

# If a quantity is measured at several locations, the lowest rank counts.
LOCATIONS = {"Outlet": 0, "Inlet": 1, "Cable": 2, "Body": 3, "EV": 4}


type Units = dict[str | None, tuple[float, float]]
"""Factor and offset from a unit to the native one; None is a missing unit."""


class Combine(Enum):
    """The way to derive a total from phases if the charge point sends none."""

    SUM = auto()
    LARGEST = auto()
    MEAN = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """A physical quantity: units with factor and offset to the native unit.

    Values are rounded to `1 / resolution` of the native unit (with `fine`, to a tenth
    of that below 10 units); values outside of `low` and `high` are invalid.
    """

    units: Units
    resolution: int
    low: float
    high: float
    combine: Combine = Combine.SUM
    fine: bool = False
    any_unit: bool = False
    """True if units that are not listed are ignored."""
    idle: float | None = None
    """Phases at or below this value are not in use and left out of a mean."""
    share: float = 0.0
    """Phases below this share of the highest one are left out as not connected."""
    phases: bool = True
    """True if single phases have keys of their own."""
    register: bool = False
    """True if it only rises, so that its source must not change."""
    per_cent: bool = False
    """True if a value out of range, but not above 100, is taken as per cent."""


def _prefixed(unit: str, *prefixes: str) -> Units:
    factors = {"m": 0.001, "": 1.0, "k": 1e3, "M": 1e6}
    return {f"{prefix}{unit}": (factors[prefix], 0.0) for prefix in prefixes}


_NONE: Units = {None: (1.0, 0.0)}
_WH = _NONE | _prefixed("Wh", "m", "", "k", "M") | _prefixed("VAh", "", "k")
_VARH = _NONE | _prefixed("varh", "", "k", "M") | _prefixed("Wh", "", "k")
_W = _NONE | _prefixed("W", "m", "", "k", "M") | _prefixed("VA", "", "k")
_VAR = _NONE | _prefixed("var", "", "k", "M") | _prefixed("VA", "", "k")
_A = _NONE | _prefixed("A", "m", "", "k")
_V = _NONE | _prefixed("V", "m", "", "k")
_PER_CENT: Units = dict.fromkeys(("Percent", "%"), (0.01, 0.0))
_CELSIUS: Units = dict.fromkeys((None, "Celsius", "Celcius", "C", "°C"), (1.0, 0.0))
_KELVIN: Units = dict.fromkeys(("K", "Kelvin"), (1.0, -273.15))
_FAHRENHEIT: Units = dict.fromkeys(("Fahrenheit", "F", "°F"), (5 / 9, -160 / 9))

# More than 350 kW without a break for three years is no meter of a connector.
_ENERGY = Quantity(units=_WH, resolution=1, low=-1e12, high=1e10, register=True)
_REACTIVE_ENERGY = Quantity(
    units=_VARH, resolution=1, low=-1e12, high=1e12, register=True
)
_ENERGY_INTERVAL = Quantity(units=_WH, resolution=1, low=-1e9, high=1e9, fine=True)
_REACTIVE_INTERVAL = Quantity(units=_VARH, resolution=1, low=-1e9, high=1e9, fine=True)
_POWER = Quantity(units=_W, resolution=1, low=-1e7, high=1e7, fine=True)
_REACTIVE_POWER = Quantity(units=_VAR, resolution=1, low=-1e7, high=1e7, fine=True)
_CURRENT = Quantity(
    units=_A, resolution=100, low=-1e4, high=1e4, combine=Combine.LARGEST
)
# With a single-phase supply two phases are at 0 V, or at up to half the voltage that an
# unloaded wire picks up: they must not count for the mean.
_VOLTAGE = Quantity(
    units=_V,
    resolution=10,
    low=-1e5,
    high=1e5,
    combine=Combine.MEAN,
    idle=50,
    share=0.85,
)
_FREQUENCY = Quantity(
    units=_NONE | _prefixed("Hz", "m", "", "k"),
    resolution=100,
    low=0,
    high=1e3,
    combine=Combine.MEAN,
    any_unit=True,
    idle=1,
    phases=False,
)
_POWER_FACTOR = Quantity(
    units=_NONE | _PER_CENT,
    resolution=1000,
    low=-1.1,
    high=1.1,
    combine=Combine.MEAN,
    any_unit=True,
    idle=0,
    per_cent=True,
)
_TEMPERATURE = Quantity(
    units=_CELSIUS | _KELVIN | _FAHRENHEIT,
    resolution=10,
    low=-100,
    high=300,
    combine=Combine.MEAN,
    phases=False,
)
_SOC = Quantity(
    units=_NONE,
    resolution=10,
    low=0,
    high=100.5,
    combine=Combine.MEAN,
    any_unit=True,
    phases=False,
)
_RPM = Quantity(
    units=_NONE,
    resolution=1,
    low=-1e6,
    high=1e6,
    combine=Combine.MEAN,
    any_unit=True,
    phases=False,
)

MEASURANDS: dict[str, tuple[str, Quantity]] = {
    "Energy.Active.Import.Register": ("energy", _ENERGY),
    "Energy.Active.Export.Register": ("energy_export", _ENERGY),
    "Energy.Reactive.Import.Register": ("energy_reactive_import", _REACTIVE_ENERGY),
    "Energy.Reactive.Export.Register": ("energy_reactive_export", _REACTIVE_ENERGY),
    "Energy.Active.Import.Interval": ("energy_interval", _ENERGY_INTERVAL),
    "Energy.Active.Export.Interval": ("energy_export_interval", _ENERGY_INTERVAL),
    "Energy.Reactive.Import.Interval": (
        "energy_reactive_import_interval",
        _REACTIVE_INTERVAL,
    ),
    "Energy.Reactive.Export.Interval": (
        "energy_reactive_export_interval",
        _REACTIVE_INTERVAL,
    ),
    "Power.Active.Import": ("power", _POWER),
    "Power.Active.Export": ("power_export", _POWER),
    "Power.Offered": ("power_offered", _POWER),
    "Power.Reactive.Import": ("power_reactive_import", _REACTIVE_POWER),
    "Power.Reactive.Export": ("power_reactive_export", _REACTIVE_POWER),
    "Power.Factor": ("power_factor", _POWER_FACTOR),
    "Current.Import": ("current", _CURRENT),
    "Current.Export": ("current_export", _CURRENT),
    "Current.Offered": ("current_offered", _CURRENT),
    "Voltage": ("voltage", _VOLTAGE),
    "Frequency": ("frequency", _FREQUENCY),
    "Temperature": ("temperature", _TEMPERATURE),
    "SoC": ("soc", _SOC),
    "RPM": ("rpm", _RPM),
}
_BY_LOWER_CASE = {name.lower(): name for name in MEASURANDS}

# Current and voltage of the neutral conductor have no key.
_PHASES: dict[str, str | None] = {"N": None}
_PHASES |= {f"L{n}": f"l{n}" for n in "123"} | {f"L{n}-N": f"l{n}" for n in "123"}
_LINES = {"L1-L2": "l1_l2", "L2-L3": "l2_l3", "L3-L1": "l3_l1"}


def unit_factor(quantity: Quantity, unit: str | None) -> tuple[float, float] | None:
    """Return factor and offset from a unit to the native unit; None if unknown.

    Case and blanks are ignored unless the unit is then ambiguous (mW, MW).
    """
    unit = (unit or "").strip() or None
    if (found := quantity.units.get(unit)) is not None or unit is None:
        return found
    folded = unit.casefold()
    matches = {
        value
        for name, value in quantity.units.items()
        if name is not None and name.casefold() == folded
    }
    if len(matches) == 1:
        return matches.pop()
    return quantity.units[None] if quantity.any_unit and not matches else None


def phase_key(quantity: Quantity, key: str, phase: str | None) -> str | None:
    """Return the key of a phase; None for the neutral conductor.

    Raises:
        KeyError: The phase does not exist, or not for this measurand.
    """
    if not phase:
        return key
    if (line := _LINES.get(phase)) and quantity is _VOLTAGE:
        return f"{key}_{line}"
    name = _PHASES[phase]
    return name and f"{key}_{name}"


def listed(measurands: str) -> set[str]:
    """Return the keys of a list of measurands, such as MeterValuesSampledData.

    Some charge points append a phase to a measurand (`Voltage.L1`, `Voltage.L1-N`);
    that also yields the derived total. Unknown names are ignored.
    """
    keys: set[str] = set()
    for part in re.split(r"[,;\s]+", measurands):
        name, phase = _BY_LOWER_CASE.get(part.lower()), None
        if name is None:
            head, _, tail = part.rpartition(".")
            name, phase = _BY_LOWER_CASE.get(head.lower()), tail.upper()
        if name is None:
            continue
        key, quantity = MEASURANDS[name]
        try:
            own = phase_key(quantity, key, phase)
        except KeyError:
            continue
        if own is None:
            continue
        if own == key or quantity.phases:
            keys.add(own)
        if own.removeprefix(f"{key}_") in PHASE_NAMES:
            keys.add(key)
    return keys
