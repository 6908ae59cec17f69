"""The series of statistics: which there are, their ids, and whose sessions count."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
import zlib

from homeassistant.util import slugify

from ...const import DOMAIN
from ...csms.model.tags import tag_key
from ...csms.transactions.transaction import Transaction

ENERGY: Final = "energy"
_COST: Final = "cost_"

_WORDS: Final = {
    "en": {"energy": "charged energy", "cost": "charging cost"},
    "de": {"energy": "geladene Energie", "cost": "Ladekosten"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """The statistics of one connector, tag or vehicle: its energy, and its costs."""

    key: str
    """What its sessions have in common: see `keys_of`."""
    base: str
    """The beginning of the ids of its statistics."""
    name: str

    @property
    def energy_id(self) -> str:
        """The id of the statistic of its energy in kWh."""
        return f"{self.base}_{ENERGY}"

    def cost_id(self, currency: str) -> str:
        """Return the id of the statistic of its cost in a currency."""
        return f"{self.base}_{_COST}{slugify(currency) or 'unknown'}"

    def has(self, statistic_id: str) -> bool:
        """Return whether a statistic is one of this series."""
        costs = f"{self.base}_{_COST}"
        return statistic_id == self.energy_id or statistic_id.startswith(costs)

    def title(self, kind: str, language: str) -> str:
        """Return the name of a statistic, in a language.

        Args:
            kind: `energy`, or a currency.
            language: The language of Home Assistant.
        """
        words = _WORDS.get(language.partition("-")[0], _WORDS["en"])
        word = words["energy" if kind == ENERGY else "cost"]
        return f"{self.name} {word}"


def connector_key(charge_point_id: str, number: int) -> str:
    """Return the key of a connector's series."""
    return f"connector/{number}/{charge_point_id}"


def series_of_connector(
    charge_point_id: str, number: int, name: str, entry_id: str | None = None
) -> Series:
    """Return the series of a connector; its ids stay when the charger is added again.

    Args:
        charge_point_id: The id of the charge point.
        number: The number of the connector.
        name: The name of the connector.
        entry_id: The config entry, if another one has a charger with that id.
    """
    slug = slugify(charge_point_id)
    if slug != charge_point_id.lower():
        # Two ids may have the same letters and digits.
        slug = f"{slug}_{zlib.crc32(charge_point_id.encode()):08x}".strip("_")
    return Series(
        key=connector_key(charge_point_id, number),
        base=f"{DOMAIN}:charger_{slug}_{number}"
        if entry_id is None
        else f"{DOMAIN}:charger_{slug}_{number}_of_{entry_id.lower()}",
        name=name,
    )


def series_of_tag(subentry_id: str, id_tag: str, name: str) -> Series:
    """Return the series of a known tag."""
    return Series(
        key=f"tag/{tag_key(id_tag)}",
        base=f"{DOMAIN}:tag_{subentry_id.lower()}",
        name=name,
    )


def series_of_vehicle(vehicle_id: str, name: str) -> Series:
    """Return the series of a vehicle."""
    return Series(
        key=f"vehicle/{vehicle_id}",
        base=f"{DOMAIN}:vehicle_{vehicle_id.lower()}",
        name=name,
    )


def keys_of(
    transaction: Transaction, number_of: Callable[[str], int | None]
) -> Iterator[str]:
    """Yield the keys of the series that a session belongs to.

    Args:
        transaction: The session.
        number_of: Returns the number of the only connector of a charge point, for
            sessions of which the connector is unknown.
    """
    number = transaction.connector_id or number_of(transaction.charge_point_id)
    if number:
        yield connector_key(transaction.charge_point_id, number)
    yield from (f"tag/{tag_key(one)}" for one in _tags(transaction))
    yield from (f"vehicle/{one}" for one in _vehicles(transaction))


def _tags(transaction: Transaction) -> Iterable[str]:
    return (transaction.id_tag,) if transaction.id_tag else ()


def _vehicles(transaction: Transaction) -> Iterable[str]:
    return (transaction.vehicle,) if transaction.vehicle else ()


def former_keys(transaction: Transaction) -> Iterator[str]:
    """Yield the keys of the series that a session belonged to before corrections."""
    for edit in transaction.edits:
        before = dict(edit.before)
        if isinstance(tag := before.get("id_tag"), str) and tag:
            yield f"tag/{tag_key(tag)}"
        if isinstance(vehicle := before.get("vehicle"), str) and vehicle:
            yield f"vehicle/{vehicle}"
