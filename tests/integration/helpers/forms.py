"""What the frontend makes of a form before anybody has touched it."""

from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol


def proposed(schema: vol.Schema) -> dict[str, Any]:
    """Return the values that a form begins with, as the frontend finds them.

    A default of a section hides those of its fields.
    """
    data: dict[str, Any] = {}
    for marker, field in schema.schema.items():
        name, is_needed = str(marker), isinstance(marker, vol.Required)
        suggested = (marker.description or {}).get("suggested_value")
        if suggested is not None:
            data[name] = suggested
        elif marker.default is not vol.UNDEFINED:
            data[name] = marker.default()
        elif isinstance(field, section):
            within = proposed(field.schema)
            if is_needed or within:
                data[name] = within
        elif is_needed and isinstance(field, BooleanSelector):
            data[name] = False
    return data


def missing_in_sections(schema: vol.Schema) -> list[str]:
    """Return the needed fields in sections that are empty in an untouched form.

    Sections are collapsed, so nobody would know what is missing.
    """
    data = proposed(schema)
    return [
        f"{section_marker}.{marker}"
        for section_marker, field in schema.schema.items()
        if isinstance(field, section) and str(section_marker) in data
        for marker in field.schema.schema
        if isinstance(marker, vol.Required)
        and data[str(section_marker)].get(str(marker)) in (None, "")
    ]


def sections_of(schema: vol.Schema) -> dict[str, Any]:
    """Return the sections of an untouched form, which the frontend always sends."""
    data = proposed(schema)
    return {
        str(marker): data[str(marker)]
        for marker, field in schema.schema.items()
        if isinstance(field, section) and str(marker) in data
    }
