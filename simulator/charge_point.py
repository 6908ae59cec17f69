"""A charge point that charges: cards, transactions, meter values.

What a central system may ask of it is in commands.py, smart.py and upkeep.py.
"""

import asyncio
from typing import override

from .car import Car
from .connector import Connector, Forced, Transaction
from .errors import CallFailed
from .measurands import spoil
from .meter import Meter
from .outbox import Item
from .station import Station
from .structures import Options, Payload, Stop


def same_tag(one: str, other: str) -> bool:
    """Whether two tags are the same (1.6 section 7.28: without case)."""
    return one.casefold() == other.casefold()


class ChargePoint(Station):
    """The base of all makes."""

    def invalid_tag(self, connector: Connector, transaction: Transaction) -> None:
        """Do what this make does when the tag of a running transaction is refused."""
        if self.configuration.boolean("StopTransactionOnInvalidId", default=True):
            self.stop_transaction(connector, "DeAuthorized")
        else:
            transaction.suspended = True
            connector.update()

    async def present_card(self, tag: str, connector: int | None = None) -> str:
        """Hold a card to the reader and return its authorization status.

        A card stops the transaction that it started; else it starts one, or gives
        the driver time to plug in.
        """
        target = self._for_card(tag, connector)
        running = target.transaction
        if running is not None and running.id_tag == tag:
            self.stop_transaction(target, "Local", id_tag=tag)
            return "Accepted"
        status = await self.authorize(tag)
        self.log(f"card {tag}: {status}")
        if status != "Accepted":
            return status
        if running is not None:
            if self._same_group(tag, running.id_tag):
                self.stop_transaction(target, "Local", id_tag=tag)
                return status
            return "ConcurrentTx"
        if not self._may_use(target, tag):
            return "Blocked"
        if target.plugged:
            self.start_transaction(target, tag)
        else:
            target.authorize(tag, self.configuration.integer("ConnectionTimeOut", 60))
        return status

    async def plug(self, connector: int = 1, car: Car | None = None) -> None:
        """Plug a car in."""
        self.connector(connector).plug(car or Car())

    async def unplug(self, connector: int = 1) -> None:
        """Pull the plug."""
        self.connector(connector).unplug()

    async def set_status(
        self,
        connector: int,
        status: str | None,
        *,
        error_code: str = "NoError",
        info: str | None = None,
        vendor_id: str | None = None,
        vendor_error_code: str | None = None,
    ) -> None:
        """Report a status, whatever the connector is doing; None ends that.

        Faulted and Unavailable stay until then, others until the connector's own
        state changes. Returns when the central system has answered.
        """
        target = self.connector(connector)
        if status is None:
            target.forced = None
        else:
            target.forced = Forced(
                status=status,
                instead_of=target.natural_status(),
                error_code=error_code,
                info=info,
                vendor_id=vendor_id,
                vendor_error_code=vendor_error_code,
            )
        before = target.status
        target.update()
        if target.status == before:
            self.status_changed(target)
        if self.operational:
            await self.wait_for(lambda: target.sent_status == self.status_text(target))

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

    async def send_meter_values(
        self, connector: int = 1, context: str = "Sample.Periodic"
    ) -> Payload | None:
        """Send a sample and return the answer; None when it was queued or failed."""
        item = self.sample(self.connector(connector), context)
        if not self.operational:
            return None
        item.waiter = asyncio.get_running_loop().create_future()
        return await item.waiter

    @override
    async def reboot(
        self, reason: str = "PowerLoss", *, graceful: bool = False
    ) -> None:
        """Restart. Transactions end with `reason` unless this make keeps them.

        A graceful one tells the central system before; else it does so afterwards.
        """
        if graceful:
            self._end_all(reason)
            if self.operational:
                try:
                    await self.wait_for(lambda: self.outbox.idle, 5.0)
                except TimeoutError:
                    self.log("restarting with messages unsent")
        await self.link.hang_up()
        if not graceful:
            self._end_all(reason)
        self._boot_needed = True
        self.boot_status = None
        self.boot_count += 1
        self.forget_what_is_volatile()
        self._ids = self.message_ids()
        self.log(f"rebooting ({reason})")
        await self.clock.sleep(self.reboot_seconds)
        self.link.go_online()

    # Transactions

    async def authorize(self, tag: str) -> str:
        """Return the status of a tag, asking the central system if need be."""
        known = self.known_tag(tag)
        if known and self.configuration.boolean("LocalPreAuthorize"):
            return str(known["status"])
        if self.operational:
            try:
                answer = await self.link.call("Authorize", {"idTag": tag})
            except CallFailed as err:
                self.log(f"Authorize failed: {err}")
            else:
                info = answer.get("idTagInfo") or {}
                self.known_tags[tag] = info
                return str(info.get("status", "Invalid"))
        if not self.configuration.boolean("LocalAuthorizeOffline"):
            return "Invalid"
        if known:
            return str(known["status"])
        unknown = self.configuration.boolean("AllowOfflineTxForUnknownId")
        return "Accepted" if unknown else "Invalid"

    def known_tag(self, tag: str) -> Payload | None:
        """Return the idTagInfo that is known locally."""
        return self.known_tags.get(tag)

    def start_transaction(self, connector: Connector, tag: str) -> Transaction:
        """Start charging and tell the central system."""
        reading = connector.read()
        transaction = Transaction(
            connector=connector.number,
            id_tag=tag,
            meter_start=round(connector.register_wh),
            started=self.clock.now(),
        )
        if (kept := self._kept_for(connector, tag)) is not None:
            assert kept.reserved is not None
            transaction.reservation_id = kept.reserved.id
            kept.cancel_reservation()
        wanted = self.configuration.names("StopTxnSampledData")
        transaction.first_values = self.style.sampled_values(
            reading, wanted, "Transaction.Begin"
        )
        self.outbox.put(
            Item(
                "StartTransaction",
                lambda: self.start_payload(transaction),
                keep=True,
                done=lambda answer: self._started(connector, transaction, answer),
            )
        )
        self.log(f"connector {connector.number}: charging starts for {tag}")
        connector.begin(transaction)
        connector.sampling.start(self.configuration.integer("MeterValueSampleInterval"))
        return transaction

    def stop_transaction(
        self, connector: Connector, reason: str | None, *, id_tag: str | None = None
    ) -> None:
        """Stop charging and tell the central system; nothing without a transaction."""
        transaction = connector.transaction
        if transaction is None:
            return
        reading = connector.read()
        when = self.clock.now()
        meter_stop = round(connector.register_wh)
        data: list[Payload] = []
        if wanted := self.configuration.names("StopTxnSampledData"):
            last = self.style.sampled_values(reading, wanted, "Transaction.End")
            data = [
                {
                    "timestamp": self.timestamp(transaction.started),
                    "sampledValue": transaction.first_values,
                },
                {"timestamp": self.timestamp(when), "sampledValue": last},
            ]

        def payload() -> Payload:
            minus_one = self.faults.stop_minus_one
            return self.stop_payload(
                Stop(
                    transaction_id=-1 if minus_one else transaction.wire_id,
                    meter_stop=meter_stop,
                    when=when,
                    reason=reason,
                    id_tag=id_tag,
                    data=data,
                )
            )

        self.outbox.put(Item("StopTransaction", payload, keep=True, done=self._done))
        self.log(f"connector {connector.number}: charging ends ({reason})")
        self.profiles.end_transaction(connector.number)
        connector.end()

    def sample(self, connector: Connector, context: str = "Sample.Periodic") -> Item:
        """Queue a MeterValues with what the meter shows now."""
        reading = connector.read()
        when = self.clock.now()
        transaction = connector.transaction
        names = (
            self.configuration.names("MeterValuesAlignedData")
            if context == "Sample.Clock"
            else self.measurands(connector)
        ) or self.measurands(connector)
        values = self.style.sampled_values(reading, names, context)
        faults = self.faults
        if faults.bad_units or faults.temperature_x1000:
            spoil(
                values,
                bad_units=faults.bad_units,
                temperature_x1000=faults.temperature_x1000,
            )
        if faults.malformed_frames and self.operational:
            self.spawn(self._quietly(self.send_raw(next(self._malformed))))

        def payload() -> Payload:
            head: Payload = {"connectorId": connector.number}
            if transaction is not None and transaction.id is not None:
                head["transactionId"] = transaction.id
            head["meterValue"] = [
                {"timestamp": self.timestamp(when), "sampledValue": values}
            ]
            return head

        item = Item(
            "MeterValues", payload, keep=transaction is not None, done=self._done
        )
        if item.keep or self.operational:
            self.outbox.put(item)
        return item

    def car_plugged(self, connector: Connector) -> None:
        """Start charging if somebody is authorized, or nobody need be."""
        tag = connector.authorized or self.auto_start_tag
        if (
            tag is not None
            and connector.transaction is None
            and self._may_use(connector, tag)
        ):
            self.start_transaction(connector, tag)

    def car_unplugged(self, connector: Connector) -> None:
        """End the transaction, unless the configuration says to wait."""
        if self.configuration.boolean(
            "StopTransactionOnEVSideDisconnect", default=True
        ):
            self.stop_transaction(connector, "EVDisconnected")

    def _started(
        self, connector: Connector, transaction: Transaction, answer: Payload | None
    ) -> None:
        if answer is not None:
            number = answer.get("transactionId")
            if not isinstance(number, int):
                self.violation(f"StartTransaction answered with {answer}")
            else:
                transaction.id = number
            info = answer.get("idTagInfo") or {}
            self.known_tags[transaction.id_tag] = info
            status = info.get("status")
            self.log(f"transaction {number} ({status})")
            if status != "Accepted" and connector.transaction is transaction:
                self.invalid_tag(connector, transaction)
        self.changed()

    @override
    def make_connectors(self, options: Options) -> list[Connector]:
        seed = options.get("seed")
        count = options.get("connectors", self.default_connectors)
        return [
            Connector(
                self,
                number,
                Meter(
                    register_wh=options.get("register_wh", 0.0),
                    noise=options.get("noise", 1.0),
                    seed=None if seed is None else seed * 1000 + number,
                ),
                options.get("max_current", 32.0),
            )
            for number in range(count + 1)
        ]

    def _for_card(self, tag: str, number: int | None) -> Connector:
        if number is not None:
            return self.connector(number)
        candidates = self.connectors[1:]
        for connector in candidates:
            if connector.transaction and connector.transaction.id_tag == tag:
                return connector
        for connector in candidates:
            if connector.plugged and connector.transaction is None:
                return connector
        free = [c for c in candidates if c.transaction is None]
        return (free or candidates)[0]

    def _same_group(self, one: str, other: str) -> bool:
        groups = [
            (self.known_tag(tag) or {}).get("parentIdTag") for tag in (one, other)
        ]
        return groups[0] is not None and groups[0] == groups[1]

    def _may_use(self, connector: Connector, tag: str) -> bool:
        if not connector.available or connector.status == "Faulted":
            return False
        return connector.reserved is None or self._is_holder(connector, tag)

    def _is_holder(self, connector: Connector, tag: str) -> bool:
        """Whether the reservation of a connector is for a tag, or for its group."""
        reservation = connector.reserved
        if reservation is None:
            return False
        group = (self.known_tag(tag) or {}).get("parentIdTag")
        return same_tag(tag, reservation.tag) or (
            reservation.parent is not None
            and group is not None
            and same_tag(group, reservation.parent)
        )

    def _kept_for(self, connector: Connector, tag: str) -> Connector | None:
        """Return whose reservation a transaction at `connector` uses."""
        if connector.reserved is not None:
            return connector
        for other in self.connectors:
            if (
                other.reserved is not None
                and other.reserved.any_connector
                and self._is_holder(other, tag)
            ):
                return other
        return None

    def _end_all(self, reason: str) -> None:
        if self.keeps_transactions(reason):
            return
        for connector in self.connectors:
            self.stop_transaction(connector, reason)

    @override
    def sample_aligned(self) -> None:
        for connector in self.connectors[1:]:
            self.sample(connector, "Sample.Clock")
