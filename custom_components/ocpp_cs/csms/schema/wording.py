"""Aliases and defaults for the fields of one version of OCPP.

Fields are named by schema and path without indices, such as
`MeterValues.meterValue.sampledValue.unit` or `GetConfigurationResponse.unknownKey`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

type Default = Callable[[dict[str, Any]], Any]
"""Returns the default of a field from the other fields of its object."""

BOOLEANS: Final = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


class Leave(Enum):
    """A default that leaves the field out."""

    ABSENT = auto()


def squash(text: str) -> str:
    """Reduce a word to lower-case letters and digits, which all its spellings share."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Wording:
    """The rules of one version of OCPP by which `coerce` salvages fields."""

    defaults: Mapping[str, Default] = field(default_factory=dict)
    """Defaults of required fields that are missing or invalid.

    A required field that is not listed here is essential.
    """
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    """Field -> the value that replaces an unknown enumerated value."""
    originals: Mapping[str, str] = field(default_factory=dict)
    """Field with a fallback -> neighbouring field that stores the unknown value."""
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> squashed word, or a sign -> the enumerated value that it stands for."""
    kept: frozenset[str] = frozenset()
    """Enumerated fields whose unknown values are kept."""
    decisive: frozenset[str] = frozenset()
    """Optional fields without which the object would have another meaning."""
    meant_when_empty: frozenset[str] = frozenset()
    """Fields in which an empty text differs from a missing one."""
    json_texts: frozenset[str] = frozenset()
    """Text fields for which some charge points send structures, kept as JSON."""
    rounded: frozenset[str] = frozenset()
    """Integer fields that may be sent with decimals, which are rounded."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Text fields in which some words have a meaning -> these words.

    A field is named by its definition, as in `IdTokenType.type`, or by itself.
    """
    unlogged: tuple[str, ...] = ()
    """Ends of the names of fields whose values must not be logged."""


NO_WORDING: Final = Wording()
