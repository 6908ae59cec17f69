"""The settings of all chargers of a server, kept for a while after they are removed.

A user who adds a charger again confirms what the form proposes: that has to be what was
right before, above all the maximum current of the circuit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import callback

from ..chargers.component import Component
from ..chargers.naming import charger_name, name_taken
from ..chargers.overrides import known_current, maximum_of
from ..chargers.store import SERVER, Memory
from ..const import (
    CONF_ADDRESS_CHOSEN,
    CONF_BACKUP,
    CONF_CHARGE_POINT_ID,
    CONF_CONNECTORS,
    CONF_FIRMWARE,
    CONF_MODEL,
    CONF_NAMED_BY_ID,
    CONF_OVERRIDES,
    CONF_PATH_SECRET,
    CONF_SERIAL,
    CONF_VENDOR,
    SUBENTRY_CHARGER,
)
from ..forms.charger import CONF_MAXIMUM_CURRENT, circuit_data

MOST_REMOVED = 50
"""The number of removed chargers whose settings are kept; the oldest go first."""

SAFE_CURRENT = 16.0
"""The proposed current of a circuit that nobody has told, in A per phase.

Most circuits of chargers carry it, and a fuse that is smaller than what the charger can
take must not depend on somebody's reading the form.
"""

_RECORD = "former_chargers"

_NOT_KEPT = frozenset(
    {
        # Told anew by the charger.
        *(CONF_CHARGE_POINT_ID, CONF_VENDOR, CONF_MODEL, CONF_SERIAL, CONF_FIRMWARE),
        *(CONF_CONNECTORS, CONF_NAMED_BY_ID),
        # Kept, or given up, in the records of go-eChargers.
        *(CONF_HOST, CONF_TOKEN, CONF_BACKUP, CONF_ADDRESS_CHOSEN),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Former:
    """What is kept of a charger."""

    name: str
    current: float
    """The maximum current of its circuit, in A per phase."""
    settings: Mapping[str, Any]
    """The data of its subentry without its identity."""

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> Self | None:
        """Return what is kept of a charger that is adopted; None if it is invalid."""
        try:
            current = maximum_of(subentry.data)
        except TypeError, ValueError:
            return None
        return cls(
            name=subentry.title,
            current=current,
            settings={
                key: value
                for key, value in subentry.data.items()
                if key not in _NOT_KEPT
            },
        )

    @classmethod
    def from_dict(cls, stored: Any) -> Self | None:
        """Return the result of `as_dict`; None if it is invalid."""
        match stored:
            case {
                "name": str(name),
                "current": float() | int() as current,
                "settings": dict(settings),
            } if name and current > 0:
                return cls(name=name, current=float(current), settings=settings)
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {
            "name": self.name,
            "current": self.current,
            "settings": dict(self.settings),
        }

    @property
    def secret(self) -> str | None:
        """The secret in the address that the charger was given."""
        secret = self.settings.get(CONF_PATH_SECRET)
        return secret if isinstance(secret, str) else None


class FormerChargers(Component):
    """The settings of a server's chargers, present and removed ones."""

    def __init__(self, entry: ConfigEntry[Any], memory: Memory) -> None:
        """Initialize with what is in `memory`."""
        super().__init__()
        self._entry = entry
        self._memory = memory
        stored: Any = memory.get(SERVER, _RECORD)
        self._known: dict[str, Former] = {}
        if isinstance(stored, dict):
            self._known = {
                charge_point_id: former
                for charge_point_id, one in stored.items()
                if (former := Former.from_dict(one)) is not None
            }

    def get(self, charge_point_id: str) -> Former | None:
        """Return what is known of a charger that is, or was, adopted here."""
        return self._known.get(charge_point_id)

    @override
    @callback
    def async_update(self) -> None:
        """Keep what was changed. Those that were removed stay as they were."""
        present = {
            str(subentry.unique_id): former
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_CHARGER)
            if (former := Former.of(subentry)) is not None
        }
        removed = [one for one in self._known if one not in present]
        self._known = {
            one: self._known[one] for one in removed[-MOST_REMOVED:]
        } | present
        self._memory.async_set(
            SERVER, _RECORD, {one: kept.as_dict() for one, kept in self._known.items()}
        )


@callback
def former_of(entry: ConfigEntry[Any] | None, charge_point_id: str) -> Former | None:
    """Return what is known of a removed charger; None while its server does not run."""
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    known: FormerChargers = entry.runtime_data.part(FormerChargers)
    return known.get(charge_point_id)


def proposed_current(
    told: Mapping[str, Any], former: Former | None = None, own: float | None = None
) -> float:
    """Return the maximum current that the form of a new charger proposes.

    Args:
        told: The identity that the charger reported, in the keys of the subentry.
        former: What was set when the charger was here before.
        own: What the charger itself is set to, in A per phase.

    Returns:
        The smaller one of what is known, in A per phase; `SAFE_CURRENT` at most if
        nothing is.
    """
    known = [own] if own is not None else []
    if former is not None:
        known.append(former.current)
    return min(known or (SAFE_CURRENT, known_current(told)))


def name_of_new(
    entry: ConfigEntry[Any],
    charge_point_id: str,
    told: Mapping[str, Any],
    former: Former | None,
) -> str:
    """Return the name that the form of a new charger proposes, which is unique."""
    if former is not None and not name_taken(entry, former.name):
        return former.name
    return charger_name(entry, charge_point_id, told)


def data_of_new(
    charge_point_id: str,
    told: Mapping[str, str],
    secret: str,
    former: Former | None,
    current: float | None,
) -> dict[str, Any]:
    """Return the data of a new subentry, with the settings from before.

    Args:
        charge_point_id: The id of the charge point.
        told: The identity that the charger reported, in the keys of the subentry.
        secret: The path secret of its address.
        former: What was set when the charger was here before.
        current: The maximum current of its circuit; None if nobody was asked.

    Returns:
        The data.
    """
    settings: dict[str, Any] = {}
    if former is not None:
        settings = dict(former.settings)
        current = former.current if current is None else current
    overrides = {
        key: value
        for key, value in dict(settings.pop(CONF_OVERRIDES, {})).items()
        if key != CONF_MAXIMUM_CURRENT
    } | circuit_data(told, {CONF_MAXIMUM_CURRENT: current}).get(CONF_OVERRIDES, {})
    if overrides:
        settings[CONF_OVERRIDES] = overrides
    return {
        **settings,
        CONF_CHARGE_POINT_ID: charge_point_id,
        CONF_PATH_SECRET: secret,
        **told,
    }
