"""A charging station that speaks OCPP 2.0.1: its connection, its boot, its reports."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
import ssl
from typing import Any, Self, Unpack, override
from urllib.parse import quote
from uuid import uuid4

from simulator.car import Car
from simulator.clock import Clock, Timer
from simulator.errors import CallError, CallFailed, NotConnected
from simulator.faults import MALFORMED_FRAMES, Faults
from simulator.link import Link
from simulator.meter import Meter, Reading
from simulator.outbox import Item, Outbox
from simulator.security.identity import Identity
from simulator.structures import Options, Payload
from simulator.watching import Watched

from .charging import Charging
from .control import Control
from .device_model import DeviceModel, Variable
from .evse import Evse, Plug
from .profiles import Profiles
from .security import Security
from .sessions.priority import Priority
from .sessions.resumption import Resumption
from .shown.displays import Displays
from .shown.tariffs import Tariffs
from .tokens import Authorized, Token, Tokens, group_of
from .transactions import Transactions
from .upkeep import Upkeep
from .variables import Variables
from .vehicle.connected import ConnectedCars
from .vehicle.discharging import Discharging
from .watched.monitors import Monitors
from .watched.streams import Streams

type Handler = Callable[[Payload], Payload]

BOOT_RETRY = 60.0
"""Seconds; when the CSMS names no interval."""

REFUSALS: dict[str, Payload] = {
    "ClearChargingProfile": {"status": "Unknown"},
    "CostUpdated": {},
    "DeleteCertificate": {"status": "Failed"},
    "GetChargingProfiles": {"status": "NoProfiles"},
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "GetLocalListVersion": {"versionNumber": 0},
    "GetTransactionStatus": {"messagesInQueue": False},
    "SendLocalList": {"status": "Failed"},
    "UnlockConnector": {"status": "UnlockFailed"},
}
"""How to refuse the calls whose answer has no status Rejected."""

ERRORS: dict[type[Exception], str] = {
    KeyError: "OccurrenceConstraintViolation",
    TypeError: "TypeConstraintViolation",
    ValueError: "PropertyConstraintViolation",
    AttributeError: "TypeConstraintViolation",
}
STARTS = frozenset({"RequestStartTransaction", "RequestStopTransaction"})


class StationOptions(Options, total=False):
    """What a station takes besides `url` and `charge_point_id`.

    `connectors` of the other options is how many EVSEs it has, with one plug each.
    """

    plugs: Sequence[int]
    """For each EVSE, how many connectors it has."""
    vendor: str
    model: str
    table: Path | str
    """The CSV with its device model."""
    values: dict[str, str]
    """What variables are at first: `TxCtrlr.TxStartPoint` -> value."""
    version: str
    """The version of OCPP: `2.0.1` or `2.1`."""
    notify_events: bool
    """Whether it reports the state of connectors with NotifyEvent (G01.FR.03)."""


class ChargingStation(Watched):
    """A simulated station. Use it as an async context manager, or start and stop it.

    Times given to it are simulated seconds, except time-outs of waiting.
    """

    phase_switch_seconds = 0.0

    def __init__(
        self, url: str, charge_point_id: str, **options: Unpack[StationOptions]
    ) -> None:
        """Make a station that connects to `url` + "/" + `charge_point_id`."""
        super().__init__()
        self.charge_point_id = charge_point_id
        self.serial_number = charge_point_id[:25]
        self.vendor = options.get("vendor", "Generic")
        self.model_name = options.get("model", "Simulator 2")
        self.firmware = options.get("firmware", "2.0.0")
        self.clock = Clock(options.get("time_factor", 1.0))
        self.faults = options.get("faults") or Faults()
        self.faults.listener = self._fault_switched
        self.received: list[tuple[str, Payload]] = []
        """Every CALL of the CSMS: action and payload."""
        self.shown: list[str] = []
        """What its display has shown: costs and messages."""
        self.boot_status: str | None = None
        self.boot_count = 0
        self.boot_reason = "PowerUp"
        self.operational = False
        """Connected, and allowed to speak."""
        self.available = True
        self.auto_start_tag = options.get("auto_start_tag")
        """With a tag, a car that is plugged in charges without being asked for."""
        self.boot_on_reconnect = options.get("boot_on_reconnect", False)
        self.reboot_seconds = options.get("reboot_seconds", 1.0)
        self.max_phases = options.get("phases", 3)
        self.notify_events = options.get("notify_events", False)
        self.version = options.get("version", "2.0.1")
        plugs = tuple(options.get("plugs") or (1,) * options.get("connectors", 1))
        self.model = DeviceModel(plugs, options.get("table"), version=self.version)
        self._fill_model(options)
        headers = dict(options.get("headers", {}))
        self.link = Link(
            self,
            url=self.make_url(url),
            faults=self.faults,
            clock=self.clock,
            next_id=lambda: str(uuid4()),
            subprotocols=options.get("subprotocols", (f"ocpp{self.version}",)),
            headers=headers,
            tls=options.get("tls"),
            backoff=options.get("backoff", (1.0, 60.0)),
            call_timeout=options.get("call_timeout", 30.0),
            refusals=REFUSALS,
        )
        self.outbox = Outbox(
            self.link.call,
            clock=self.clock,
            faults=self.faults,
            retries=self._retries,
            problem=self.log,
        )
        self.outbox.listener = self.changed
        self.tokens = Tokens(self)
        self.tariffs = Tariffs(self)
        self.resumption = Resumption(self)
        self.priority = Priority(self)
        self.transactions = Transactions(self)
        self.charging = Charging(self)
        self.discharging = Discharging(self)
        self.control = Control(self)
        self.variables = Variables(self)
        self.upkeep = Upkeep(self)
        self.cars = ConnectedCars(self)
        self.displays = Displays(self)
        self.monitors = Monitors(self)
        self.streams = Streams(self)
        self.security = Security(
            self,
            options.get("security"),
            options.get("password"),
            own_header="Authorization" in headers,
        )
        self.security.entered(self.link.url)
        self.handlers: dict[str, Handler] = {
            name: handler
            for part in (
                self.tokens,
                self.tariffs,
                self.transactions,
                self.charging,
                self.discharging,
                self.control,
                self.priority,
                self.variables,
                self.upkeep,
                self.displays,
                self.monitors,
                self.streams,
                self.security,
            )
            for name, handler in part.handlers.items()
        }
        """Action -> what answers it; any other is NotImplemented."""
        self.main = self._evse(0, 0, options)
        """The whole station, with the main meter."""
        self.evses = [
            self._evse(number, count, options) for number, count in enumerate(plugs, 1)
        ]
        self._boot_needed = True
        self._boot_now = asyncio.Event()
        self._session: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._malformed = cycle(MALFORMED_FRAMES)
        self._heartbeat = Timer(self.clock, self._beat)
        self._aligned = Timer(self.clock, self._sample_aligned)
        self._after: list[Callable[[], object]] = []
        self._handling = False
        self._replies: deque[tuple[str, Payload]] = deque()
        self._replying = False
        self._event_number = 0
        self._offline_since: float | None = None
        self.model.listener = self._configured

    def _fill_model(self, options: StationOptions) -> None:
        put = self.model.put
        put("ChargingStation", "VendorName", self.vendor)
        put("ChargingStation", "Model", self.model_name)
        put("ChargingStation", "SerialNumber", self.serial_number)
        put("ChargingStation", "SupplyPhases", self.max_phases)
        put("SecurityCtrlr", "Identity", self.charge_point_id)
        if (interval := options.get("sample_interval")) is not None:
            put("SampledDataCtrlr", "TxUpdatedInterval", interval)
        if (measurands := options.get("measurands")) is not None:
            put("SampledDataCtrlr", "TxUpdatedMeasurands", measurands)
        for name, value in options.get("values", {}).items():
            component, _, variable = name.partition(".")
            put(component, variable, value)

    def _evse(self, number: int, plugs: int, options: StationOptions) -> Evse:
        seed = options.get("seed")
        return Evse(
            self,
            number,
            Meter(
                register_wh=options.get("register_wh", 0.0),
                noise=options.get("noise", 1.0),
                seed=None if seed is None else seed * 1000 + number,
            ),
            options.get("max_current", 32.0),
            [Plug(number=one) for one in range(1, plugs + 1)],
        )

    def make_url(self, prefix: str) -> str:
        """Return the websocket's address."""
        return f"{prefix.rstrip('/')}/{quote(self.charge_point_id, safe='')}"

    # Life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Power on."""
        self._running = asyncio.create_task(self.link.run())

    async def enter_address(self, url: str) -> None:
        """Connect to another address, which has the id at its end, from now on."""
        await self.link.hang_up()
        self.security.entered(url)
        self.link.go_online()

    async def stop(self) -> None:
        """Power off for good: closes the connection, ends every task and timer."""
        for evse in self.evses:
            evse.stop_timers()
        await self.link.close()
        tasks = [*self._tasks, *(t for t in (self._session, self._running) if t)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._heartbeat.stop()
        self._aligned.stop()
        self.tariffs.stop()
        self.charging.dynamic.stop()
        self.monitors.stop()
        self.streams.stop()
        self.outbox.drop_loose()

    async def reboot(self, reason: str = "PowerUp", *, resumes: bool = False) -> None:
        """Restart; `reason` is a BootReasonEnumType, PowerUp a loss of power.

        Args:
            reason: Why it restarts.
            resumes: Whether the transactions go on afterwards, as the CSMS wants (B13).
        """
        lost = reason == "PowerUp"
        if lost or resumes:
            for evse in self.transactions.running():
                if evse.transaction is not None:
                    evse.transaction.charging_before = evse.charging_state()
            resumes = self.resumption.interrupt(ordered=not lost)
        trigger, stopped = (
            ("AbnormalCondition", "PowerLoss")
            if lost
            else ("ResetCommand", "ImmediateReset")
            if reason == "RemoteReset"
            else ("ResetCommand", "Reboot")
        )
        if not lost and not resumes:
            self._end_all(trigger, stopped)
            if self.operational:
                with suppress(TimeoutError):
                    await self.wait_for(lambda: self.outbox.idle, 5.0)
        await self.link.hang_up()
        self.operational = False
        if not resumes:
            self._end_all(trigger, stopped)
        self._boot_needed = True
        self.boot_status, self.boot_reason = None, reason
        self.boot_count += 1
        self._replies.clear()
        if self.faults.list_forgotten:
            self.tokens.local_list.clear()
            self.tokens.list_version = 0
        if self.faults.profiles_forgotten:
            self.profiles.clear()
        for evse in self.evses:
            if self.faults.reservations_forgotten:
                evse.reserved = None
        self.log(f"rebooting ({reason})")
        await self.clock.sleep(self.reboot_seconds)
        self.resumption.end()
        self.security.restarted()
        self.link.go_online()

    def _end_all(self, trigger: str, reason: str) -> None:
        for evse in self.evses:
            self.transactions.end(evse, trigger, reason)

    # Watching

    @property
    def on_frame(self) -> Callable[[str, str], None] | None:
        """Called with "out" or "in" and the text of each frame; None is nobody."""
        return self.link.on_frame

    @on_frame.setter
    def on_frame(self, hook: Callable[[str, str], None] | None) -> None:
        self.link.on_frame = hook

    @property
    def connected(self) -> bool:
        """Whether the websocket is open."""
        return self.link.connected

    @property
    def accepted(self) -> bool:
        """Whether it is connected and its boot was accepted."""
        return self.operational and self.boot_status == "Accepted"

    @property
    def connectors(self) -> list[Evse]:
        """The station itself, then its EVSEs."""
        return [self.main, *self.evses]

    @property
    def profiles(self) -> Profiles:
        """The charging profiles that are installed."""
        return self.charging.profiles

    @property
    def identity(self) -> Identity:
        """Who it is for the CSMS."""
        return self.security.identity

    def connector(self, number: int = 1) -> Evse:
        """Return an EVSE by its number."""
        return self.connectors[number]

    def evse(self, number: object) -> Evse | None:
        """Return an EVSE that a message names; None if there is none."""
        if isinstance(number, int) and 1 <= number <= len(self.evses):
            return self.evses[number - 1]
        return None

    def calls(self, action: str) -> list[Payload]:
        """Return the payloads of all calls of that action so far."""
        return [payload for name, payload in self.received if name == action]

    async def wait_connected(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait for the websocket."""
        await self.wait_for(lambda: self.connected, timeout)

    async def wait_accepted(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait until the boot is accepted."""
        await self.wait_for(lambda: self.accepted, timeout)

    async def wait_idle(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait until everything was sent and answered."""
        await self.wait_for(
            lambda: self.accepted and self.outbox.idle and not self._replying, timeout
        )

    @override
    def summary(self) -> str:
        """Return one line about its state."""
        link = "connected" if self.connected else "offline"
        evses = ", ".join(
            f"{one.number} {one.status}"
            + (f" tx {one.transaction_id}" if one.transaction else "")
            for one in self.evses
        )
        return (
            f"{self.charge_point_id}: {link}, boot {self.boot_status}, {evses}, "
            f"{len(self.outbox)} to send, last error {self.link.last_error}"
        )

    def total(self) -> Reading:
        """Return what the main meter shows: all EVSEs together."""
        readings = [one.read() for one in self.evses]

        def add(values: list[tuple[float, float, float]]) -> Any:
            return tuple(sum(line) for line in zip(*values, strict=True))

        return Reading(
            current=add([one.current for one in readings]),
            power=add([one.power for one in readings]),
            total_power=sum(one.total_power for one in readings),
            energy_wh=sum(one.energy_wh for one in readings),
            export_w=sum(one.export_w for one in readings),
            export_wh=sum(one.export_wh for one in readings),
        )

    def show(self, text: str) -> None:
        """Show something on the display."""
        self.shown.append(text)
        self.log(f"display: {text}")

    # What people do

    async def plug(
        self, connector: int = 1, car: Car | None = None, *, plug: int = 1
    ) -> None:
        """Plug a car in at an EVSE; `plug` is which of its connectors."""
        self.connector(connector).plug_in(car or Car(), plug)

    async def unplug(self, connector: int = 1) -> None:
        """Pull the plug."""
        self.connector(connector).unplug()

    async def present_card(
        self, tag: str, connector: int | None = None, kind: str = "ISO14443"
    ) -> str:
        """Hold a card to the reader and return its authorization status.

        A card stops the transaction that it started; else it starts one, or gives
        the driver time to plug in.
        """
        token = Token(tag, kind)
        target = self._for_card(token, connector)
        running = target.authorized
        if running is not None and running.token.key == token.key:
            self.transactions.deauthorize(target, "StopAuthorized", "Local", token)
            return "Accepted"
        info = await self.tokens.authorize(token)
        status = str(info["status"])
        self.log(f"card {tag}: {status}")
        for name in ("personalMessage",):
            if name in info:
                self.show(info[name]["content"])
        if status != "Accepted":
            return status
        group = group_of(info)
        if running is None:
            self.tariffs.show_fallback(token)
        if running is not None:
            if self.tokens.is_master(token):
                self.transactions.deauthorize(
                    target, "StopAuthorized", "MasterPass", token
                )
                return status
            if group is not None and running.group == group:
                self.transactions.deauthorize(target, "StopAuthorized", "Local", token)
                return status
            return "ConcurrentTx"
        if self.tokens.is_master(token) or not self.may_use(target, token, group):
            return "Blocked"
        self.transactions.authorize(target, Authorized(token=token, group=group))
        return status

    def may_use(self, evse: Evse, token: Token, group: Token | None) -> bool:
        """Return whether somebody may charge at an EVSE now."""
        if not evse.available or evse.forced is not None or evse.resetting:
            return False
        kept = evse.reserved
        if kept is None:
            return True
        if kept.token.key == token.key:
            return True
        return (
            kept.group is not None
            and group is not None
            and (kept.group.key == group.key)
        )

    def _for_card(self, token: Token, number: int | None) -> Evse:
        if number is not None:
            return self.connector(number)
        for evse in self.evses:
            if evse.authorized is not None and evse.authorized.token.key == token.key:
                return evse
        for evse in self.evses:
            if evse.plugged and evse.authorized is None:
                return evse
        free = [one for one in self.evses if one.authorized is None]
        return (free or self.evses)[0]

    async def set_status(
        self,
        connector: int,
        status: str | None,
        *,
        error_code: str = "NoError",
    ) -> None:
        """Be Faulted or Unavailable, whatever an EVSE is doing; None ends that.

        Raise ValueError for any other status.
        """
        if status not in (None, "Faulted", "Unavailable"):
            raise ValueError(f"{status} follows from what happens at the EVSE")
        evse = self.connector(connector)
        faulty = status == "Faulted"
        if faulty != (evse.forced == "Faulted"):
            self._tell_problem(evse, error_code if faulty else None)
        evse.forced = status
        evse.error_code = error_code if faulty else "NoError"
        if status is not None:
            self.control.unusable(evse)
        evse.update()
        if self.operational:
            await self.wait_for(
                lambda: all(one.sent_status == one.status for one in evse.plugs)
            )

    def _tell_problem(self, evse: Evse, code: str | None) -> None:
        self.model.put("EVSE", "Problem", code is not None, evse=evse.number)
        event: Payload = {
            "component": {"name": "EVSE", "evse": {"id": evse.number}},
            "variable": {"name": "Problem"},
            "actualValue": "false" if code is None else "true",
            "trigger": "Delta",
        }
        if code is None:
            event["cleared"] = True
        else:
            event["techCode"] = code
        self.notify(event)

    def sample(self, evse: Evse) -> None:
        """Send what the meter shows now."""
        self.transactions.sample(evse)

    async def send_meter_values(self, connector: int = 1) -> None:
        """Send what the meter shows now; return when it has been answered."""
        self.transactions.sample(self.connector(connector))
        if self.operational:
            await self.wait_idle()

    async def drop(self) -> None:
        """Cut the TCP connection and stay offline until `reconnect`."""
        self.link.go_offline()
        await self.wait_for(lambda: not self.connected)

    async def reconnect(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Connect at once; return when connected."""
        self.link.go_online()
        await self.wait_connected(timeout)

    async def abandon(self) -> None:
        """Leave the old connection open and silent, and make a new one."""
        self.link.abandon()
        await self.wait_for(lambda: not self.connected)
        await self.wait_connected()

    async def enter_security(self, profile: int, password: str | None = None) -> None:
        """Set profile and password at the station, where a lower one is allowed."""
        await self.security.enter_security(profile, password)

    async def request_certificate(self) -> str:
        """Ask the CSMS for a certificate; return the status of the answer.

        Raise CallError, CallTimeout or NotConnected.
        """
        return await self.security.request_certificate()

    # Sending

    async def send(self, action: str, payload: Payload) -> Payload:
        """Send any CALL and return the answer's payload.

        Raise CallError, CallTimeout or NotConnected.
        """
        return await self.link.call(action, payload)

    async def send_raw(self, text: str) -> None:
        """Send any text as a frame. Raise NotConnected."""
        await self.link.send_raw(text)

    def queue(self, action: str, payload: Payload) -> None:
        """Queue a message that is worth nothing once the connection is gone."""
        if self.operational:
            self.outbox.put(Item(action, lambda: payload, done=self._done))

    def keep(self, action: str, payload: Payload) -> None:
        """Queue a message that is sent even if that is later."""
        waiting = self.outbox.waiting(action)
        if any(one.get("type") == payload.get("type") for one in waiting):
            return
        self.outbox.put(Item(action, lambda: payload, keep=True, done=self._done))

    def reply(self, action: str, payload: Payload) -> None:
        """Send what a call has asked for, after its answer; also while Pending."""
        if self.operational:
            self.after(lambda: self.queue(action, payload))
            return
        self._replies.append((action, payload))
        if not self._replying:
            self._replying = True
            self.after(lambda: self.spawn(self._reply()))

    async def _reply(self) -> None:
        try:
            while self._replies:
                action, payload = self._replies.popleft()
                try:
                    await self.link.call(action, payload)
                except NotConnected:
                    self._replies.clear()
                except CallFailed as err:
                    self.log(f"{action}: {err}")
        finally:
            self._replying = False
            self.changed()

    def notify(self, event: Payload) -> int:
        """Send a NotifyEvent with one event (N07); return the number of the event."""
        self.queue("NotifyEvent", self.event_payload(event))
        return self._event_number

    def event_payload(self, *events: Payload) -> Payload:
        """Return a NotifyEvent with some events, whose numbers are added."""
        now = self.timestamp()
        data: list[Payload] = []
        for event in events:
            self._event_number += 1
            data.append(
                {
                    "eventId": self._event_number,
                    "timestamp": now,
                    "eventNotificationType": "HardWiredNotification",
                    **event,
                }
            )
        return {"generatedAt": now, "seqNo": 0, "tbc": False, "eventData": data}

    def timestamp(self, when: Any = None) -> str:
        """Return a time as it is written."""
        when = when or self.clock.now()
        text: str = when.isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")

    # Status

    def status_changed(self, evse: Evse, plug: Plug) -> None:
        """Report a connector's new status."""
        if plug.status in ("Faulted", "Unavailable"):
            # Nobody can use it any more.
            self.control.unusable(evse)
        self.model.put(
            "Connector",
            "AvailabilityState",
            plug.status,
            evse=evse.number,
            plug=plug.number,
        )
        self.model.put("EVSE", "AvailabilityState", plug.status, evse=evse.number)
        self.report_status(evse, plug)

    def report_status(self, evse: Evse, plug: Plug, *, asked: bool = False) -> None:
        """Queue the status of a connector; `asked` is by a TriggerMessage."""
        if self.operational:
            self.outbox.put(self._status_item(evse, plug))
        elif asked:
            self.reply("StatusNotification", self._status(evse, plug))

    def _status(self, evse: Evse, plug: Plug) -> Payload:
        return {
            "timestamp": self.timestamp(),
            "connectorStatus": plug.status,
            "evseId": evse.number,
            "connectorId": plug.number,
        }

    def _status_item(self, evse: Evse, plug: Plug) -> Item:
        status = plug.status
        action, payload = "StatusNotification", self._status(evse, plug)
        if self.notify_events:
            self._event_number += 1
            action = "NotifyEvent"
            payload = {
                "generatedAt": payload["timestamp"],
                "seqNo": 0,
                "eventData": [
                    {
                        "eventId": self._event_number,
                        "timestamp": payload["timestamp"],
                        "trigger": "Delta",
                        "actualValue": status,
                        "eventNotificationType": "HardWiredNotification",
                        "component": {
                            "name": "Connector",
                            "evse": {"id": evse.number, "connectorId": plug.number},
                        },
                        "variable": {"name": "AvailabilityState"},
                    }
                ],
            }

        def sent(answer: Payload | None) -> None:
            if answer is not None:
                plug.sent_status = status
            self.changed()

        return Item(action, lambda: payload, done=sent)

    def update_all(self) -> None:
        """Let every EVSE look again at what counts for it."""
        for evse in self.evses:
            evse.update()

    # What the link tells

    def link_begins(self) -> None:
        """Prepare what the next connection is made with."""
        self.security.link_begins()

    def link_encrypted(self, tls: ssl.SSLObject) -> None:
        """Look at the certificate of the CSMS. Raise OSError to refuse it."""
        self.security.link_encrypted(tls)

    def link_opened(self) -> None:
        """Begin a session on a new connection."""
        self.log(f"connected to {self.link.url}")
        self.security.link_opened()
        if self.faults.drop_profile_on_reconnect and self.boot_status is not None:
            self.profiles.clear()
            self.update_all()
        self._session = asyncio.create_task(self._talk())
        self.changed()

    def link_closed(self, reason: str) -> None:
        """End the session."""
        self.log(f"disconnected ({reason})")
        self.operational = False
        self._offline_since = self.clock.monotonic()
        self.charging.dynamic.lost()
        self._heartbeat.stop()
        self._aligned.stop()
        if self._session is not None:
            self._session.cancel()
            self._session = None
        self.outbox.drop_loose()
        if self.faults.reboot_on_server_loss and self.link.wanted:
            self.spawn(self.reboot())
        self.changed()

    def link_refused(self, error: Exception) -> None:
        """Note that no connection came about."""
        self.log(f"cannot connect: {self.link.last_error or type(error).__name__}")
        self.security.link_refused(error)
        self.changed()

    def ping_interval(self) -> float:
        """Return how often to ping, in s; 0 is never."""
        return self.model.integer("OCPPCommCtrlr", "WebSocketPingInterval")

    def handle_call(self, action: str, payload: Payload) -> Payload:
        """Return the answer to a call. Raise CallError to refuse it."""
        self.received.append((action, payload))
        self._handling = True
        handler = self.handlers.get(action)
        if handler is None:
            raise CallError("NotImplemented", f"{action} is not implemented")
        if self.boot_status == "Rejected":
            self.violation(f"{action} after the boot was rejected (B03.FR.03)")
            raise CallError("SecurityError", "the boot was rejected")
        if self.boot_status != "Accepted" and action in STARTS:
            # B02.FR.05
            self.violation(f"{action} before the boot was accepted")
            return {"status": "Rejected"}
        try:
            answer = handler(payload)
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            text = f"{type(err).__name__}: {err}"
            self.violation(f"{action} with a bad payload ({text})")
            code = next(code for kind, code in ERRORS.items() if isinstance(err, kind))
            raise CallError(code, text) from err
        words = f" {answer['status']}" if "status" in answer else ""
        self.log(f"{action}{words}")
        return answer

    def answered(self) -> None:
        """Do what was waiting for the answer to be sent."""
        self._handling = False
        callbacks, self._after = self._after, []
        for callback in callbacks:
            callback()

    def after(self, callback: Callable[[], object]) -> None:
        """Do something as soon as the call being handled was answered."""
        if self._handling:
            self._after.append(callback)
        else:
            callback()

    # Boot

    def boot_payload(self) -> Payload:
        """Return the BootNotification."""
        return {
            "reason": self.boot_reason,
            "chargingStation": {
                "vendorName": self.vendor,
                "model": self.model_name,
                "serialNumber": self.serial_number,
                "firmwareVersion": self.firmware,
            },
        }

    def boot_again(self) -> None:
        """Send a BootNotification at once, as TriggerMessage asks for."""
        self.boot_reason = "Triggered"
        self._boot_now.set()

    async def _talk(self) -> None:
        booted = self._boot_needed or self.boot_on_reconnect
        try:
            if booted:
                await self._boot()
            self._resume(booted)
            await self.outbox.run()
        except NotConnected:
            pass

    async def _boot(self) -> None:
        while True:
            self._boot_now.clear()
            interval = 0.0
            try:
                answer = await self.link.call("BootNotification", self.boot_payload())
            except NotConnected:
                raise
            except CallFailed as err:
                self.log(f"BootNotification: {err}")
            else:
                interval = self._boot_answered(answer)
                if self.boot_status == "Accepted":
                    return
            with suppress(TimeoutError):
                async with asyncio.timeout(self.clock.real(interval or BOOT_RETRY)):
                    await self._boot_now.wait()

    def _boot_answered(self, answer: Payload) -> float:
        self.boot_status = str(answer.get("status"))
        interval = float(answer.get("interval") or 0)
        self.log(f"boot: {self.boot_status}, interval {interval:g} s")
        if self.boot_status == "Accepted":
            self._boot_needed = False
            self.boot_reason = "PowerUp"
            if interval > 0:
                self.model.put("OCPPCommCtrlr", "HeartbeatInterval", int(interval))
        self.changed()
        return interval

    def _resume(self, booted: bool) -> None:
        self.operational = True
        since, self._offline_since = self._offline_since, None
        offline = 0.0 if since is None else self.clock.monotonic() - since
        all_of_them = booted or offline > self.model.integer(
            "OCPPCommCtrlr", "OfflineThreshold"
        )
        # What happened while it was offline is told after what the state is now (B04).
        self.outbox.put_first(
            [
                self._status_item(evse, plug)
                for evse in self.evses
                for plug in evse.plugs
                if all_of_them or plug.sent_status != plug.status
            ]
        )
        if booted:
            self.cars.forget()
        for evse in self.evses:
            self.cars.look(evse)
        self.charging.dynamic.back()
        self._heartbeat.start(self.model.integer("OCPPCommCtrlr", "HeartbeatInterval"))
        self._align()
        self.changed()

    def _align(self) -> None:
        interval = self.model.integer("AlignedDataCtrlr", "Interval")
        # Multiples of the interval since midnight.
        now = self.clock.now()
        passed = now.hour * 3600 + now.minute * 60 + now.second
        self._aligned.start(
            interval, interval - passed % interval if interval > 0 else 0
        )

    def _sample_aligned(self) -> None:
        for evse in self.evses:
            self.transactions.aligned(evse)

    def _beat(self) -> None:
        self.queue("Heartbeat", {})

    # Inside

    def _retries(self) -> tuple[int, float]:
        integer, name = self.model.integer, "TransactionEvent"
        return (
            integer("OCPPCommCtrlr", "MessageAttempts", name, 3),
            integer("OCPPCommCtrlr", "MessageAttemptInterval", name, 10),
        )

    def _done(self, answer: Payload | None) -> None:
        self.changed()

    def _configured(self, variable: Variable) -> None:
        self.monitors.changed(variable)
        match variable.component, variable.name:
            case "OCPPCommCtrlr", "HeartbeatInterval" if self.operational:
                self._heartbeat.start(int(variable.value))
            case "OCPPCommCtrlr", "WebSocketPingInterval":
                self.link.restart_keep_alive()
            case "ClockCtrlr", "TimeZone":
                self.charging.set_zone(variable.value)
            case "AlignedDataCtrlr", "Interval" if self.operational:
                self._align()
            case "SampledDataCtrlr", "TxUpdatedInterval" | "TxEndedInterval":
                for evse in self.transactions.running():
                    self.transactions.start_timers(evse)
        self.changed()

    def _fault_switched(self, name: str, value: Any) -> None:
        self.log(f"fault {name}: {value}")
        if name == "half_open":
            self.link.freeze(bool(value))
