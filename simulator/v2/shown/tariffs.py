"""Tariffs of a station that calculates costs itself (2.1: I07 to I12)."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from simulator.clock import Timer
from simulator.errors import CallError
from simulator.structures import Payload

from .bill import Bill

if TYPE_CHECKING:
    from simulator.v2.evse import Evse
    from simulator.v2.station import ChargingStation, Handler
    from simulator.v2.tokens import Token
    from simulator.v2.transactions import Transaction

_CTRLR = "TariffCostCtrlr"
_PARTS = (
    "energy",
    "chargingTime",
    "idleTime",
    "fixedFee",
    "reservationTime",
    "reservationFixed",
)


class Tariffs:
    """The tariffs of a station, and what transactions cost by them."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.zone: tzinfo | None = None
        """Its time zone; None is that of this machine."""
        self.defaults: dict[int, list[Payload]] = {}
        """EVSE -> the tariff in use, and those that become valid later (I07)."""
        self.drivers: dict[tuple[str, str], Payload] = {}
        """Key of a token -> the tariff that came with its authorization (I08)."""
        self.bills: dict[str, Bill] = {}
        """Transaction -> its cost by its tariff."""
        self._unclear: set[str] = set()
        """The transactions that the CSMS alone can price (I08.FR.33)."""
        self._running = Timer(station.clock, self._tell_running)
        self.handlers: dict[str, Handler] = (
            {
                "ChangeTransactionTariff": self._change,
                "ClearTariffs": self._clear,
                "GetTariffs": self._get,
                "SetDefaultTariff": self._set_default,
            }
            if station.version == "2.1"
            else {}
        )

    @property
    def enabled(self) -> bool:
        """Whether it calculates costs by tariffs."""
        return self._station.version == "2.1" and self._truth("Enabled", "Tariff")

    def _truth(self, name: str, instance: str) -> bool:
        return self._station.model.text(_CTRLR, name, instance) == "true"

    def stop(self) -> None:
        """Tell nothing any more."""
        self._running.stop()

    # What comes with a token

    def authorized(self, token: Token, answer: Payload) -> Payload:
        """Take the tariff in an AuthorizeResponse; return what is to be done."""
        info: Payload = answer.get("idTokenInfo") or {"status": "Invalid"}
        tariff = answer.get("tariff")
        if tariff is None or info["status"] != "Accepted" or not self.enabled:
            return info
        problem = self._problem_of(tariff)
        self._tell_problem(problem)
        if problem is None:
            self.drivers[token.key] = tariff
        elif self._handling == "Deauthorize":
            return {**info, "status": "Invalid"}
        return info

    @property
    def _handling(self) -> str | None:
        return self._station.model.text(_CTRLR, "HandleFailedTariff", "Tariff")

    def _tell_problem(self, problem: str | None) -> None:
        """Tell that a tariff cannot be used, or can again (I08.FR.30 to FR.36)."""
        model, value = self._station.model, "false" if problem is None else "true"
        if model.text(_CTRLR, "Problem") in (value, None):
            return
        model.put(_CTRLR, "Problem", value)
        event: Payload = {
            "trigger": "Alerting",
            "actualValue": value,
            "component": {"name": _CTRLR},
            "variable": {"name": "Problem"},
        }
        self._station.notify(
            event if problem is None else {**event, "techCode": problem}
        )

    def refuse(self, evse: Evse) -> None:
        """Let the driver not accept the tariff (I07.FR.30, I08.FR.20)."""
        self._station.transactions.deauthorize(
            evse, "TariffNotAccepted", "DeAuthorized"
        )

    def show_fallback(self, token: Token) -> None:
        """Show the text for who has no tariff that is known (I04.FR.01)."""
        model = self._station.model
        if self.enabled and (
            token.key in self.drivers
            or any(self.default(one.number) for one in self._station.evses)
        ):
            return
        language = model.text("DisplayMessageCtrlr", "Language") or "en"
        for instance in (language, ""):
            if text := model.text(_CTRLR, "TariffFallbackMessage", instance):
                self._station.show(text)
                return

    # What is told of a transaction

    def add_to(
        self, payload: Payload, evse: Evse, transaction: Transaction, trigger: str
    ) -> None:
        """Add to an event what it says of tariff and cost."""
        if not self.enabled or trigger == "TariffNotAccepted":
            return
        bill = self.bills.get(transaction.id)
        if bill is None:
            bill = self._begin(evse, transaction)
            if bill is None:
                return
            payload["transactionInfo"]["tariffId"] = bill.tariff["tariffId"]
        elif trigger == "TariffChanged":
            payload["transactionInfo"]["tariffId"] = bill.tariff["tariffId"]
        self._read(bill, evse)
        if not self._truth("Enabled", "Cost"):
            return
        last = payload["eventType"] == "Ended"
        if last:
            payload["costDetails"] = bill.details(last=True)
            del self.bills[transaction.id]
            self._forget(bill)
        elif self._is_due(bill, payload["eventType"]):
            bill.told_at = self._station.clock.now()
            payload["costDetails"] = bill.details(last=False)
        if "costDetails" in payload:
            self._station.show(f"{bill.total():.2f} {bill.tariff['currency']}")

    def is_priced(self, transaction_id: str) -> bool:
        """Return whether the station itself says what a transaction costs."""
        return transaction_id in self.bills and self._truth("Enabled", "Cost")

    def _begin(self, evse: Evse, transaction: Transaction) -> Bill | None:
        if evse.authorized is None or transaction.id in self._unclear:
            return None
        tariff = self.drivers.get(evse.authorized.token.key)
        if tariff is None and (
            self._handling == "CentralCost"
            and self._station.model.text(_CTRLR, "Problem") == "true"
        ):
            self._unclear.add(transaction.id)
            return None
        tariff = tariff or self.default(evse.number)
        if tariff is None:
            return None
        return self._bill(tariff, transaction)

    def _bill(self, tariff: Payload, transaction: Transaction) -> Bill:
        bill = self.bills[transaction.id] = Bill(
            tariff=tariff,
            zone=self.zone,
            begun=transaction.started,
            at=transaction.started,
            register_wh=transaction.register_wh,
        )
        for message in tariff.get("description", ()):
            self._station.show(message["content"])
        if self._truth("Enabled", "RunningCost"):
            interval = self._station.model.integer(_CTRLR, "Interval", "Cost", 60)
            self._running.start(interval)
        return bill

    def _read(self, bill: Bill, evse: Evse) -> None:
        bill.read(self._station.clock.now(), evse.register_wh)

    def _is_due(self, bill: Bill, kind: str) -> bool:
        if not self._truth("Enabled", "RunningCost"):
            return False
        interval = self._station.model.integer(_CTRLR, "Interval", "Cost", 60)
        real = self._station.clock.real(interval)
        return (
            kind == "Started"
            or bill.told_at is None
            or (self._station.clock.now() - bill.told_at).total_seconds() >= real
        )

    def _tell_running(self) -> None:
        """Tell running costs that no other event has told (I12.FR.03)."""
        running = False
        for evse in self._station.transactions.running():
            bill = self.bills.get(evse.transaction_id or "")
            if bill is not None:
                running = True
                if self._is_due(bill, "Updated"):
                    self._station.transactions.tell(evse, "RunningCost")
        if not running:
            self._running.stop()

    def _forget(self, bill: Bill) -> None:
        """Remove the tariff of a driver that is not in use any more (I08.FR.06)."""
        in_use = [one.tariff["tariffId"] for one in self.bills.values()]
        if bill.tariff["tariffId"] not in in_use:
            self.drivers = {
                key: one
                for key, one in self.drivers.items()
                if one["tariffId"] != bill.tariff["tariffId"]
            }

    # What the CSMS asks for

    def default(self, evse: int) -> Payload | None:
        """Return the default tariff that is valid now (I07.FR.19 to FR.23)."""
        now, known = self._station.clock.now(), self.defaults.get(evse, [])
        valid = [one for one in known if _valid_from(one, now) <= now]
        if valid:
            # It replaces those that were valid before it.
            newest = max(valid, key=lambda one: _valid_from(one, now, early=True))
            known[:] = [newest, *(one for one in known if one not in valid)]
            return newest
        return None

    def _check(self) -> None:
        if not self.enabled:
            raise CallError("NotSupported", "it calculates no costs (I07.FR.01)")

    def _problem_of(self, tariff: Payload) -> str | None:
        """Return why it cannot use a tariff; None if it can."""
        model = self._station.model
        most = model.integer(_CTRLR, "MaxElements", "Tariff", 1000)
        prices = [tariff.get(part, {}).get("prices", []) for part in _PARTS]
        if any(len(one) > most for one in prices):
            return "TooManyElements"
        has_conditions = any("conditions" in one for part in prices for one in part)
        if has_conditions and not self._truth("ConditionsSupported", "Tariff"):
            return "ConditionNotSupported"
        return None

    def _set_default(self, payload: Payload) -> Payload:
        self._check()
        tariff, number = payload["tariff"], payload["evseId"]
        evses = [one.number for one in self._station.evses]
        if (problem := self._problem_of(tariff)) is not None:
            return {"status": problem}
        if tariff["tariffId"] in {one["tariffId"] for one in self._present()}:
            return {"status": "DuplicateTariffId"}
        if number and number not in evses:
            return {"status": "Rejected", "statusInfo": {"reasonCode": "UnknownEVSE"}}
        if not any(part in tariff for part in _PARTS):
            return {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidValue"}}
        for one in [number] if number else evses:
            known = self.defaults.setdefault(one, [])
            if "validFrom" not in tariff:
                known[:] = [other for other in known if "validFrom" in other]
            known.append(tariff)
            self.default(one)
        return {"status": "Accepted"}

    def _present(self) -> Iterator[Payload]:
        for known in self.defaults.values():
            yield from known
        yield from self.drivers.values()
        yield from (bill.tariff for bill in self.bills.values())

    def _change(self, payload: Payload) -> Payload:
        self._check()
        tariff = payload["tariff"]
        if (problem := self._problem_of(tariff)) is not None:
            return {"status": problem}
        evse = self._station.transactions.at(payload["transactionId"])
        if evse is None or (transaction := evse.transaction) is None:
            return {"status": "TxNotFound"}
        bill = self.bills.get(transaction.id)
        if bill is not None and bill.tariff["currency"] != tariff["currency"]:
            return {"status": "NoCurrencyChange"}
        if bill is None:
            bill = self._bill(tariff, transaction)
            bill.at, bill.register_wh = self._station.clock.now(), evse.register_wh
        self._read(bill, evse)
        bill.change(tariff)
        self._station.after(
            lambda: self._station.transactions.tell(evse, "TariffChanged")
        )
        return {"status": "Accepted"}

    def _clear(self, payload: Payload) -> Payload:
        self._check()
        wanted, evse = payload.get("tariffIds"), payload.get("evseId")
        cleared: dict[str, None] = {}
        for number, known in self.defaults.items():
            if evse not in (None, 0, number):
                continue
            for one in list(known):
                if wanted is None or one["tariffId"] in wanted:
                    known.remove(one)
                    cleared[one["tariffId"]] = None
        results = [{"tariffId": one, "status": "Accepted"} for one in cleared]
        return {"clearTariffsResult": results or [{"status": "NoTariff"}]}

    def _get(self, payload: Payload) -> Payload:
        self._check()
        wanted = payload["evseId"]
        told: dict[tuple[str, str], Payload] = {}

        def assignment(tariff: Payload, kind: str) -> Payload:
            known = told.setdefault(
                (tariff["tariffId"], kind),
                {"tariffId": tariff["tariffId"], "tariffKind": kind},
            )
            if kind == "DefaultTariff" and "validFrom" in tariff:
                known["validFrom"] = tariff["validFrom"]
            return known

        for number, known in self.defaults.items():
            for one in known if wanted in (0, number) else ():
                entry = assignment(one, "DefaultTariff")
                entry.setdefault("evseIds", []).append(number)
        for (tag, _), one in self.drivers.items():
            at = [
                evse.number
                for evse in self._station.transactions.running()
                if (bill := self.bills.get(evse.transaction_id or "")) is not None
                and bill.tariff["tariffId"] == one["tariffId"]
            ]
            if wanted and wanted not in at:
                continue
            entry = assignment(one, "DriverTariff")
            entry.setdefault("idTokens", []).append(tag)
            if at:
                entry["evseIds"] = at
        if not told:
            return {"status": "NoTariff"}
        return {"status": "Accepted", "tariffAssignments": list(told.values())}


def _valid_from(tariff: Payload, now: datetime, *, early: bool = False) -> datetime:
    told = tariff.get("validFrom")
    if told is not None:
        return datetime.fromisoformat(told)
    return datetime.min.replace(tzinfo=now.tzinfo) if early else now
