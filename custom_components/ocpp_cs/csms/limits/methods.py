"""The profile variants and users' profiles shared by a charge point's connectors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Protocol, override

from ..model.model import MAX_CONNECTORS, utcnow
from ..model.profile import ChargingProfile, Kind, Period, Purpose
from ..model.records import UNREADABLE, from_record
from ..transactions.transaction import Transaction
from .profiles import (
    Declared,
    ProfileVariant,
    beneath_profile_id,
    declared,
    falls_by_itself,
    first_variant,
    keeps_fallback,
    profile_id,
    transaction_profile_id,
    variants,
)
from .proof import HasOutsideLimits, LimitProof, Proved, ProvedChargePoint
from .user_profiles import ProfileFilter, UserProfile, UserProfiles

_MOST_REFUSED_UPDATES = 3
"""Values that may be refused in a row; the profile may have been lost meanwhile."""

_START_LASTS = timedelta(minutes=5)
"""How long a transaction may take to begin after it was asked for."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitTiming:
    """Durations in seconds; shorter in tests."""

    guard: float = 2.0
    """Between two limits; only the newest of several is sent. A pause does not wait."""
    check: float = 20.0
    """From a limit to the check whether it is obeyed."""
    reaction: float = 6.0
    """Meter values that arrive sooner after a limit do not reflect it."""
    pause: float = 30.0
    """The maximum wait for a charge point to pause before a phase switch."""
    settle: float = 5.0
    """From a phase switch to the next message."""


