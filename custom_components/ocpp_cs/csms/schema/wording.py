"""What charge points of one version of OCPP write in other words than it has.

Fields are named by schema and path without indices, such as
`MeterValues.meterValue.sampledValue.unit` or `GetConfigurationResponse.unknownKey`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

type Default = Callable[[dict[str, Any]], Any]
"""Makes the stand-in for a field from what else the object holds."""

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
    """A stand-in that is none."""

    ABSENT = auto()


def squash(text: str) -> str:
    """Reduce a word to lower case, letters and digits: to what any spelling has."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Wording:
    """What `coerce` knows of single fields of one version of OCPP."""

    defaults: Mapping[str, Default] = field(default_factory=dict)
    """Stand-ins for required fields that are missing or cannot be understood.

    A required field that is not here is essential.
    """
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    """What an enumerated value becomes that is none of the allowed ones."""
    originals: Mapping[str, str] = field(default_factory=dict)
    """Field with a fallback -> field beside it that takes the charge point's word."""
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> squashed word, or a sign as it came -> the enumerated value meant."""
    kept: frozenset[str] = frozenset()
    """Unknown words of these enumerations are kept."""
    decisive: frozenset[str] = frozenset()
    """Without these optional fields, the object would mean something else."""
    meant_when_empty: frozenset[str] = frozenset()
    """An empty text in these is not the same as none."""
    json_texts: frozenset[str] = frozenset()
    """Structures that some send where OCPP has a text: kept as JSON."""
    rounded: frozenset[str] = frozenset()
    """Whole numbers of which only the size matters."""


NO_WORDING: Final = Wording()
