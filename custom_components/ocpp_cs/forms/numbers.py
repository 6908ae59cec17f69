"""Number fields of forms, and the errors for numbers out of range.

Home Assistant's own check reports in English only, and names neither the field nor the
bounds. So the selector accepts any number, and the flow checks the bounds.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, override

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

type Problem = tuple[dict[str, str], dict[str, str]]
"""The errors of a form and the placeholders of their texts; empty if there are none."""


class Number(NumberSelector):
    """A field for a number, which shows its bounds and takes any."""

    def __init__(
        self,
        low: float,
        high: float | None,
        unit: str | None = None,
        *,
        step: float | Literal["any"] = "any",
        whole: bool = False,
    ) -> None:
        """Set the bounds and the unit; with `whole`, values become integers."""
        config = NumberSelectorConfig(
            min=low, step=1 if whole else step, mode=NumberSelectorMode.BOX
        )
        if high is not None:
            config["max"] = high
        if unit is not None:
            config["unit_of_measurement"] = unit
        super().__init__(config)
        self._whole = whole
        self.low = low
        self.high = high

    @override
    def __call__(self, data: Any) -> float:
        """Return the number, whatever its size."""
        value: float = vol.All(vol.Coerce(float), vol.Range(-1e12, 1e12))(data)
        return int(value) if self._whole else value

    def in_unit(self, unit: str) -> Number:
        """Return the same field with another unit."""
        step = self.config["step"]
        return type(self)(self.low, self.high, unit, step=step, whole=self._whole)

    def contains(self, value: float) -> bool:
        """Return whether a number is within the bounds."""
        return self.low <= value and (self.high is None or value <= self.high)


class Price(Number):
    """A field for the price of a kWh; see `in_currency` for its unit."""


def in_currency(schema: vol.Schema, currency: str) -> vol.Schema:
    """Return a form whose prices are in a currency."""

    def changed(value: Any) -> Any:
        if isinstance(value, Price):
            return value.in_unit(f"{currency}/kWh")
        if isinstance(value, section):
            return section(in_currency(value.schema, currency), value.options)
        return value

    return vol.Schema({marker: changed(one) for marker, one in schema.schema.items()})


def number_problem(schema: vol.Schema, user_input: Mapping[str, Any]) -> Problem:
    """Return the error of a form for its first number that is out of range.

    The frontend shows no error at a field within a section. So the error is reported
    for the section, with the key `<field>_range`, whose text names the field.
    """
    for place, field, number in _numbers(schema):
        values = user_input if place is None else user_input.get(place) or {}
        value = values.get(field)
        if value is None or number.contains(value):
            continue
        bounds = {
            "minimum": f"{number.low:g}",
            "maximum": "–" if number.high is None else f"{number.high:.10g}",
        }
        if place is not None:
            return {place: f"{field}_range"}, bounds
        if number.high is None:
            return {field: "number_too_small"}, bounds
        return {field: "number_range"}, bounds
    return {}, {}


def _numbers(schema: vol.Schema) -> Iterator[tuple[str | None, str, Number]]:
    """Yield the section (None without one), name and selector of each number field."""
    for marker, value in schema.schema.items():
        if isinstance(value, Number):
            yield None, str(marker), value
        elif isinstance(value, section):
            for field, member in value.schema.schema.items():
                if isinstance(member, Number):
                    yield str(marker), str(field), member


def opened(schema: vol.Schema, errors: Mapping[str, str]) -> vol.Schema:
    """Return a form in which the sections with an error are expanded."""
    return vol.Schema(
        {
            marker: section(value.schema, {"collapsed": False})
            if isinstance(value, section) and str(marker) in errors
            else value
            for marker, value in schema.schema.items()
        }
    )
