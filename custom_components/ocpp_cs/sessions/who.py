"""Whose a session is, by the names of its tag and vehicle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..chargers.charger import Charger
from ..csms.connector import Connector
from ..csms.model.tags import tag_key
from ..csms.transactions.transaction import Transaction
from ..upstream.shown import Backed


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """The names that a session is known by; None where there is none.

    Ids of tags are no names: they are private, and the tag of remote starts is secret.
    """

    tag: str | None = None
    """The name of the id tag."""
    vehicle: str | None = None
    """The name of the vehicle; None for a guest, and for one that was removed."""

    @property
    def name(self) -> str | None:
        """The name of the vehicle, or else of the tag."""
        return self.vehicle or self.tag


NOBODY = Who()


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The present names of a server, for many sessions at once."""

    chargers: Mapping[str, Charger]
    """By the id of the charge point."""
    tags: Mapping[str, str]
    """By the `tag_key` of the id tag."""
    vehicles: Mapping[str, str]
    """By the id of the vehicle."""
    currency: str
    """The currency of costs that were booked without one."""
    backed: Backed
    """The backends that sessions go to."""

    def charger(self, charge_point_id: str) -> str:
        """Return the name of a charger; its id if it was removed."""
        charger = self.chargers.get(charge_point_id)
        return charge_point_id if charger is None else charger.name

    def place(self, charge_point_id: str, connector_id: int) -> str:
        """Return the name of a connector, as it is where it charges."""
        if (charger := self.chargers.get(charge_point_id)) is not None:
            return charger.connector_place(connector_id)
        # It was removed: nobody knows how many it had.
        return (
            f"{charge_point_id} · {connector_id}"
            if connector_id > 1
            else charge_point_id
        )

    def tag(self, id_tag: str) -> str | None:
        """Return the name of an id tag; None if it is unknown."""
        return self.tags.get(tag_key(id_tag))

    def vehicle(self, vehicle_id: str | None) -> str | None:
        """Return the name of a vehicle; None for a guest and for one that was removed."""
        return self.vehicles.get(vehicle_id or "")


def session_at(
    connector: Connector, plugged_since: datetime | None
) -> Transaction | None:
    """Return the running session of a connector, or the last one of what is plugged in.

    Args:
        connector: The connector.
        plugged_since: The time at which it was plugged in; None if nothing is.
    """
    latest = connector.latest_transaction
    if connector.transaction is not None or latest is None or latest.end is None:
        return connector.transaction
    if (
        connector.plugged_in is True
        and plugged_since is not None
        and latest.end > plugged_since
    ):
        return latest
    return None
