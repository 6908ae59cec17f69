"""From a reading of the meter to the sampledValue list of a MeterValues message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .meter import Reading
from .structures import Payload

type Getter = Callable[[Reading], float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value: where it comes from and what is said about it."""

    measurand: str
    get: Getter
    unit: str | None = None
    phase: str | None = None
    decimals: int = 2


def per_phase(
    measurand: str,
    pick: Callable[[Reading], tuple[float, float, float]],
    unit: str,
    *,
    phases: tuple[str, str, str] = ("L1", "L2", "L3"),
    decimals: int = 2,
) -> list[Quantity]:
    """Return one quantity for each of the three phases."""

    def getter(index: int) -> Getter:
        return lambda reading: pick(reading)[index]

    return [
        Quantity(measurand, getter(index), unit, phase, decimals)
        for index, phase in enumerate(phases)
    ]


CURRENT_IMPORT = per_phase("Current.Import", lambda r: r.current, "A")
CURRENT_OFFERED = [Quantity("Current.Offered", lambda r: r.current_offered, "A")]
ENERGY = [Quantity("Energy.Active.Import.Register", lambda r: r.energy_wh, "Wh")]
FREQUENCY = [Quantity("Frequency", lambda r: r.frequency)]
POWER = [Quantity("Power.Active.Import", lambda r: r.total_power, "W")]
POWER_PER_PHASE = per_phase("Power.Active.Import", lambda r: r.power, "W")
POWER_FACTOR = [Quantity("Power.Factor", lambda r: r.power_factor)]
POWER_OFFERED = [Quantity("Power.Offered", lambda r: r.power_offered, "W")]
SOC = [Quantity("SoC", lambda r: r.soc, "Percent", decimals=0)]
TEMPERATURE = [Quantity("Temperature", lambda r: r.temperature, "Celsius")]
VOLTAGE = per_phase(
    "Voltage", lambda r: r.voltage, "V", phases=("L1-N", "L2-N", "L3-N")
)

STANDARD: dict[str, list[Quantity]] = {
    "Current.Import": CURRENT_IMPORT,
    "Current.Offered": CURRENT_OFFERED,
    "Energy.Active.Import.Register": ENERGY,
    "Frequency": FREQUENCY,
    "Power.Active.Import": POWER,
    "Power.Factor": POWER_FACTOR,
    "Power.Offered": POWER_OFFERED,
    "SoC": SOC,
    "Temperature": TEMPERATURE,
    "Voltage": VOLTAGE,
}
"""What a charger by the book measures."""

BAD_UNITS = {
    "Celsius": "Celcius",
    "Wh": "wh",
    "W": "Watt",
    None: "Hz",
    "Percent": "%",
}
"""Units seen in the field that the specification does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a make writes its sampled values."""

    order: tuple[str, ...] = (
        "value",
        "context",
        "format",
        "measurand",
        "phase",
        "location",
        "unit",
    )
    """The members in their order; what is not in it is not sent."""
    table: dict[str, list[Quantity]] = field(default_factory=lambda: STANDARD)
    """Measurands it has, in the order it sends them if `own_order`."""
    own_order: bool = False
    """Send in the order of `table`, not in that of the configuration."""

    def quantities(self, measurands: Iterable[str]) -> list[Quantity]:
        """Return what to send for these measurands; unknown ones are left out."""
        wanted = list(measurands)
        if self.own_order:
            wanted = [name for name in self.table if name in wanted]
        return [item for name in wanted for item in self.table.get(name, ())]

    def sampled_value(self, quantity: Quantity, value: str, context: str) -> Payload:
        """Return one sampledValue with its members in this make's order."""
        members = {
            "value": value,
            "context": context,
            "format": "Raw",
            "measurand": quantity.measurand,
            "phase": quantity.phase,
            "location": "Outlet",
            "unit": quantity.unit,
        }
        return {name: members[name] for name in self.order if members[name] is not None}

    def sampled_values(
        self, reading: Reading, measurands: Iterable[str], context: str
    ) -> list[Payload]:
        """Return the sampledValue list for a reading."""
        return [
            self.sampled_value(
                quantity, f"{quantity.get(reading):.{quantity.decimals}f}", context
            )
            for quantity in self.quantities(measurands)
        ]


def spoil(values: list[Payload], *, bad_units: bool, temperature_x1000: bool) -> None:
    """Make the sampled values wrong, in place, as some chargers do."""
    for value in values:
        if temperature_x1000 and value["measurand"] == "Temperature":
            value["value"] = f"{float(value['value']) * 1000:.2f}"
        if not bad_units:
            continue
        unit = value.get("unit")
        if unit is not None or value["measurand"] == "Frequency":
            value["unit"] = BAD_UNITS.get(unit, unit)
        value["value"] = float(value["value"])
