"""What the limits of all connectors of a charge point have in common."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
import logging
from typing import Any, Protocol

from ..model.model import MAX_CONNECTORS
from ..model.profile import ChargingProfile, Purpose
from ..model.records import UNREADABLE, from_record
from ..transactions.transaction import Transaction
from .profiles import (
    Declared,
    ProfileVariant,
    declared,
    first_variant,
    profile_id,
    variants,
)
from .surroundings import Declares
from .user_profiles import ProfileFilter, UserProfile, UserProfiles

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Seconds; shorter in tests."""

    guard: float = 2.0
    """Between two limits; the newest of those in between is sent. A pause is at once."""
    check: float = 20.0
    """From a limit to the look whether it is obeyed."""
    reaction: float = 6.0
    """What is measured sooner after a limit says nothing of it."""
    pause: float = 30.0
    """How long a charge point has, at most, to pause before it switches phases."""
    settle: float = 5.0
    """From switching phases to what comes next."""


class Limited(Protocol):
    """The limiter of a connector."""

    def maybe_replaced(self, user: UserProfile) -> None:
        """Note that a user's profile may have taken the place of ours."""

    def maybe_cleared(self, which: ProfileFilter) -> None:
        """Note that a user cleared profiles."""

    def user_profiles_changed(self) -> None:
        """Note that other profiles of users may be in force."""

    def apply_again(self) -> None:
        """Send what is wanted even if that was sent before."""

    def disconnected(self) -> None:
        """Stop what cannot go on."""

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered."""

    def load(self, record: Mapping[str, Any]) -> None:
        """Take over what `record` returned."""


class ConnectorWithLimiter(Protocol):
    """A connector, as far as its limiter and its transaction are concerned."""

    @property
    def limiter(self) -> Limited:
        """What is wanted of it."""

    @property
    def transaction(self) -> Transaction | None:
        """The transaction that runs."""


class ChargePointWithLimiters(Declares, Protocol):
    """A charge point whose connectors have limiters."""

    @property
    def connectors(self) -> Mapping[int, ConnectorWithLimiter]:
        """Those that are known."""

    def connector(self, number: int) -> ConnectorWithLimiter:
        """Return the connector of that number; it is made when it is new."""

    def listen(
        self, listener: Callable[[str, dict[str, Any]], None]
    ) -> Callable[[], None]:
        """Call `listener` for whatever happens once; return the way to stop."""


class ProfileMethods:
    """How one charge point takes charging profiles (1.6: 3.13), and whose it has.

    Not every charge point takes every variant of a profile that the specification
    allows: the one that is known to work is tried first, also after a restart.
    """

    def __init__(self, charge_point: ChargePointWithLimiters) -> None:
        """Know nothing yet."""
        self._charge_point = charge_point
        self.timing = Timing()
        self.user_profiles = UserProfiles(self._user_profiles_changed)
        self.changed: Callable[[], None] = lambda: None
        """What to call when `records` would return something else."""
        self._found: tuple[list[str | None], ProfileVariant, ProfileVariant] | None = (
            None
        )
        """Identity, the variant that was refused, and the one that was accepted."""
        self.exhausted = False
        """Whether all variants were refused since it connected."""
        self._silent: list[ProfileVariant] = []
        """The variants that got no answer since it connected."""
        self._listens = False

    # The variants.

    @property
    def declared(self) -> Declared:
        """What the charge point says of itself."""
        return declared(self._charge_point)

    def profile_id(self, connector_id: int) -> int:
        """Return the id of our profile of a connector."""
        return profile_id(self.declared, connector_id)

    @property
    def _identity(self) -> list[str | None]:
        identity = self._charge_point.identity
        return [identity.vendor, identity.model, identity.firmware]

    @property
    def known_variant(self) -> ProfileVariant | None:
        """The variant that was accepted after the first one was refused."""
        if self._found is not None:
            identity, refused, known = self._found
            first = first_variant(self._charge_point.quirks, self.declared)
            if identity == self._identity and refused == first:
                return known
        return None

    def variants(self) -> list[ProfileVariant]:
        """Return the variants to try in turn; the first is what is known to work."""
        first = first_variant(self._charge_point.quirks, self.declared)
        found = variants(first)
        if (known := self.known_variant) in found:
            found.remove(known)
            found.insert(0, known)
        # Each costs a time-out.
        found.sort(key=self._silent.__contains__)
        # Whoever said no to everything is not asked for everything each time.
        return found[:1] if self.exhausted else found

    def note_accepted(self, variant: ProfileVariant) -> None:
        """Remember the variant in which a limit was accepted."""
        self.exhausted = False
        if variant in self._silent:
            self._silent.remove(variant)
        first = first_variant(self._charge_point.quirks, self.declared)
        found = None if variant == first else (self._identity, first, variant)
        if found != self._found:
            self._found = found
            self.changed()

    def note_silent(self, variant: ProfileVariant) -> None:
        """Note that a limit was never answered in this variant."""
        if variant not in self._silent:
            self._silent.append(variant)

    # What users install.

    def user_installed(self, connector_id: int, profile: ChargingProfile) -> None:
        """Note a profile that a user installed."""
        connector = self._charge_point.connectors.get(connector_id)
        running = None if connector is None else connector.transaction
        new = self.user_profiles.installed(
            connector_id, profile, None if running is None else running.id
        )
        if new is None:
            return
        for connector in self._charge_point.connectors.values():
            connector.limiter.maybe_replaced(new)

    def cleared(self, which: ProfileFilter) -> None:
        """Note that a user had profiles cleared (5.5)."""
        self.user_profiles.cleared(which)
        for connector in self._charge_point.connectors.values():
            connector.limiter.maybe_cleared(which)

    def _user_profiles_changed(self) -> None:
        self.changed()
        for connector in self._charge_point.connectors.values():
            connector.limiter.user_profiles_changed()

    # Over a restart.

    def records(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON can have it; empty if nothing is."""
        connectors = {
            str(number): record
            for number, connector in self._charge_point.connectors.items()
            if (record := connector.limiter.record())
        }
        found: dict[str, Any] = {"connectors": connectors} if connectors else {}
        if self._found is not None:
            identity, refused, known = self._found
            found["way"] = [identity, asdict(refused), asdict(known)]
        if users := self.user_profiles.records():
            found["users"] = users
        return found

    def load(self, records: Mapping[str, Any]) -> None:
        """Take over what `records` returned before a restart; what is odd is left."""
        if (way := records.get("way")) is not None:
            with _odd_is_left("way to put a limit"):
                identity, refused, known = way
                if not isinstance(identity, list):
                    raise TypeError(f"{identity!r:.100} is nobody")
                self._found = (
                    identity,
                    from_record(ProfileVariant, refused),
                    from_record(ProfileVariant, known),
                )
        with _odd_is_left("list of profiles"):
            self.user_profiles.load(records.get("users", ()))
        connectors = records.get("connectors", {})
        for number, record in connectors.items():
            with _odd_is_left("limit"):
                if not 0 < int(number) <= MAX_CONNECTORS:
                    raise ValueError(f"there is no connector {number}")
                self._charge_point.connector(int(number)).limiter.load(record)

    # What happens.

    def listen(self) -> None:
        """Follow the charge point's transactions from now on."""
        if not self._listens:
            self._listens = True
            self._charge_point.listen(self._heard)

    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "transaction_started":
            connector = self._charge_point.connector(data["connector_id"])
            running = connector.transaction
            # One that is told late has ended since.
            if running is not None and running.id == data["id"]:
                self.exhausted = False
                connector.limiter.apply_again()

    def ready(self) -> None:
        """Apply what is wanted: the charge point connected or booted, and is set up."""
        self.exhausted = False
        self._silent.clear()
        for connector in list(self._charge_point.connectors.values()):
            connector.limiter.apply_again()

    def disconnected(self) -> None:
        """Stop what cannot go on."""
        for connector in self._charge_point.connectors.values():
            connector.limiter.disconnected()

    def close(self) -> None:
        """Let go of timers."""
        self.user_profiles.close()
        self.disconnected()


@contextmanager
def _odd_is_left(what: str) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as err:
        _LOGGER.warning("A saved %s cannot be read: %s", what, err)


def hides(user: UserProfile, variant: ProfileVariant) -> bool:
    """Tell whether our profile, installed in `way`, would hide that of a user."""
    if user.purpose != variant.purpose:
        return variant.purpose is Purpose.TX
    return user.level <= variant.level


def takes_place(
    user: UserProfile, variant: ProfileVariant, our_id: int, connector_id: int
) -> bool:
    """Tell whether a user's profile replaced ours in the charge point (5.16.1)."""
    return user.id == our_id or (
        user.connector_id == connector_id
        and user.purpose == variant.purpose
        and user.level == variant.level
    )
