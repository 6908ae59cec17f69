"""The set-up of one go-eCharger; the steps in `flow.py` use it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_TOKEN,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ADDRESS_CHOSEN,
    CONF_BACKUP,
    CONF_ENCRYPTION,
    CONF_FIRMWARE,
    CONF_ID_TAG,
    CONF_MODEL,
    CONF_SERIAL,
    CONF_TLS_PORT,
    CONF_VENDOR,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_TLS_PORT,
    DOMAIN,
    LOGGER,
    SUBENTRY_CHARGER,
)
from ..csms.model.model import ChargePointSettings
from ..former.chargers import Former, data_of_new
from ..goe.address import charge_url, own_address
from ..goe.apply import Progress, apply
from ..goe.client import GoEClient
from ..goe.errors import GoEError, SetUpFailedError
from ..goe.model import GoEState, Identity
from ..goe.plan import Access, Away, Plan, Wishes, make_plan, most_current
from ..goe.restore import Backup, restore
from ..security.path_secrets import encryption_of, new_path_secret
from ..tags.registry import new_own_tag
from . import client as goe_client
from .rollback import Rollback
from .store import Outcome, Record

if TYPE_CHECKING:
    from ..csms.charge_point import ChargePoint
    from ..hub import Hub, OcppConfigEntry

ARRIVAL_WAIT = 30.0
"""Seconds to wait for a connection that the charger reports already."""

_VENDOR = "go-e"


class NotHereError(GoEError):
    """The charger is connected to another central system at our address."""


async def async_own_url(
    entry: ConfigEntry[Any] | None,
    host: str,
    charge_point_id: str,
    port: int,
    secret: str | None,
    *,
    tls: bool = False,
) -> str | None:
    """Return the URL of the server for a charger; None if there is no route.

    `host` is the address of the charger; without an `entry` the server is new. `tls`
    returns the URL for encrypted connections, with a name of the certificate.
    """
    bound = DEFAULT_HOST if entry is None else entry.data.get(CONF_HOST, DEFAULT_HOST)
    own = bound if bound != DEFAULT_HOST else await own_address(host)
    if own is None:
        return None
    if tls and entry is not None and (encryption := encryption_of(entry)) is not None:
        own = encryption.host_for(own)
    return charge_url(own, port, charge_point_id, secret, tls=tls)


def server_port(entry: ConfigEntry[Any]) -> int:
    """Return the port of a server."""
    port: int = entry.data.get(CONF_PORT, DEFAULT_PORT)
    return port


def server_tls_port(entry: ConfigEntry[Any]) -> int:
    """Return the port of a server for encrypted connections, on or off."""
    port: int = entry.options.get(CONF_ENCRYPTION, {}).get(
        CONF_TLS_PORT, DEFAULT_TLS_PORT
    )
    return int(port)


def adopted_charger(
    hass: HomeAssistant, serial: str
) -> tuple[OcppConfigEntry, ConfigSubentry] | None:
    """Return the adopted charger with that serial number, and its server."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER):
            if serial in (subentry.unique_id, subentry.data.get(CONF_SERIAL)):
                return entry, subentry
    return None