class Limited(Proved, Protocol):
    """The limiter of a connector."""

    def maybe_replaced(self, user: UserProfile) -> None:
        """Forget our profile if a user's profile has replaced it (5.16.1)."""

    def maybe_cleared(self, which: ProfileFilter) -> None:
        """Send the intent again if a user cleared our profile."""

    def user_profiles_changed(self) -> None:
        """Handle a change of the users' profiles in force."""

    async def make_room(self, profile: ChargingProfile, connector_id: int) -> None:
        """Remove our profile if a new one needs its place."""

    def apply_again(self) -> None:
        """Send the intent again even if the charge point already has it."""

    def disconnected(self) -> None:
        """Stop sending until the charge point connects again."""

    def dynamic_values(self, profile_id: int) -> Period | None:
        """Return the present values of a dynamic profile of ours; None if it is none."""

    def record(self) -> dict[str, Any]:
        """Return the state to keep over a restart."""

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore the state from `record`."""


class ConnectorWithLimiter(HasOutsideLimits, Protocol):
    """A connector with its limiter and its transaction."""

    @property
    def limiter(self) -> Limited:
        """Its limiter."""

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""


class ChargePointWithLimiters(ProvedChargePoint, Protocol):
    """A charge point whose connectors have limiters."""

    @property
    @override
    def connectors(self) -> Mapping[int, ConnectorWithLimiter]:
        """The known connectors by number."""

    def connector(self, number: int) -> ConnectorWithLimiter:
        """Return the connector of that number; create it if it is new."""

    def listen(
        self, listener: Callable[[str, dict[str, Any]], None]
    ) -> Callable[[], None]:
        """Call `listener` for each event; return the function that removes it."""


class ProfileMethods:
    """The profile variants that a charge point accepts (1.6: 3.13), and user profiles.

    Not every charge point accepts every variant of a profile that the specification
    allows. The variant that was accepted before is tried first, also after a restart.
    """

    def __init__(self, charge_point: ChargePointWithLimiters) -> None:
        """Create the methods of a charge point."""
        self._charge_point = charge_point
        self.timing = LimitTiming()
        self.user_profiles = UserProfiles(self.user_profiles_changed)
        self.changed: Callable[[], None] = lambda: None
        """Called when the result of `records` has changed."""
        self._found: tuple[list[str | None], ProfileVariant, ProfileVariant] | None = (
            None
        )
        """Identity, the variant that was refused, and the one that was accepted."""
        self.exhausted = False
        """True if all variants were refused since it connected."""
        self._silent: list[ProfileVariant] = []
        """The variants that got no answer since it connected."""
        self._listens = False
        self._by_transaction: list[str | None] | None = None
        """The identity that obeys a TxProfile, and no TxDefaultProfile meanwhile."""
        self._tried_by_transaction: list[str | None] | None = None
        self.proof = LimitProof(charge_point, self)
        self._of_start: tuple[int | None, ChargingProfile, datetime] | None = None
        """The profile of a start whose transaction has not begun yet."""
        self._no_fallback: list[str | None] | None = None
        """The identity that refused a limit with a fallback."""
        self._no_updates: list[str | None] | None = None
        """The identity that takes dynamic profiles, and no new values for them."""
        self._updates_refused = 0
        """How often in a row it has refused values, and then taken the whole profile."""

    @property
    def keeps_fallback(self) -> bool:
        """Return whether a lower limit can follow by itself when we are gone.

        As a second period of the limit, or as a profile beneath it.
        """
        variant = self.known_variant
        return self.falls_by_itself or (
            self._no_fallback != self._identity
            and (variant is None or variant.kind is Kind.ABSOLUTE)
            and keeps_fallback(self._charge_point.quirks, self.declared)
        )

    @property
    def falls_by_itself(self) -> bool:
        """Return whether the charge point counts how long we are gone (2.1)."""
        told, quirks = self.declared, self._charge_point.quirks
        if not told.counts_offline or self._no_fallback == self._identity:
            return False
        variant = self.known_variant or first_variant(quirks, told)
        return falls_by_itself(quirks, told, variant)

    def note_update(self, *, taken: bool) -> None:
        """Note whether a dynamic profile took new values, or was needed as a whole.

        Who refuses them time and again gets no dynamic profiles any more.
        """
        self._updates_refused = 0 if taken else self._updates_refused + 1
        if self._updates_refused >= _MOST_REFUSED_UPDATES:
            self._updates_refused, self._no_updates = 0, self._identity
            self._charge_point.deviations.note("no_dynamic_updates")
            self.changed()

    def note_no_fallback(self, why: str) -> None:
        """Remember that it takes a limit only without a fallback."""
        self._charge_point.deviations.note("fallback_refused", why)
        self._no_fallback = self._identity
        self.changed()

    @property
    def declared(self) -> Declared:
        """The smart charging capabilities that the charge point reports."""
        told = declared(self._charge_point)
        if told.dynamic and self._no_updates == self._identity:
            return replace(told, dynamic=False)
        return told

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

    def transaction_profile_id(self, connector_id: int) -> int:
        """Return the id of our TxProfile beside the TxDefaultProfile of a connector."""
        return transaction_profile_id(self.declared, connector_id)

    def beneath_profile_id(self, connector_id: int) -> int:
        """Return the id of the safe profile beneath that of a connector."""
        return beneath_profile_id(self.declared, connector_id)

    def dynamic_values(self, profile_id: int) -> Period | None:
        """Return the present values of a dynamic profile (2.1: K28.FR.07).

        Returns:
            None if there is no such profile of ours or of a user (K28.FR.12).
        """
        for connector in self._charge_point.connectors.values():
            if (found := connector.limiter.dynamic_values(profile_id)) is not None:
                return found
        return self.user_profiles.dynamic_values(profile_id)

    def is_ours(self, profile_id: int) -> bool:
        """Return whether an id is that of a profile of ours."""
        return any(
            profile_id in self.ids_of(number)
            for number in self._charge_point.connectors
        )

    def ids_of(self, connector_id: int) -> tuple[int, int, int]:
        """Return the ids of the profiles that we may have for a connector."""
        return (
            self.profile_id(connector_id),
            self.transaction_profile_id(connector_id),
            self.beneath_profile_id(connector_id),
        )

    @property
    def by_transaction(self) -> bool:
        """Return whether a limit of a running transaction needs a TxProfile."""
        return self._by_transaction == self._identity

    def try_by_transaction(self) -> bool:
        """Send limits of transactions as TxProfiles from now on, beside the default.

        Returns:
            False if that was tried before, or cannot be.
        """
        charge_point = self._charge_point
        if (
            self._tried_by_transaction == self._identity
            or self.by_transaction
            or not charge_point.connected
            or not charge_point.commands.tells_profiles
        ):
            return False
        self._tried_by_transaction = self._by_transaction = self._identity
        return True

    def judged_by_transaction(self, *, obeyed: bool) -> None:
        """Keep that way if the charge point obeys it, and give it up if it does not."""
        if self.by_transaction and self._tried_by_transaction == self._identity:
            if not obeyed:
                self._by_transaction = None
            self.changed()

    def variants(self, connector_id: int = 0) -> list[ProfileVariant]:
        """Return the variants to try in turn, the one accepted before first.

        Args:
            connector_id: The connector, as some take other units than the others.
        """
        first = first_variant(self._charge_point.quirks, self.declared)
        found = variants(first)
        if (known := self.known_variant) in found:
            found.remove(known)
            found.insert(0, known)
        if units := self._charge_point.capabilities.evse_units.get(connector_id):
            found.sort(key=lambda one: one.unit not in units)
        # Each unanswered variant costs a time-out.
        found.sort(key=self._silent.__contains__)
        # A charge point that refused all variants is not asked for all each time.
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

    def user_installed(self, connector_id: int, profile: ChargingProfile) -> None:
        """Record a profile that a user installed."""
        connector = self._charge_point.connectors.get(connector_id)
        running = None if connector is None else connector.transaction
        new = self.user_profiles.installed(
            connector_id, profile, None if running is None else running.id
        )
        if new is None:
            return
        for connector in self._charge_point.connectors.values():
            connector.limiter.maybe_replaced(new)

    def started_with(self, connector_id: int | None, profile: ChargingProfile) -> None:
        """Record the profile of a start, which the charge point has accepted (F01).

        Args:
            connector_id: The connector; None is any.
            profile: The TxProfile of the transaction that is to begin.
        """
        self.listen()
        self._of_start = connector_id, profile, utcnow()

    def cleared(self, which: ProfileFilter) -> None:
        """Forget the profiles that a user cleared (5.5)."""
        self.user_profiles.cleared(which)
        for connector in self._charge_point.connectors.values():
            connector.limiter.maybe_cleared(which)

    def user_profiles_changed(self) -> None:
        """Send or withdraw limits, by the profiles of users in force."""
        self.changed()
        for connector in self._charge_point.connectors.values():
            connector.limiter.user_profiles_changed()

    def records(self) -> dict[str, Any]:
        """Return the state to keep over a restart, for JSON; empty if there is none."""
        connectors = {
            str(number): record
            for number, connector in self._charge_point.connectors.items()
            if (record := connector.limiter.record())
        }
        found: dict[str, Any] = {"connectors": connectors} if connectors else {}
        if self._found is not None:
            identity, refused, known = self._found
            found["way"] = [identity, asdict(refused), asdict(known)]
        if self._no_fallback is not None:
            found["no_fallback"] = self._no_fallback
        if self._no_updates is not None:
            found["no_updates"] = self._no_updates
        if self._by_transaction is not None:
            found["by_transaction"] = self._by_transaction
        if users := self.user_profiles.records():
            found["users"] = users
        return found | self.proof.records()

    def load(self, records: Mapping[str, Any]) -> None:
        """Restore the state from `records`; skip what cannot be read."""
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
        if isinstance(refused := records.get("no_fallback"), list):
            self._no_fallback = refused
        if isinstance(identity := records.get("no_updates"), list):
            self._no_updates = identity
        if isinstance(identity := records.get("by_transaction"), list):
            self._by_transaction = identity
        with _odd_is_left("list of proofs"):
            self.proof.load(records)
        with _odd_is_left("list of profiles"):
            self.user_profiles.load(records.get("users", ()))
        connectors = records.get("connectors", {})
        for number, record in connectors.items():
            with _odd_is_left("limit"):
                if not 0 < int(number) <= MAX_CONNECTORS:
                    raise ValueError(f"there is no connector {number}")
                self._charge_point.connector(int(number)).limiter.load(record)

    def listen(self) -> None:
        """Follow the charge point's transactions from now on."""
        if not self._listens:
            self._listens = True
            self._charge_point.listen(self._heard)

    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "transaction_started":
            connector_id = data["connector_id"]
            connector = self._charge_point.connector(connector_id)
            running = connector.transaction
            # A transaction that was reported late may have ended since.
            if running is not None and running.id == data["id"]:
                self._take_of_start(connector_id, running.id)
                self.exhausted = False
                connector.limiter.apply_again()

    def _take_of_start(self, connector_id: int, transaction_id: str) -> None:
        """Record the profile of a start as one of its transaction."""
        if self._of_start is None:
            return
        number, profile, asked_at = self._of_start
        if number not in (None, 0, connector_id):
            return
        self._of_start = None
        if utcnow() - asked_at < _START_LASTS:
            self.user_installed(connector_id, profile.of_transaction(transaction_id))

    def version_changed(self) -> None:
        """Try all variants anew: another version of OCPP may accept others."""
        self.exhausted = False
        self._silent.clear()
        self._tried_by_transaction = None
        if any(
            (self._found, self._no_fallback, self._no_updates, self._by_transaction)
        ):
            self._found = self._no_fallback = None
            self._no_updates = self._by_transaction = None
            self.changed()

    def ready(self) -> None:
        """Send all intents, once the charge point has connected or booted."""
        self.exhausted = False
        self._silent.clear()
        for connector in list(self._charge_point.connectors.values()):
            connector.limiter.apply_again()

    def disconnected(self) -> None:
        """Stop sending until the charge point connects again."""
        self.proof.stop()
        for connector in self._charge_point.connectors.values():
            connector.limiter.disconnected()

    def close(self) -> None:
        """Cancel the timers."""
        self.user_profiles.close()
        self.disconnected()


@contextmanager
def _odd_is_left(what: str) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as err:
        _LOGGER.warning("A saved %s cannot be read: %s", what, err)


def hides(user: UserProfile, variant: ProfileVariant) -> bool:
    """Return whether our profile, installed as `variant`, would override a user's."""
    if user.purpose != variant.purpose:
        return variant.purpose is Purpose.TX
    return user.level <= variant.level


def takes_place(
    user: UserProfile, variant: ProfileVariant, our_id: int, connector_id: int
) -> bool:
    """Return whether a user's profile replaced ours in the charge point (5.16.1)."""
    return user.id == our_id or (
        user.connector_id == connector_id
        and user.purpose == variant.purpose
        and user.level == variant.level
    )
