"""The hub, which connects the central system to Home Assistant: one per server."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval

from .certificates.ca_renewal import CaRenewal
from .certificates.credentials import Credentials
from .certificates.encryption import Encryption
from .certificates.signer import Signer
from .chargers.arrivals import Arrivals
from .chargers.charger import Charger
from .chargers.component import Component, guarded
from .chargers.discovery import Discovery
from .chargers.platforms import Platforms
from .chargers.store import Memory, async_forget_charge_point, async_remember
from .chargers.subentries import DEFAULT_SETTINGS, own_tag_of, settings_of, subentry_of
from .charging.control import ModeControl
from .charging.fallback import Fallbacks
from .charging.grid import power_of
from .charging.limits import FailedLimits, IgnoredLimits, MissedLimits
from .charging.schedule_clock import ScheduleClock
from .charging.session_starts import SessionStarts
from .const import (
    CONF_CHARGE_POINT_ID,
    CONF_NAMED_BY_ID,
    CONF_PASSWORD_OF_UNKNOWN,
    CONF_SECRET_ONLY,
    CONF_STRICT_SUBPROTOCOL,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DOMAIN,
    LOGGER,
    SUBENTRY_CHARGER,
)
from .csms.central_system import (
    CentralSystem,
    CentralSystemSettings,
    Versions,
    load_versions,
)
from .csms.charge_point import ChargePoint
from .csms.connector import Connector
from .csms.model.model import Refusal, RefusalReason
from .csms.model.tags import tag_key
from .csms.security.passwords import unusable
from .csms.transactions.ledger import Ledger
from .csms.transactions.parts.pricing import Pricing
from .csms.transactions.transaction import Transaction
from .csms.transactions.writer import StoreWriter
from .csms.upstream.told.books import UpstreamBooks
from .csms.upstream.upstreams import Upstreams
from .csms.wire.server import probe_port
from .discharging.unasked import UnaskedDischarges
from .foreign_text import shown
from .former.chargers import FormerChargers, data_of_new, name_of_new
from .house.entities import HouseEntities
from .issues import async_clear_issue, async_clear_issues, async_raise_issue
from .issues.clocks import WrongClocks
from .issues.faults import Faults
from .issues.flapping import Flapping
from .issues.phase_rotation import PhaseRotations
from .issues.unmeasured_fuse import UnmeasuredFuse
from .issues.versions import SpokenVersions
from .plans.plans import ChargePlans
from .prices.options import price_options
from .prices.prices import Prices
from .prices.shown.board import ShownPricesBoard
from .security.access import OPENED_SECONDS, Access
from .security.impostors import Impostors
from .security.levels import Levels
from .security.newcomers import Newcomers
from .security.path_secrets import new_path_secret
from .security.raises import Raises
from .security.refused import RefusedChargers
from .security.refused_levels import RefusedLevels
from .security.tls_refused import TlsRefusals
from .security.watcher import AccessWatcher
from .sessions.events import SessionEvents
from .sessions.late import LateFacts
from .sessions.sessions import Sessions
from .sessions.soc import SessionSoc
from .sessions.statistics.keeper import SessionStatistics
from .sessions.store import async_close_books, async_open_books
from .sessions.sun_share import SunShares
from .sessions.total_entities import SessionTotals
from .sessions.who import Names, Who, session_at
from .tags.local_lists import LocalLists
from .tags.registry import IdTags
from .tags.unknown_cards import UnknownCards
from .targets.limits import SessionLimits
from .targets.priority import PriorityCharging
from .transfers.transfers import Transfers, async_charger_removed
from .upstream.backends import Backends, Overrides
from .upstream.payers import Payers
from .upstream.secrets import SecretStore, async_secrets
from .upstream.seen.entities import BackendEntities
from .upstream.seen.issues import BackendIssues
from .upstream.shown import Backed, BackendNames
from .upstream.two_payers import TwoPayersWatch
from .upstream.wishes import Wishlist
from .vehicles.defaults import VehicleDefaults
from .vehicles.vehicles import Vehicles
from .weekly.switch import WeeklySwitches

type OcppConfigEntry = ConfigEntry[Hub]

_TICK = timedelta(minutes=1)


async def async_probe_port(host: str | None, port: int) -> None:
    """Check whether a server could listen on an address. Raises OSError if not."""
    await probe_port(_address(host), port)


def _address(host: str | None) -> str | None:
    """Return the host in the server's form: None stands for all addresses."""
    return None if host in (None, "", DEFAULT_HOST) else host