def told_by(identity: Identity) -> dict[str, str]:
    """Return the identity of a charger as its subentry keeps it."""
    told = {
        CONF_VENDOR: identity.manufacturer or _VENDOR,
        CONF_MODEL: identity.model,
        CONF_SERIAL: identity.serial,
        CONF_FIRMWARE: identity.firmware.text,
    }
    return {key: value for key, value in told.items() if value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """The choices of the user."""

    name: str
    access: Access
    away: Away
    address: str
    """The address of the server for the charger; a host without port."""
    port: int
    chosen: bool
    """True if the address or the port differs from the suggestion."""
    current: float
    """The maximum current of the circuit, in A."""


class Stage(Enum):
    """The stages of a set-up."""

    READ = auto()
    """The charger was read; nothing is changed, or the set-up was given up."""
    CLAIMED = auto()
    """The charger is reserved for this set-up; nothing is changed."""
    CHANGING = auto()
    """The earlier settings are on disk; the charger is being changed."""
    CHANGED = auto()
    """The charger is set up and connected; its subentry has yet to be created."""
    UNDOING = auto()
    """The settings are being restored, as the user has cancelled."""
    ADDED = auto()
    """The subentry exists."""


_NEXT: Mapping[Stage, frozenset[Stage]] = {
    Stage.READ: frozenset({Stage.CLAIMED}),
    Stage.CLAIMED: frozenset({Stage.CHANGING, Stage.READ}),
    Stage.CHANGING: frozenset({Stage.CHANGED, Stage.UNDOING, Stage.READ}),
    Stage.CHANGED: frozenset({Stage.ADDED, Stage.UNDOING}),
    Stage.UNDOING: frozenset({Stage.READ}),
    Stage.ADDED: frozenset(),
}
"""The possible next stages. READ follows if the set-up fails or is given up."""


class GoESetUp:
    """The set-up of one charger, from the first read to its subentry."""

    def __init__(
        self,
        hass: HomeAssistant,
        rollback: Rollback,
        client: GoEClient,
        token: str | None,
        state: GoEState,
    ) -> None:
        """Initialize with the state that was read."""
        self._hass = hass
        self._rollback = rollback
        self.client = client
        self.token = token
        self.state = state
        self.own_tag = new_own_tag()
        """The id tag that the charger uses when no card is presented."""
        self.secret = new_path_secret()
        """The secret in the charger's URL, which is unique to it."""
        self.choices: Choices | None = None
        self.plan: Plan | None = None
        self.failure: GoEError | None = None
        """The reason why the set-up failed."""
        self._stage = Stage.READ
        self._backup: Backup | None = None
        """The earlier settings, once the charger is changed."""
        self._earlier: Backup | None = None
        """The settings before an earlier set-up of the same charger."""
        self._hub: Hub | None = None
        self._task: asyncio.Task[Any] | None = None
        self._unlisten: Callable[[], None] | None = None

    def _move(self, stage: Stage) -> None:
        """Change to another stage. Raises RuntimeError if it cannot follow."""
        if stage not in _NEXT[self._stage]:
            raise RuntimeError(f"from {self._stage.name} to {stage.name}")
        self._stage = stage

    @property
    def identity(self) -> Identity:
        """The identity of the charger."""
        return self.state.identity

    @property
    def own_current(self) -> float | None:
        """The maximum current of the installation in A; None if it is not reported."""
        told = most_current(self.state)
        return None if told is None else float(told)

    def choose(self, choices: Choices) -> Plan:
        """Store the user's choices; return the planned changes."""
        settings = ChargePointSettings()
        self.choices = choices
        self.plan = make_plan(
            self.state,
            Wishes(
                url=charge_url(
                    choices.address, choices.port, self.identity.serial, self.secret
                ),
                access=choices.access,
                away=choices.away,
                sample_interval=settings.sample_interval or None,
                heartbeat_interval=settings.heartbeat_interval or None,
                id_tag=self.own_tag,
                max_current=int(choices.current),
            ),
        )
        return self.plan

    @callback
    def async_claim(self) -> bool:
        """Reserve the charger; return False if another set-up has reserved it."""
        if not self._rollback.records.async_claim(self.identity.serial):
            return False
        self._move(Stage.CLAIMED)
        return True

    async def async_run(
        self,
        entry: OcppConfigEntry,
        on_progress: Callable[[Progress], None],
        *,
        made: bool,
    ) -> None:
        """Change the reserved charger and wait for it; undo the changes if that fails.

        `failure` is the reason, None if the set-up succeeded. `made` is whether the
        server was created for the charger.
        """
        assert self.plan is not None
        self.failure = None
        self._hub = hub = entry.runtime_data
        self._task = asyncio.current_task()
        self._unlisten = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stopping
        )
        serial = self.identity.serial
        charge_point = hub.async_expect(serial, self.own_tag, self.secret)

        async def keep(backup: Backup) -> None:
            self._move(Stage.CHANGING)
            self._earlier = await self._rollback.records.async_begin(
                serial, self._record(backup, entry.entry_id, made=made)
            )

        try:
            self._backup = await apply(
                self.client,
                self.plan,
                poll=goe_client.TIMING.poll,
                wait=goe_client.TIMING.wait,
                on_progress=on_progress,
                keep=keep,
            )
            try:
                async with asyncio.timeout(ARRIVAL_WAIT):
                    await _arrival(charge_point)
            except TimeoutError:
                self.failure = SetUpFailedError(
                    NotHereError(self.plan.url), await self._async_undo()
                )
        except GoEError as err:
            self.failure = err
        except BaseException:
            # `apply` undoes its changes when it is cancelled, but not once it has
            # returned.
            if self._backup is None or self._hass.is_stopping:
                self._let_go()
            else:
                self._abandon()
            raise
        finally:
            self._task = None
        if self.failure is None:
            self._move(Stage.CHANGED)
        else:
            self._let_go()

    def _record(self, backup: Backup, entry_id: str, *, made: bool) -> Record:
        assert self.choices is not None
        return Record(
            outcome=Outcome.UNFINISHED,
            name=self.choices.name,
            host=self.client.host,
            token=self.token,
            backup=backup,
            entry_id=entry_id,
            made=made,
            since=dt_util.utcnow().timestamp(),
        )

    async def _async_stopping(self, _event: Event) -> None:
        """Undo the set-up while the network is still available."""
        self._unlisten = None
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait({task})
        await self._async_undo()

    def _let_go(self) -> None:
        """Give up the set-up; remaining changes are undone in the background."""
        changed = self._stage in (Stage.CHANGING, Stage.UNDOING)
        self._move(Stage.READ)
        serial = self.identity.serial
        if self._hub is not None:
            self._hub.async_release(serial)
        self._release()
        if not changed:
            return
        records = self._rollback.records
        if isinstance(self.failure, SetUpFailedError) and not self.failure.left:
            records.async_undone(serial)
        elif serial in records.unfinished() and not self._hass.is_stopping:
            self._rollback.async_undo_soon(serial)

    def _release(self) -> None:
        """Allow other set-ups of the charger."""
        if self._unlisten is not None:
            self._unlisten()
        self._unlisten = self._hub = None
        self._rollback.records.async_release(self.identity.serial)

    async def _async_undo(self) -> tuple[str, ...]:
        """Restore all settings; return the keys that could not be restored."""
        backup, self._backup = self._backup, None
        if backup is None:
            return ()
        try:
            restored = await restore(self.client, backup, passing=True)
        except GoEError as err:
            LOGGER.warning(
                "Cannot put back the settings of %s: %s", self.client.host, err
            )
            return tuple(backup.before)
        return (*restored.changed, *restored.refused)

    def _abandon(self) -> None:
        """Restore all settings in the background, and give up the set-up."""
        self._move(Stage.UNDOING)
        self._hass.async_create_background_task(
            self._async_abandon(), f"{DOMAIN} abandon {self.client.host}"
        )

    async def _async_abandon(self) -> None:
        await self._async_undo()
        self._let_go()

    @callback
    def async_close(self) -> None:
        """End the set-up: keep the charger if it has its subentry, or else undo."""
        match self._stage:
            case Stage.READ | Stage.UNDOING | Stage.ADDED:
                pass
            case Stage.CLAIMED | Stage.CHANGING:
                # A running task is cancelled by its flow, and gives up itself.
                if self._task is None:
                    self._let_go()
            case Stage.CHANGED if self._is_added():
                self._move(Stage.ADDED)
                self._release()
            case Stage.CHANGED:
                self._abandon()

    def _is_added(self) -> bool:
        record = self._rollback.records.get(self.identity.serial)
        return record is not None and record.outcome is not Outcome.UNFINISHED

    def data(self, former: Former | None) -> dict[str, Any]:
        """Return the data of the charger's subentry; `former` is what was set before."""
        assert self.choices is not None and self._backup is not None
        earlier, backup = self._earlier, self._backup
        if earlier is not None:
            backup = earlier.followed_by(backup)
        serial = self.identity.serial
        told = told_by(self.identity)
        data = data_of_new(serial, told, self.secret, former, self.choices.current) | {
            CONF_ID_TAG: self.own_tag,
            CONF_HOST: self.client.host,
            CONF_BACKUP: backup.as_dict(),
        }
        if self.token:
            data[CONF_TOKEN] = self.token
        if self.choices.chosen:
            data[CONF_ADDRESS_CHOSEN] = True
        return data


async def _arrival(charge_point: ChargePoint) -> None:
    """Wait until a charger is connected, accepted and ready."""
    here = asyncio.Event()

    def changed() -> None:
        if charge_point.connected and charge_point.ready:
            here.set()

    unwatch = charge_point.watch(("connected", "ready"), changed)
    changed()
    try:
        await here.wait()
    finally:
        with suppress(KeyError):
            unwatch()


def backup_of(data: Mapping[str, Any]) -> Backup | None:
    """Return the backup in the data of a subentry."""
    return Backup.from_dict(data.get(CONF_BACKUP))
