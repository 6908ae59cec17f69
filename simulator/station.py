"""A station on the network: connects, boots, reports; without charging yet."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from itertools import cycle
import ssl
from typing import Any, Self, Unpack, override

from .clock import Clock, Timer
from .connector import Connector
from .dispatch import Dispatch
from .errors import CallFailed, NotConnected
from .faults import MALFORMED_FRAMES, Faults
from .link import Link
from .outbox import Item, Outbox
from .profiles import ProfileStore
from .structures import Options, Payload

BOOT_RETRY = 60.0  # s; when the central system names no interval


class Station(Dispatch):
    """A simulated charger. Use it as an async context manager, or start and stop it.

    Times given to it are simulated seconds, except time-outs of waiting.
    """

    connectors: list[Connector]

    def __init__(
        self, url: str, charge_point_id: str, **options: Unpack[Options]
    ) -> None:
        """Make a charger that connects to `url` + "/" + `charge_point_id`."""
        super().__init__()
        self.charge_point_id = charge_point_id
        self.firmware = options.get("firmware", self.default_firmware)
        self.clock = Clock(options.get("time_factor", 1.0))
        self.faults = options.get("faults") or Faults()
        self.faults.listener = self._fault_switched
        self.configuration = self.make_configuration()
        self.profiles = ProfileStore()
        self.boot_count = 0
        self.operational = False
        """Connected, and allowed to speak."""
        self.known_tags: dict[str, Payload] = {}
        """Cached idTagInfo by tag."""
        self.boot_on_reconnect = options.get(
            "boot_on_reconnect", self.boots_on_reconnect
        )
        self.auto_start_tag = options.get("auto_start_tag")
        """With a tag, a car that is plugged in charges without being asked for."""
        self.reboot_seconds = options.get("reboot_seconds", 1.0)
        self.max_phases = options.get("phases", 3)
        self._ids = self.message_ids()
        self._boot_needed = True
        self._boot_now = asyncio.Event()
        self._session: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._malformed = cycle(MALFORMED_FRAMES)
        self._heartbeat = Timer(self.clock, self._beat)
        self._aligned = Timer(self.clock, self.sample_aligned)
        headers = dict(options.get("headers", {}))
        if (password := options.get("password")) is not None:
            pair = f"{charge_point_id}:{password}".encode()
            headers["Authorization"] = "Basic " + b64encode(pair).decode()
        self.link = Link(
            self,
            url=self.make_url(url),
            faults=self.faults,
            clock=self.clock,
            next_id=lambda: next(self._ids),
            subprotocols=options.get("subprotocols", ("ocpp1.6",)),
            headers=headers,
            tls=options.get("tls"),
            backoff=options.get("backoff", (1.0, 60.0)),
            call_timeout=options.get("call_timeout", 30.0),
        )
        self.outbox = Outbox(
            self.link.call,
            clock=self.clock,
            faults=self.faults,
            retries=lambda: (
                self.configuration.integer("TransactionMessageAttempts", 3),
                self.configuration.integer("TransactionMessageRetryInterval", 10),
            ),
            problem=self.log,
        )
        self.outbox.listener = self.changed
        self.connectors = self.make_connectors(options)
        if (interval := options.get("sample_interval")) is not None:
            self.configuration.put("MeterValueSampleInterval", str(interval))
        if (measurands := options.get("measurands")) is not None:
            self.configuration.put("MeterValuesSampledData", measurands)
        self.configuration.listener = self._configured

    # What charge_point.py adds

    def make_connectors(self, options: Options) -> list[Connector]:
        """Return the connectors, with connector 0 at the front."""
        raise NotImplementedError

    def sample_aligned(self) -> None:
        """Queue the clock-aligned samples of all connectors."""
        raise NotImplementedError

    async def reboot(
        self, reason: str = "PowerLoss", *, graceful: bool = False
    ) -> None:
        """Restart."""
        raise NotImplementedError

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
        self.link.url = url
        self.link.go_online()

    async def stop(self) -> None:
        """Power off for good: closes the connection, ends every task and timer."""
        for connector in self.connectors:
            connector.stop_timers()
        await self.link.close()
        tasks = [*self._tasks, *(t for t in (self._session, self._running) if t)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._heartbeat.stop()
        self._aligned.stop()
        self.outbox.drop_loose()

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

    def connector(self, number: int = 1) -> Connector:
        """Return a connector; 0 is the station."""
        return self.connectors[number]

    async def wait_connected(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait for the websocket."""
        await self.wait_for(lambda: self.connected, timeout)

    async def wait_accepted(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait until the boot is accepted."""
        await self.wait_for(lambda: self.accepted, timeout)

    async def wait_idle(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait until everything was sent and answered."""
        await self.wait_for(lambda: self.accepted and self.outbox.idle, timeout)

    @override
    def summary(self) -> str:
        """Return one line about its state."""
        link = "connected" if self.connected else "offline"
        connectors = ", ".join(
            f"{c.number} {c.status}"
            + (f" tx {c.transaction_id}" if c.transaction else "")
            for c in self.connectors[1:]
        )
        return (
            f"{self.charge_point_id}: {link}, boot {self.boot_status}, {connectors}, "
            f"{len(self.outbox)} to send, last error {self.link.last_error}"
        )

    # Sending by hand

    async def send(self, action: str, payload: Payload) -> Payload:
        """Send any CALL and return the answer's payload.

        Raise CallError, CallTimeout or NotConnected.
        """
        return await self.link.call(action, payload)

    async def send_raw(self, text: str) -> None:
        """Send any text as a frame. Raise NotConnected."""
        await self.link.send_raw(text)

    # What the connectors tell

    def status_changed(self, connector: Connector) -> None:
        """Report a connector's new status."""
        if connector.number:
            self.log(f"connector {connector.number}: {connector.status}")
        self.report_status(connector)

    def report_status(self, connector: Connector) -> None:
        """Queue a StatusNotification."""
        if self.operational:
            self.outbox.put(self._status_item(connector))

    def _status_item(self, connector: Connector) -> Item:
        payload = self.status_payload(connector)

        def sent(answer: Payload | None) -> None:
            if answer is not None:
                connector.sent_status = payload["status"]
            self.changed()

        return Item("StatusNotification", lambda: payload, done=sent)

    # What the link tells

    def link_begins(self) -> None:
        """Prepare what the next connection is made with."""

    def link_encrypted(self, tls: ssl.SSLObject) -> None:
        """Look at the certificate of the central system. Raise OSError to refuse it."""

    def link_opened(self) -> None:
        """Begin a session on a new connection."""
        self.log(f"connected to {self.link.url}")
        if self.faults.drop_profile_on_reconnect and self.boot_status is not None:
            self.profiles.clear()
            self._update_all()
        self._session = asyncio.create_task(self._talk())
        self.changed()

    def link_closed(self, reason: str) -> None:
        """End the session."""
        self.log(f"disconnected ({reason})")
        self.operational = False
        self._heartbeat.stop()
        self._aligned.stop()
        if self._session is not None:
            self._session.cancel()
            self._session = None
        self.outbox.drop_loose()
        if self.faults.reboot_on_server_loss and self.link.wanted:
            self.spawn(self.reboot("PowerLoss"))
        self.changed()

    def link_refused(self, error: Exception) -> None:
        """Note that no connection came about."""
        self.log(f"cannot connect: {self.link.last_error or type(error).__name__}")
        self.changed()

    def ping_interval(self) -> float:
        """Return how often to ping, in s; 0 is never."""
        return self.configuration.integer("WebSocketPingInterval")

    # Inside

    async def _talk(self) -> None:
        booted = self._boot_needed or self.boot_on_reconnect
        try:
            if self.faults.overlapping_calls:
                for connector in self.connectors:
                    self.spawn(
                        self._quietly(
                            self.link.call(
                                "StatusNotification", self.status_payload(connector)
                            )
                        )
                    )
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
            try:
                async with asyncio.timeout(self.clock.real(interval or BOOT_RETRY)):
                    await self._boot_now.wait()
            except TimeoutError:
                pass

    def _boot_answered(self, answer: Payload) -> float:
        self.boot_status = str(answer.get("status"))
        interval = float(answer.get("interval") or 0)
        self.log(f"boot: {self.boot_status}, interval {interval:g} s")
        if self.boot_status == "Accepted":
            self._boot_needed = False
            if interval > 0:
                self.configuration.put("HeartbeatInterval", str(int(interval)))
        self.changed()
        return interval

    def boot_again(self) -> None:
        """Send a BootNotification, as TriggerMessage asks for."""
        if not self.operational:
            self._boot_now.set()
            return

        def answered(answer: Payload | None) -> None:
            if answer is None:
                return
            self._boot_answered(answer)
            if self.boot_status != "Accepted" and self._session is not None:
                self._boot_needed = True
                self.operational = False
                self._session.cancel()
                self._session = asyncio.create_task(self._talk())

        self.outbox.put(Item("BootNotification", self.boot_payload, done=answered))

    def _resume(self, booted: bool) -> None:
        self.operational = True
        # What happened while it was offline is told after what the state is now.
        self.outbox.put_first(
            [
                self._status_item(connector)
                for connector in self.connectors
                if booted or connector.sent_status != self.status_text(connector)
            ]
        )
        self._heartbeat.start(self.configuration.integer("HeartbeatInterval"))
        self._align(self.configuration.integer("ClockAlignedDataInterval"))
        self.resumed(booted=booted)
        self.changed()

    def _align(self, interval: int) -> None:
        # Multiples of the interval since midnight (1.6 section 9.1.7).
        now = self.clock.now()
        passed = now.hour * 3600 + now.minute * 60 + now.second
        first = interval - passed % interval if interval > 0 else 0
        self._aligned.start(interval, first)

    def _beat(self) -> None:
        self.spawn(self._quietly(self.link.call("Heartbeat", {})))

    async def _quietly(self, call: Awaitable[Any]) -> None:
        try:
            await call
        except CallFailed as err:
            self.log(str(err))

    def _done(self, answer: Payload | None) -> None:
        self.changed()

    def _configured(self, name: str) -> None:
        name = name.lower()
        value = self.configuration[name].value
        if name == "heartbeatinterval" and self.operational:
            self._heartbeat.start(int(value))
        elif name == "clockaligneddatainterval" and self.operational:
            self._align(int(value))
        elif name == "metervaluesampleinterval":
            for connector in self.connectors:
                if connector.transaction is not None:
                    connector.sampling.start(int(value))
        elif name == "websocketpinginterval":
            self.link.restart_keep_alive()
        self.changed()

    def _fault_switched(self, name: str, value: Any) -> None:
        self.log(f"fault {name}: {value}")
        if name == "half_open":
            self.link.freeze(bool(value))

    def _update_all(self) -> None:
        for connector in self.connectors:
            connector.update()

    def queue(self, action: str, payload: Payload) -> None:
        """Queue a message that is worth nothing once the connection is gone."""
        if self.operational:
            self.outbox.put(Item(action, lambda: payload, done=self._done))
