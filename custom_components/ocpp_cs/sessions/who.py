"""The person or vehicle that a session belongs to, by name."""

from collections.abc import Callable
from dataclasses import dataclass

type NameOf = Callable[[str], str | None]
"""Returns the name that belongs to an id, or None if there is none."""


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


def who(
    id_tag: str | None, vehicle: str | None, *, tag_name: NameOf, vehicle_name: NameOf
) -> Who:
    """Return the names of a session's tag and vehicle.

    Args:
        id_tag: The id tag of the session; empty or None if it has none.
        vehicle: The id of the vehicle, `guest`, or None if it is unknown.
        tag_name: Returns the name of an id tag.
        vehicle_name: Returns the name of a vehicle.
    """
    return Who(
        tag=tag_name(id_tag) if id_tag else None,
        vehicle=vehicle_name(vehicle) if vehicle else None,
    )
