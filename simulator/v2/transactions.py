"""Transactions: where they begin and end, and what is told of them (2.0.1, E)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from simulator.outbox import Item
from simulator.structures import Payload

from .evse import Evse
from .metering import meter_value
from .sessions.limits import TransactionLimits
from .tokens import Authorized, Token, group_of

if TYPE_CHECKING:
    from .station import ChargingStation, Handler

DEAUTHORIZED = "Deauthorized"
POWER_PATH = "PowerPathClosed"


@dataclass(slots=True, eq=False, kw_only=True)
class Transaction:
    """One transaction."""

    id: str
    evse: int
    started: datetime
    register_wh: float
    seq_no: int = 0
    """The number of the next event."""
    evse_told: bool = False
    remote_start_id: int | None = None
    remote_start_told: bool = False
    reservation_id: int | None = None
    charging_state: str = "Idle"
    """The one that was told last."""
    phases_told: int | None = None
    suspended: bool = False
    """The token turned out to be invalid: no energy, but no end either."""
    stopped_reason: str | None = None
    """Why no more energy flows."""
    token: Token | None = None
    total_cost: float | None = None
    kept_values: list[Payload] = field(default_factory=list)
    """What goes into its last event."""
    limits: Payload = field(default_factory=dict)
    """What it may reach at most (2.1, E16): a TransactionLimitType."""
    csms_limits: Payload = field(default_factory=dict)
    """Those of the CSMS, which the driver cannot exceed."""
    at_limit: str | None = None
    """The limit at which its energy transfer is stopped."""
    has_priority: bool = False
    """A profile for priority counts (2.1, K21)."""
    begun: float = 0.0
    """When it began, in simulated seconds."""
    charging_before: str = "Idle"
    """Its charging state before the station lost its power."""


class Transactions:
    """All transactions of a station."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.drops_updates = False
        """Whether periodic values are not told at all while it is offline (E04)."""
        self.limits = TransactionLimits(station)
        self.handlers: dict[str, Handler] = {
            "CostUpdated": self._cost_updated,
            "GetTransactionStatus": self._status,
        }

    # What happens at an EVSE

    def plugged(self, evse: Evse) -> None:
        """Note that a car was plugged in."""
        self._review(evse, "CablePluggedIn")
        tag = self._station.auto_start_tag
        if evse.authorized is None and tag is not None and self._usable(evse):
            self.authorize(evse, Authorized(token=Token(tag, "Local")))

    def unplugged(self, evse: Evse) -> None:
        """Note that the plug was pulled."""
        model = self._station.model
        trigger, reason = "EVCommunicationLost", "EVDisconnected"
        if evse.authorized is not None and (
            model.boolean("TxCtrlr", "StopTxOnEVSideDisconnect", default=True)
            or evse.transaction is None
        ):
            evse.authorized = None
            if evse.transaction is not None:
                evse.transaction.stopped_reason = reason
        self._review(evse, trigger, reason)

    def authorize(self, evse: Evse, authorized: Authorized) -> None:
        """Let somebody charge."""
        evse.authorized = authorized
        if (transaction := evse.transaction) is not None:
            transaction.token = authorized.token
            transaction.stopped_reason = None
            transaction.remote_start_id = authorized.remote_start_id
        self._station.log(f"EVSE {evse.number}: for {authorized.token.id}")
        if not evse.plugged:
            evse.patience.start(
                self._station.model.integer("TxCtrlr", "EVConnectionTimeOut", "", 60)
            )
        self._review(evse, authorized.trigger)
        evse.update()

    def deauthorize(
        self, evse: Evse, trigger: str, reason: str, token: Token | None = None
    ) -> None:
        """Let nobody charge any more; that ends most transactions."""
        evse.patience.stop()
        evse.authorized = None
        if evse.transaction is not None:
            evse.transaction.stopped_reason = reason
        self._review(evse, trigger, reason, token)
        evse.update()

    def end(self, evse: Evse, trigger: str, reason: str) -> None:
        """End a transaction, whatever TxStopPoint says."""
        if evse.transaction is not None:
            evse.transaction.stopped_reason = reason
            self._end(evse, trigger, reason)
            evse.update()

    def no_car_came(self, evse: Evse) -> None:
        """Give up waiting for a car (E03.FR.05)."""
        self._station.log(f"EVSE {evse.number}: no car came")
        evse.authorized = None
        if evse.transaction is not None:
            self._end(evse, "EVConnectTimeout", "Timeout")
        else:
            # A profile that came with the remote start was for this one alone.
            self._station.charging.profiles.end_transaction(evse.number)
        evse.conditions = self._conditions(evse)
        evse.update()

    def state_changed(
        self, evse: Evse, *, offered_before: float, reached: str | None = None
    ) -> None:
        """Tell a new charging state or rate.

        Args:
            evse: The EVSE.
            offered_before: What it has offered before, in A.
            reached: The trigger of the limit that it has just reached (E16).
        """
        if self._station.resumption.is_dark:
            return
        if reached is not None:
            # Without energy it ends, if TxStopPoint says so (E16.FR.05, FR.06).
            self._review(evse, reached, "Other")
            return
        state = evse.charging_state()
        transaction = evse.transaction
        if transaction is not None and transaction.charging_state != state:
            self._review(evse, "ChargingStateChanged")
            return
        self._review(evse, None)
        if (
            transaction is not None
            and transaction is evse.transaction
            and state == "Charging"
            and self._significant(offered_before, evse.offer.amps)
        ):
            self._event(evse, "Updated", "ChargingRateChanged")

    def limits_told(self, evse: Evse, limits: Payload) -> None:
        """Tell the limits that were set (E16.FR.01, FR.03)."""
        self._event(evse, "Updated", "LimitSet", limits=limits)

    def resumed(self, evse: Evse) -> None:
        """Tell that a transaction goes on after an interruption (E17.FR.14)."""
        names = self._measurands("TxUpdatedMeasurands")
        self._event(
            evse,
            "Updated",
            "TxResumed",
            self._values(evse, names, "Sample.Periodic"),
            live=True,
        )
        self.start_timers(evse)
        evse.update()

    def sample(self, evse: Evse) -> None:
        """Tell what the meter shows."""
        self._sample(evse, "Sample.Periodic", "MeterValuePeriodic")

    def trigger(self, evse: Evse) -> None:
        """Tell how the transaction is (F06.FR.07)."""
        self._sample(evse, "Trigger", "Trigger")

    def tell(self, evse: Evse, trigger: str) -> None:
        """Tell how the transaction is, for a reason."""
        if evse.transaction is not None:
            self._event(evse, "Updated", trigger)

    def keep_sample(self, evse: Evse) -> None:
        """Keep what the meter shows for the last event."""
        names = self._measurands("TxEndedMeasurands")
        self._keep(evse, names, "Sample.Periodic")

    def aligned(self, evse: Evse) -> None:
        """Tell what the meter shows at a full quarter of an hour or the like."""
        names = self._measurands("Measurands", "AlignedDataCtrlr")
        transaction = evse.transaction
        if transaction is None:
            self.idle_values(evse, names, "Sample.Clock")
        elif not self._station.model.boolean("AlignedDataCtrlr", "SendDuringIdle"):
            self._event(
                evse,
                "Updated",
                "MeterValueClock",
                self._values(evse, names, "Sample.Clock"),
            )
            ended = self._measurands("TxEndedMeasurands", "AlignedDataCtrlr")
            self._keep(evse, ended, "Sample.Clock")

    def idle_values(self, evse: Evse, names: list[str], context: str) -> None:
        """Send MeterValues, which are those outside of a transaction (J01)."""
        if values := self._values(evse, names, context):
            self._station.queue(
                "MeterValues", {"evseId": evse.number, "meterValue": values}
            )

    def running(self) -> list[Evse]:
        """Return the EVSEs where a transaction runs."""
        return [one for one in self._station.evses if one.transaction is not None]

    def at(self, transaction_id: str) -> Evse | None:
        """Return where a transaction runs."""
        return next(
            (one for one in self.running() if one.transaction_id == transaction_id),
            None,
        )

    # Start and end

    def _conditions(self, evse: Evse) -> frozenset[str]:
        found: set[str] = set()
        if evse.plugged:
            found |= {"ParkingBayOccupancy", "EVConnected"}
        if evse.authorized is not None:
            found.add("Authorized")
            if evse.plugged:
                found |= {POWER_PATH, "DataSigned"}
        if evse.phases_used:
            found.add("EnergyTransfer")
        return frozenset(found)

    def _review(
        self,
        evse: Evse,
        trigger: str | None,
        reason: str | None = None,
        token: Token | None = None,
    ) -> None:
        """Begin, end or tell, by what has become true and what not."""
        before, now = evse.conditions, self._conditions(evse)
        evse.conditions = now
        model = self._station.model
        if evse.plugged:
            evse.patience.stop()
        if evse.transaction is None:
            starts = {*model.names("TxCtrlr", "TxStartPoint")}
            if starts == {"EnergyTransfer"}:
                # Nothing can flow before the power path is closed.
                starts = {POWER_PATH}
            # Whatever it begins with, nobody charges without a transaction.
            if (now - before) & (starts | {POWER_PATH}):
                self._begin(evse, trigger or "ChargingStateChanged")
            return
        stops = {*model.names("TxCtrlr", "TxStopPoint")}
        if (before - now) & stops:
            self._end(evse, trigger or "ChargingStateChanged", reason, token)
        elif trigger is not None:
            self._event(evse, "Updated", trigger, token=token)

    def _begin(self, evse: Evse, trigger: str) -> None:
        authorized = evse.authorized
        transaction = Transaction(
            id=str(uuid4()),
            evse=evse.number,
            started=self._station.clock.now(),
            begun=self._station.clock.monotonic(),
            register_wh=evse.register_wh,
            remote_start_id=authorized.remote_start_id if authorized else None,
            token=authorized.token if authorized else None,
        )
        if evse.reserved is not None and authorized is not None:
            transaction.reservation_id = evse.reserved.id
            evse.reserved = None
            evse.reservation_expiry.stop()
        evse.transaction, evse.finished = transaction, False
        self._station.charging.profiles.begin_transaction(evse.number, transaction.id)
        self._station.log(f"EVSE {evse.number}: transaction {transaction.id}")
        self._keep(evse, self._measurands("TxEndedMeasurands"), "Transaction.Begin")
        names = self._measurands("TxStartedMeasurands")
        self._event(
            evse, "Started", trigger, self._values(evse, names, "Transaction.Begin")
        )
        self.start_timers(evse)

    def start_timers(self, evse: Evse) -> None:
        """Sample in the intervals that count now."""
        model = self._station.model
        evse.sampling.start(model.integer("SampledDataCtrlr", "TxUpdatedInterval"))
        evse.ended_sampling.start(model.integer("SampledDataCtrlr", "TxEndedInterval"))

    def _end(
        self,
        evse: Evse,
        trigger: str,
        reason: str | None,
        token: Token | None = None,
    ) -> None:
        transaction = evse.transaction
        assert transaction is not None
        self._keep(evse, self._measurands("TxEndedMeasurands"), "Transaction.End")
        transaction.stopped_reason = transaction.stopped_reason or reason or "Other"
        self._event(evse, "Ended", trigger, transaction.kept_values, token=token)
        self._station.log(f"EVSE {evse.number}: it ends ({transaction.stopped_reason})")
        self._station.charging.profiles.end_transaction(evse.number)
        evse.sampling.stop()
        evse.ended_sampling.stop()
        evse.transaction = evse.authorized = None
        evse.finished = evse.plugged
        evse.conditions = self._conditions(evse)
        self._station.control.transaction_ended()

    # Events

    def _event(
        self,
        evse: Evse,
        kind: str,
        trigger: str,
        values: list[Payload] | None = None,
        *,
        token: Token | None = None,
        limits: Payload | None = None,
        live: bool = False,
    ) -> None:
        station, transaction = self._station, evse.transaction
        assert transaction is not None
        state = evse.charging_state()
        transaction.charging_state = state
        info: Payload = {"transactionId": transaction.id, "chargingState": state}
        payload: Payload = {
            "eventType": kind,
            "timestamp": station.timestamp(),
            "triggerReason": trigger,
            "seqNo": transaction.seq_no,
            "transactionInfo": info,
        }
        transaction.seq_no += 1
        if limits:
            info["transactionLimit"] = limits
        if not station.operational and not live:
            payload["offline"] = True
        if (
            transaction.remote_start_id is not None
            and not transaction.remote_start_told
        ):
            transaction.remote_start_told = True
            info["remoteStartId"] = transaction.remote_start_id
        if kind == "Ended":
            info["stoppedReason"] = transaction.stopped_reason
        phases = evse.phases_used
        if state == "Charging" and phases != transaction.phases_told:
            payload["numberOfPhasesUsed"] = transaction.phases_told = phases
        if transaction.reservation_id is not None and kind == "Started":
            payload["reservationId"] = transaction.reservation_id
        if evse.plug_used is not None and not transaction.evse_told:
            # E01.FR.16: it is told once, as soon as it is known.
            transaction.evse_told = True
            payload["evse"] = {"id": evse.number, "connectorId": evse.plug_used.number}
        elif kind == "Started":
            payload["evse"] = {"id": evse.number}
        named = token
        if (authorized := evse.authorized) is not None and not authorized.told:
            authorized.told = True
            named = named or authorized.token
        if named is not None:
            payload["idToken"] = named.told()
        if values:
            payload["meterValue"] = values
        station.tariffs.add_to(payload, evse, transaction, trigger)

        def answered(answer: Payload | None) -> None:
            if answer is not None:
                self._answered(evse, transaction, named, answer)
            station.changed()

        station.outbox.put(
            Item(
                "TransactionEvent",
                lambda: payload,
                keep=True,
                done=answered,
                minor=kind == "Updated",
            )
        )

    def _answered(
        self,
        evse: Evse,
        transaction: Transaction,
        token: Token | None,
        answer: Payload,
    ) -> None:
        station = self._station
        if (cost := answer.get("totalCost")) is not None:
            transaction.total_cost = cost
            if not station.tariffs.is_priced(transaction.id):
                station.show(
                    f"{cost:g} {station.model.text('TariffCostCtrlr', 'Currency')}"
                )
        if (message := answer.get("updatedPersonalMessage")) is not None:
            station.show(message["content"])
        if (limits := answer.get("transactionLimit")) is not None:
            self.limits.from_csms(evse, transaction, limits)
        info = answer.get("idTokenInfo")
        if info is None or token is None:
            return
        station.tokens.remember(token, info)
        if (message := info.get("personalMessage")) is not None:
            station.show(message["content"])
        running = evse.transaction is transaction and evse.authorized is not None
        if not running or evse.authorized is None or evse.authorized.token != token:
            return
        if info["status"] == "Accepted":
            evse.authorized.group = group_of(info)
            return
        station.log(f"token refused: {info['status']}")
        model = station.model
        if model.boolean("TxCtrlr", "StopTxOnInvalidId", default=True):
            self.deauthorize(evse, DEAUTHORIZED, "DeAuthorized")
        else:
            # E05.FR.03: no energy beyond MaxEnergyOnInvalidId, which is none here.
            transaction.suspended = True
            evse.update()

    def _sample(self, evse: Evse, context: str, trigger: str) -> None:
        names = self._measurands("TxUpdatedMeasurands")
        if evse.transaction is None:
            self.idle_values(evse, names, context)
            return
        if (
            self.drops_updates
            and trigger == "MeterValuePeriodic"
            and not self._station.operational
        ):
            # A number is used up: the CSMS sees that something is missing.
            evse.transaction.seq_no += 1
            return
        self._event(evse, "Updated", trigger, self._values(evse, names, context))

    def _values(self, evse: Evse, names: list[str], context: str) -> list[Payload]:
        value = meter_value(evse.read(), names, context, self._station.timestamp())
        return [] if value is None else [value]

    def _keep(self, evse: Evse, names: list[str], context: str) -> None:
        transaction = evse.transaction
        if transaction is not None and (values := self._values(evse, names, context)):
            kept = transaction.kept_values
            kept.extend(values)
            if len(kept) > 100:
                # Every second one in between goes (E06.FR.12).
                kept[:] = [kept[0], *kept[1:-1][::2], kept[-1]]

    def _measurands(self, name: str, component: str = "SampledDataCtrlr") -> list[str]:
        model = self._station.model
        if not model.boolean(component, "Enabled", default=True):
            return []
        names = model.names(component, name)
        if component == "SampledDataCtrlr":
            more = self._station.discharging.measurands(name)
            names += [one for one in more if one not in names]
        return names

    def _significant(self, before: float, after: float) -> bool:
        percent = self._station.model.text(
            "SmartChargingCtrlr", "LimitChangeSignificance"
        )
        most = max(before, after)
        return before != after and abs(after - before) * 100 / most >= float(
            percent or 0
        )

    def _usable(self, evse: Evse) -> bool:
        return evse.available and evse.forced is None

    # What the CSMS asks for

    def _cost_updated(self, payload: Payload) -> Payload:
        cost = float(payload["totalCost"])
        evse = self.at(payload["transactionId"])
        if evse is not None and evse.transaction is not None:
            evse.transaction.total_cost = cost
            currency = self._station.model.text("TariffCostCtrlr", "Currency")
            self._station.show(f"{cost:g} {currency}")
            self._station.after(evse.update)
        return {}

    def _status(self, payload: Payload) -> Payload:
        wanted = payload.get("transactionId")
        waiting = self._station.outbox.waiting("TransactionEvent")
        if wanted is None:
            return {"messagesInQueue": bool(waiting)}
        of_it = [
            one for one in waiting if one["transactionInfo"]["transactionId"] == wanted
        ]
        return {
            "ongoingIndicator": self.at(wanted) is not None,
            "messagesInQueue": bool(of_it),
        }

    def summary(self) -> dict[str, Any]:
        """Return what runs: EVSE -> transaction id."""
        return {str(one.number): one.transaction_id for one in self.running()}