class _Following(Component):
    """Keeps devices and subentries in step with their charge points."""

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Start to follow the charge point of a charger."""
        self._subscriptions.add(charger, charger.async_stop)
        charger.async_start()


class Hub:
    """Runs a central system for a config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: OcppConfigEntry,
        versions: Versions,
        storage: StoreWriter,
        ledger: Ledger,
        memory: Memory,
        access: Access,
        credentials: Credentials,
        prices: Prices,
        sun_shares: SunShares,
        upstream_books: UpstreamBooks,
        backend_secrets: SecretStore,
    ) -> None:
        """Prepare the hub; use `async_create` instead."""
        self._hass = hass
        self._entry = entry
        self._storage = storage
        self._memory = memory
        self._credentials = credentials
        self._running = True
        self._listening = False
        self.access = access
        self.prices = prices
        self._address = (entry.data.get(CONF_HOST), entry.data.get(CONF_PORT))
        self._options = MappingProxyType(dict(entry.options))
        self._cancel_tick: Callable[[], None] | None = None
        self.chargers: dict[str, Charger] = {}
        """The adopted chargers by the id of their subentry."""
        self._failed: dict[str, Mapping[str, Any]] = {}
        """Data of the subentries whose setup failed: retried when the data changes."""
        self.platforms = Platforms(hass, entry, self.chargers)
        self.discovery = Discovery(hass, entry)
        self.id_tags = IdTags(hass, entry, ledger, own_tag_of(entry))
        self.local_lists = LocalLists(hass, entry, self.id_tags.authorizer, memory)
        self.vehicles = Vehicles(hass, entry, memory, ledger, self.platforms.async_grow)
        self.charge_control = ModeControl(
            hass, entry, memory, prices.price, self.vehicles.car
        )
        self.charge_control.coming_prices = prices.coming
        sun_shares.grid_w = self.charge_control.grid_w
        self.session_starts = SessionStarts(
            hass,
            entry,
            self.id_tags.authorizer,
            in_use=self.charge_control.starts_sessions,
        )
        self.schedules = ScheduleClock(hass, entry, memory)
        self.charge_plans = ChargePlans(
            hass, entry, memory, self.charge_control, prices, self.vehicles
        )
        self.weekly_switches = WeeklySwitches(hass, entry)
        self.house_entities = HouseEntities(hass, entry, self.charge_control)
        self.session_totals = SessionTotals(hass, entry, ledger, storage, memory)
        self.sessions = Sessions(storage, ledger, self._session_corrected)
        self.statistics = SessionStatistics(
            hass,
            entry,
            memory,
            ledger,
            sessions=self.sessions.async_find_all,
            vehicles=lambda: {one.id: one.name for one in self.vehicles.all()},
            currency=lambda: prices.currency,
        )
        self.transfers = Transfers(hass, entry, lambda: self.central_system)
        refused = RefusedChargers(hass, entry, memory, self.chargers.values)
        self._encryption = Encryption(
            hass, entry, credentials, lambda: self.central_system
        )
        tls_refused = TlsRefusals(
            hass, entry, memory, self._encryption, self.chargers.values
        )
        access_watcher = AccessWatcher(
            hass, entry, memory, access, self.chargers.values
        )
        refused_levels = RefusedLevels(hass, entry, credentials, self.chargers.values)
        self.former = FormerChargers(entry, memory)
        self._upstream_books = upstream_books
        self._backend_names = BackendNames(entry, memory)
        self.backends = Backends(
            hass,
            entry,
            Upstreams(ledger, storage, upstream_books, versions.agreed),
            upstream_books,
            backend_secrets,
        )
        self.payers = Payers(
            memory, self.backends.upstreams, self.platforms, self.chargers.values
        )
        self.backend_entities = BackendEntities(hass, entry, self.backends)
        self._refusals = (refused, tls_refused, access_watcher, refused_levels)
        """They raise issues of refused chargers, and clear them when those connect."""
        # The order matters: each component may use those before it when it is started
        # or attached to a charger. Detaching and stopping happen in reverse order.
        self._components: tuple[Component, ...] = (
            # Entities can be added as soon as the charger has any data.
            self.platforms,
            # An adopted charger must not be offered, whatever else happens.
            self.discovery,
            # The rules must be there before the charger connects.
            Levels(hass, entry, credentials, memory),
            # Addresses that chargers are given depend on it.
            self._encryption,
            # Requests are checked before they are reported as events.
            Signer(hass, entry, credentials),
            CaRenewal(hass, entry, credentials),
            # Authorization must be ready before a transaction can start.
            self.id_tags,
            self.local_lists,
            self.session_totals,
            # Control and plans ask for prices.
            prices,
            sun_shares,
            # What charges depends on the vehicle.
            self.vehicles,
            SessionSoc(hass, self.vehicles.soc),
            # What it finds out is counted, too.
            LateFacts(
                hass,
                entry,
                ledger,
                rate_then=prices.async_rate_then,
                meters=self.charge_control.grid_meters,
                power_of=power_of,
                corrected=self._session_corrected,
            ),
            self.statistics,
            # The mode holds the limit; a plan is made for a mode.
            self.charge_control,
            Fallbacks(hass, entry, self.charge_control),
            self.house_entities,
            # Whether sun is measured is what the control knows.
            ShownPricesBoard(
                hass,
                entry,
                prices,
                measures_sun=lambda: bool(self.charge_control.grid_meters()),
            ),
            self.session_starts,
            self.schedules,
            self.charge_plans,
            # It sets modes and plans.
            VehicleDefaults(
                memory, self.vehicles, self.charge_control, self.charge_plans
            ),
            self.weekly_switches,
            # They follow modes, boosts and plans.
            SessionLimits(memory, self.charge_control, self.charge_plans),
            PriorityCharging(hass, entry, self.charge_control),
            self.transfers,
            self.former,
            # These raise repair issues, and must see the first messages.
            refused,
            tls_refused,
            Impostors(hass, entry, memory),
            Raises(hass, entry, credentials),
            access_watcher,
            refused_levels,
            WrongClocks(hass, entry, memory),
            UnknownCards(
                hass,
                entry,
                self.id_tags.authorizer,
                self.backends.upstreams.cards.is_others,
            ),
            IgnoredLimits(hass),
            UnaskedDischarges(hass),
            FailedLimits(hass, entry),
            MissedLimits(hass, entry, memory),
            PhaseRotations(hass, entry),
            UnmeasuredFuse(hass, entry),
            Faults(hass),
            Flapping(hass),
            SpokenVersions(hass, memory),
            # What backends ask for is taken before they connect.
            Wishlist(hass, entry, self.backends.upstreams),
            # They see chargers as all others have left them.
            self.backends,
            self.backend_entities,
            BackendIssues(hass, entry, self.backends),
            self.payers,
            TwoPayersWatch(hass, entry, self.backends.upstreams, self.chargers.values),
            self._backend_names,
            Overrides(self.platforms),
            # The entities of sessions must be there before the first one starts.
            SessionEvents(self.who, lambda: prices.currency),
            # Last, as the charger's entities need all other components.
            _Following(),
        )
        self.arrivals = Arrivals()
        self._newcomers = Newcomers(
            hass,
            entry,
            memory,
            access,
            self.discovery,
            awaited=lambda: self.arrivals.in_demand,
            adopt=self.async_adopt,
            central_system=lambda: self.central_system,
        )
        self.central_system = CentralSystem(
            CentralSystemSettings(
                host=_address(entry.data.get(CONF_HOST)),
                port=entry.data.get(CONF_PORT, DEFAULT_PORT),
                strict_subprotocol=entry.options.get(CONF_STRICT_SUBPROTOCOL, False),
                addresses=access.rules(),
                secret_needed=entry.options.get(CONF_SECRET_ONLY, False),
            ),
            ledger=ledger,
            versions=versions,
            admit_unknown=self._newcomers.admission,
            on_pending=self._on_pending,
            authorizer=self.id_tags.authorizer,
            on_refused=self._on_refused,
            is_awaited=self.arrivals.awaits,
        )
        cards = self.backends.upstreams.cards
        cards.house = self.id_tags.authorizer
        self.central_system.others = cards
        access.changed = self._apply_access
        credentials.listen(lambda charge_point_id: self._apply_unknown_password())
        self._apply_unknown_password()

    @classmethod
    async def async_create(cls, hass: HomeAssistant, entry: OcppConfigEntry) -> Hub:
        """Create a hub; the first `async_update` attaches its chargers.

        Raises OSError if the address is not available.
        """
        await async_probe_port(
            entry.data.get(CONF_HOST), entry.data.get(CONF_PORT, DEFAULT_PORT)
        )
        storage = await async_open_books(hass, entry.entry_id, entry.title)
        memory = Memory(hass, entry.entry_id)
        prices = Prices(hass, entry, memory)
        sun_shares = SunShares(hass)
        ledger = Ledger(
            storage,
            pricing=Pricing(
                lambda one, at: prices.rate(one.id_tag, one.vehicle, at),
                sun_shares.share,
                lambda: price_options(entry.options).discharged,
            ),
        )
        upstream_books = UpstreamBooks(storage)
        access = Access(hass, entry)
        credentials = Credentials(hass, entry.entry_id)
        try:
            await memory.async_load()
            # What the books complete when they are read has a price.
            prices.async_load()
            versions, backend_secrets, _, _, _ = await asyncio.gather(
                hass.async_add_executor_job(load_versions),
                async_secrets(hass, entry.entry_id),
                ledger.load(),
                access.async_load(),
                credentials.async_load(),
            )
            hub = cls(
                hass,
                entry,
                versions,
                storage,
                ledger,
                memory,
                access,
                credentials,
                prices,
                sun_shares,
                upstream_books,
                backend_secrets,
            )
            hub._show_newer_memory()
            await hub.session_totals.async_load()
        except BaseException:
            # The set-up is repeated, and opens them again.
            prices.async_stop()
            await storage.close()
            raise
        return hub

    def _show_newer_memory(self) -> None:
        """Raise a repair issue if the stored charger data is of a later version."""
        entry = self._entry
        if self._memory.is_newer:
            async_raise_issue(
                self._hass, "memory_newer", entry.entry_id, server=entry.title
            )
        else:
            async_clear_issue(self._hass, "memory_newer", entry.entry_id)

    def add(self, component: Component) -> None:
        """Add a component after all others, before the first `async_update`."""
        self._components += (component,)

    def part[T: Component](self, kind: type[T]) -> T:
        """Return the component of a class. Raises LookupError if there is none."""
        for component in self._components:
            if isinstance(component, kind):
                return component
        raise LookupError(kind.__name__)

    async def async_start(self) -> None:
        """Start listening. Raises OSError if the address is not available."""
        await self._encryption.async_prepare()
        await self.central_system.start()
        self._listening = True
        for component in self._components:
            component.async_start()
        self._cancel_tick = async_track_time_interval(
            self._hass, self._tick, _TICK, name=f"{DOMAIN} tick"
        )

    async def async_stop(self, _event: Any = None) -> None:
        """Close all connections, free the port and save unsaved data."""
        if not self._running:
            return
        self._running = False
        if self._cancel_tick is not None:
            self._cancel_tick()
            self._cancel_tick = None
        for component in reversed(self._components):
            with guarded("Stopping", type(component).__name__):
                component.async_stop()
        await self.backends.async_close()
        await self.central_system.stop()
        await async_close_books(self._hass, self._entry.entry_id, self._storage)
        await self._memory.async_close()
        await self._credentials.async_close()

    @property
    def own_tag(self) -> str:
        """The id tag of remotely started sessions, unless a charger has its own."""
        return own_tag_of(self._entry)

    def who(self, id_tag: str | None, vehicle: str | None) -> Who:
        """Return the names of a session's tag and vehicle, from their ids."""
        return Who(
            tag=self.id_tags.name_of(id_tag or ""),
            vehicle=self.vehicles.name_of(vehicle),
        )

    def who_at(self, connector: Connector) -> Who:
        """Return who charges at a connector, or whose vehicle is plugged in there."""
        session, vehicle = self.session_at(connector), self.vehicles.at(connector)
        if session is None:
            return self.who(None, vehicle)
        return self.who(session.id_tag, session.vehicle or vehicle)

    def session_at(self, connector: Connector) -> Transaction | None:
        """Return the running session of a connector, or the last one of this plug."""
        return session_at(connector, self.vehicles.plugged_since(connector))

    def names(self) -> Names:
        """Return the present names, for many sessions at once."""
        return Names(
            chargers={one.charge_point.id: one for one in self.chargers.values()},
            tags={tag_key(one.id): one.name for one in self.id_tags.authorizer.tags},
            vehicles={one.id: one.name for one in self.vehicles.all()},
            currency=self.prices.currency,
            backed=self.backed(),
        )

    def backed(self) -> Backed:
        """Return the backends as lists of sessions show them."""
        known = self._backend_names
        return Backed(
            names=known.names, present=known.present, books=self._upstream_books
        )

    @callback
    def _session_corrected(self, charge_point_id: str) -> None:
        """Show what was corrected of a session, or found out later."""
        self.central_system.session_edited(charge_point_id)

    # Adding and removing chargers.

    @callback
    def async_update(self) -> None:
        """Apply what changed in the config entry, and nothing else."""
        if not self._running:
            return
        entry = self._entry
        if self._address != (entry.data.get(CONF_HOST), entry.data.get(CONF_PORT)):
            self._hass.config_entries.async_schedule_reload(entry.entry_id)
            return
        if options_changed := self._options != entry.options:
            self._options = MappingProxyType(dict(entry.options))
            self._apply_options()
        # Authorization rules come before chargers that may ask for authorization.
        self.id_tags.async_take_rules()
        subentries = {
            subentry.subentry_id: subentry
            for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
        }
        for subentry_id in self.chargers.keys() - subentries.keys():
            self._detach(subentry_id)
        for subentry_id in self._failed.keys() - subentries.keys():
            self._forget(subentry_id, self._failed.pop(subentry_id))
        for subentry_id, subentry in subentries.items():
            if (charger := self.chargers.get(subentry_id)) is not None:
                with guarded("Taking over changes", charger.name):
                    self._update(charger)
            elif self._failed.get(subentry_id) is not subentry.data:
                self._attach(subentry)
        for component in self._components:
            with guarded("Taking over changes", type(component).__name__):
                component.async_update()
        if options_changed:
            # The charge modes become available with the first meter.
            for charger in self.chargers.values():
                with guarded("Adding entities", charger.name):
                    self.platforms.async_grow(charger)

    @callback
    def async_expect(
        self, charge_point_id: str, id_tag: str, secret: str
    ) -> ChargePoint:
        """Adopt a charger during its setup, before it has a subentry.

        `async_release` ends this.

        Args:
            charge_point_id: The id of the charge point.
            id_tag: An id tag that is accepted at this charger.
            secret: The path secret in the address that the charger is given.
        """
        self.id_tags.async_expect(charge_point_id, id_tag)
        self.discovery.async_adopted(charge_point_id)
        known = self.central_system.charge_points.get(charge_point_id)
        return known or self.central_system.adopt(
            charge_point_id,
            replace(DEFAULT_SETTINGS, id_tag=id_tag, path_secret=secret),
        )

    @callback
    def async_release(self, charge_point_id: str) -> None:
        """Release a charger that was expected, unless it has a subentry by now."""
        self.id_tags.async_expect(charge_point_id, None)
        if self._running and subentry_of(self._entry, charge_point_id) is None:
            self._entry.async_create_task(
                self._hass,
                self.central_system.forget(charge_point_id),
                f"{DOMAIN} release {charge_point_id}",
            )

    @callback
    def async_open(self, charge_point_id: str) -> None:
        """Accept a charger without its path secret for a limited time."""
        self.central_system.open_id(charge_point_id, OPENED_SECONDS)

    def _open_with_new_secret(self, charger: Charger) -> None:
        """Accept a charger without its path secret while the user enters a new one."""
        charge_point = charger.charge_point
        if charger.settings.path_secret != charge_point.settings.path_secret:
            self.async_open(charge_point.id)

    def _update(self, charger: Charger) -> None:
        if charger.async_update():
            self._open_with_new_secret(charger)
            self.central_system.adopt(charger.charge_point.id, charger.settings)
            self.platforms.async_grow(charger)

    def _attach(self, subentry: ConfigSubentry) -> None:
        """Attach a charger; a failure does not affect the others."""
        subentry_id = subentry.subentry_id
        try:
            self._take_on(subentry)
        # Whatever the error, the other chargers are served, and the user is informed.
        except Exception as err:  # noqa: BLE001
            if (charger := self.chargers.pop(subentry_id, None)) is not None:
                for component in reversed(self._components):
                    # A component that was not attached may fail to detach.
                    with suppress(Exception):
                        component.async_detach(charger)
            self._failed[subentry_id] = subentry.data
            self._tell_of_failure(subentry, err)
        else:
            self._failed.pop(subentry_id, None)
            async_clear_issue(self._hass, "charger_failed", subentry_id)

    def _take_on(self, subentry: ConfigSubentry) -> None:
        charge_point_id: str = subentry.data[CONF_CHARGE_POINT_ID]
        if self._listening:
            # The charger was added while the server runs.
            self.async_open(charge_point_id)
        charger = Charger(
            self._hass,
            self._entry,
            subentry,
            self.central_system.adopt(
                charge_point_id, settings_of(subentry, own_tag_of(self._entry))
            ),
            own_tag=self.own_tag,
            tag_name=self.id_tags.name_of,
            registered=self.platforms.registered(subentry.subentry_id),
            grown=self.platforms.async_grow,
        )
        self.chargers[subentry.subentry_id] = charger
        # The remembered state must be restored before any component reads it.
        async_remember(charger.charge_point, self._memory)
        for component in self._components:
            component.async_attach(charger)

    def _tell_of_failure(self, subentry: ConfigSubentry, error: Exception) -> None:
        """Report a charger whose setup failed, in the log and as a repair issue."""
        LOGGER.error(
            "Charger %s could not be taken on; the others are",
            subentry.title,
            exc_info=error,
        )
        async_raise_issue(
            self._hass,
            "charger_failed",
            subentry.subentry_id,
            severity=ir.IssueSeverity.ERROR,
            name=subentry.title,
            error=shown(f"{type(error).__name__}: {error}"),
        )

    def _detach(self, subentry_id: str) -> None:
        charger = self.chargers.pop(subentry_id)
        for component in reversed(self._components):
            with guarded("Letting go", charger.name):
                component.async_detach(charger)
        async_forget_charge_point(charger.charge_point, self._memory)
        self._forget(subentry_id, charger.subentry.data)

    def _forget(self, subentry_id: str, data: Mapping[str, Any]) -> None:
        """Delete the data of a charger that was removed."""
        charge_point_id = data[CONF_CHARGE_POINT_ID]
        self._credentials.async_forget(charge_point_id)
        self._memory.async_forget(charge_point_id)
        async_clear_issues(self._hass, subentry_id)
        async_charger_removed(self._hass, self._entry.entry_id, subentry_id)
        self._entry.async_create_task(
            self._hass,
            self.central_system.forget(charge_point_id),
            f"{DOMAIN} forget {charge_point_id}",
        )

    @callback
    def async_adopt(
        self,
        charge_point_id: str,
        told: Mapping[str, str],
        name: str | None = None,
        secret: str | None = None,
        current: float | None = None,
    ) -> None:
        """Add the subentry of a charger, connected or not, which adopts it.

        A charger that was here before gets its settings back.

        Args:
            charge_point_id: The id of the charge point.
            told: The identity that the charger reported, in the keys of the subentry.
            name: The name of the charger; by default that of before, or derived from
                `told`.
            secret: The path secret in the address that the user was shown.
            current: The maximum current that the user entered, in A.

        Raises:
            AbortFlow: The charger has a subentry already.
        """
        former = self.former.get(charge_point_id)
        if secret is None and former is not None:
            secret = former.secret
        data = data_of_new(
            charge_point_id, told, secret or new_path_secret(), former, current
        )
        if name is None:
            name = name_of_new(self._entry, charge_point_id, told, former)
            if name == charge_point_id:
                data[CONF_NAMED_BY_ID] = True
        self._hass.config_entries.async_add_subentry(
            self._entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_type=SUBENTRY_CHARGER,
                title=name,
                unique_id=charge_point_id,
            ),
        )

    def _on_refused(self, refusal: Refusal) -> None:
        if refusal.reason is RefusalReason.ADDRESS:
            self.access.async_refused()
        self.arrivals.async_refused(refusal)
        for watcher in self._refusals:
            watcher.async_refused(refusal)

    def _on_pending(self, charge_point: ChargePoint) -> None:
        if not self._running:
            return
        self.arrivals.async_pending(charge_point)
        if charge_point.connected:
            for watcher in self._refusals:
                watcher.async_connected(charge_point)
        self._newcomers.async_pending(charge_point)

    # Options.

    def _apply_options(self) -> None:
        central_system = self.central_system
        central_system.strict_subprotocol = self._options.get(
            CONF_STRICT_SUBPROTOCOL, False
        )
        self._apply_access()
        self._apply_unknown_password()
        central_system.secret_needed = self._options.get(CONF_SECRET_ONLY, False)
        self._newcomers.async_update()

    def _apply_unknown_password(self) -> None:
        if not self._options.get(CONF_PASSWORD_OF_UNKNOWN, False):
            password = None
        elif (password := self._credentials.unknown_password) is None:
            # It was lost: nobody gets in before another one was made.
            password = unusable()
        self.central_system.unknown_password = password

    def _apply_access(self) -> None:
        self.central_system.addresses = self.access.rules()

    # Time.

    @callback
    def _tick(self, _now: datetime) -> None:
        """Update the durations of running sessions, and call the components."""
        for charger in self.chargers.values():
            for connector in charger.charge_point.connectors.values():
                if connector.transaction is not None:
                    connector.tick()
        for component in self._components:
            with guarded("Looking", type(component).__name__):
                component.async_minute_passed()
