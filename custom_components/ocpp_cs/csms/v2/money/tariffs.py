"""The tariffs by which a station calculates and shows costs itself (2.1: I07 to I11)."""

import asyncio
from collections.abc import Callable, Coroutine
import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

from ...model.errors import (
    CallErrorReceivedError,
    CommandError,
    CsmsError,
    KnownUnsupportedError,
    RefusedError,
)
from ...model.model import utcnow
from ...money.plan import PricePlan
from ..device_model.model import DeviceModel
from .abilities import TariffAbilities, abilities_of
from .elements import OURS, Element, agrees, elements_of, tariff_of

if TYPE_CHECKING:
    from ...caller import Caller
    from ...charge_point import ChargePoint
    from ...connector import Connector

_LOGGER = logging.getLogger(__name__)

_SET: Final = "SetDefaultTariff"
_CHANGE: Final = "ChangeTransactionTariff"
_MOST_KNOWN: Final = 30
"""The tariffs and transactions that are kept; a station could invent any number."""

type Tariff = dict[str, Any]
"""A TariffType (2.1), in the spelling of OCPP."""


class Tariffs:
    """Sets the default tariff of a station, and that of who pays another price.

    Tariffs that are not from here, as those of actions, are left alone: a default one
    until the prices here change, one of a transaction for good.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Follow the prices of a charge point."""
        self._charge_point = charge_point
        self._caller: Caller | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._is_deaf = False
        """True if the station has refused tariffs as a whole on this connection."""
        self._installed: frozenset[str] | None = None
        """The ids of our default tariffs that it has; None before it was asked."""
        self._default: str | None = None
        """The id of the one that it has at all EVSEs."""
        self._known: dict[str, list[Element]] = {}
        """The id of a tariff -> its elements; those that were made last."""
        self._currency_of: dict[str, str] = {}
        self._refused: set[str] = set()
        self._of: dict[str, str] = {}
        """Transaction -> the id of the tariff that it is calculated by."""
        self._simple: TariffAbilities | None = None
        """What it takes in fact, where it takes less than it says."""
        self._watched: dict[int, Callable[[], None]] = {}
        charge_point.watch(("prices",), self._prices_changed)
        charge_point.watch(("connectors",), self._follow)
        self._follow()

    def connected(self, caller: Caller) -> None:
        """Use a new connection."""
        self._caller, self._is_deaf, self._installed = caller, False, None
        self._refused.clear()
        self._simple = None

    def _follow(self) -> None:
        connectors = self._charge_point.connectors
        for number in list(self._watched):
            if number not in connectors:
                self._watched.pop(number)()
        for number, connector in connectors.items():
            if number not in self._watched:
                self._watched[number] = connector.watch(("minute",), self._minute)

    # What the station says.

    def told(self, transaction_id: str, tariff_id: str) -> None:
        """Note by which tariff a transaction is calculated (I07.FR.32, I08.FR.22)."""
        self._of.pop(transaction_id, None)
        self._of[transaction_id] = tariff_id
        if len(self._of) > _MOST_KNOWN:
            del self._of[next(iter(self._of))]

    def ended(self, transaction_id: str) -> None:
        """Forget a transaction."""
        self._of.pop(transaction_id, None)

    def is_used(self, transaction_id: str) -> bool:
        """Return whether the station calculates the cost of a transaction itself."""
        return transaction_id in self._of

    # What it is told.

    @property
    def idle(self) -> bool:
        """Whether nothing is being told."""
        return self._task is None

    @property
    def _works(self) -> bool:
        return (
            not self._is_deaf
            and self._caller is not None
            and _SET in self._caller.actions
            and self._charge_point.capabilities.tariffs
            and self._abilities.enabled
        )

    @property
    def _abilities(self) -> TariffAbilities:
        return self._simple or abilities_of(
            self._charge_point.part(DeviceModel).inventory
        )

    @property
    def _most(self) -> int:
        """The number of elements that it takes; 1 without conditions."""
        abilities = self._abilities
        return abilities.most_elements if abilities.conditions else 1

    def of_driver(self, id_tag: str) -> Tariff | None:
        """Return the tariff of somebody who pays another price than most (I08.FR.01).

        It has no `validFrom` (I08.FR.09).
        """
        shown = self._charge_point.price_board.shown
        if shown is None or shown.plan is None or not self._works:
            return None
        plan = self._charge_point.price_board.plan_of(id_tag, None)
        if plan is None:
            return None
        elements = elements_of(plan, self._most)
        if elements == elements_of(shown.plan, self._most):
            return None
        return self._made(plan, elements)

    def _made(self, plan: PricePlan, elements: list[Element]) -> Tariff:
        tariff = tariff_of(plan, elements)
        number = tariff["tariffId"]
        self._keep(number, elements, plan.currency)
        return tariff

    def _keep(self, number: str, elements: list[Element], currency: str) -> None:
        self._known.pop(number, None)
        self._known[number], self._currency_of[number] = elements, currency
        if len(self._known) > _MOST_KNOWN:
            used = {number, self._default, *self._of.values()}
            spare = next((one for one in self._known if one not in used), None)
            if spare is not None:
                del self._known[spare], self._currency_of[spare]

    def _prices_changed(self) -> None:
        if self._charge_point.ready:
            self.start()

    def _minute(self) -> None:
        if self._of and self._works and any(self._outdated()):
            self._start(self._change_all)

    def _start(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._task is not None:
            self._again = True
            return

        async def run() -> None:
            try:
                await job()
                while self._again:
                    self._again = False
                    await self._sync()
            except CsmsError as err:
                _LOGGER.debug("%s got no tariff: %s", self._charge_point.id, err)
            finally:
                self._task, self._again = None, False

        self._task = asyncio.get_running_loop().create_task(run())

    def start(self) -> None:
        """Bring the tariffs of the station up to date soon, if it takes any."""
        if self._works:
            self._start(self._sync)

    async def _sync(self) -> None:
        """Give the station the default tariff that counts now, or take ours away."""
        if not self._works:
            return
        shown = self._charge_point.price_board.shown
        plan = None if shown is None else shown.plan
        if self._installed is None:
            if not await self._ask():
                return
            if self._is_deaf:
                return
        if plan is None:
            await self._clear()
            return
        if not self._is_current(self._default, plan):
            await self._set_default(plan)
        if any(self._outdated()):
            await self._change_all()

    def _is_current(self, number: str | None, plan: PricePlan) -> bool:
        """Return whether a tariff of ours still says what a plan says."""
        elements = self._known.get(number or "")
        if elements is None:
            # After a restart of ours its id alone tells what it is.
            return number == self._key(plan)
        return self._currency_of.get(number or "") == plan.currency and agrees(
            elements, plan, utcnow(), self._most
        )

    async def _ask(self) -> bool:
        """Ask which default tariffs of ours it has (I09); return whether it said so."""
        assert self._caller is not None
        try:
            answer = await self._caller.exchange("GetTariffs", evse_id=0)
        except (CallErrorReceivedError, KnownUnsupportedError) as err:
            self._note_deaf(err)
            return False
        evses = set(self._charge_point.connector_numbers)
        found = [
            one
            for one in answer.get("tariff_assignments") or ()
            if one["tariff_kind"] == "default_tariff"
            and one["tariff_id"].startswith(OURS)
        ]
        self._installed = frozenset(one["tariff_id"] for one in found)
        self._default = next(
            (
                one["tariff_id"]
                for one in found
                if "valid_from" not in one and evses <= set(one.get("evse_ids") or ())
            ),
            None,
        )
        return True

    async def _clear(self) -> None:
        """Remove our default tariffs, and only those (I10)."""
        assert self._caller is not None
        if not self._installed:
            return
        try:
            await self._caller.send("ClearTariffs", tariff_ids=sorted(self._installed))
        except (CallErrorReceivedError, KnownUnsupportedError) as err:
            self._note_deaf(err)
            return
        self._installed, self._default = frozenset(), None

    async def _set_default(self, plan: PricePlan) -> None:
        """Set the default tariff of all EVSEs (I07)."""
        tariff = await self._offer(plan, _SET, evse_id=0)
        if tariff is not None:
            number: str = tariff["tariffId"]
            # It replaces those before it (I07.FR.22).
            self._installed, self._default = frozenset({number}), number

    def _outdated(self) -> list[tuple[Connector, PricePlan]]:
        """Return the sessions that are calculated by a tariff that is not theirs."""
        found = []
        board = self._charge_point.price_board
        if board.shown is None or board.shown.plan is None:
            return []
        for connector in self._charge_point.connectors.values():
            running = connector.transaction
            if running is None or (number := self._of.get(running.id)) is None:
                continue
            if number not in self._known:
                # It is somebody else's.
                continue
            plan = board.plan_of(running.id_tag, running.vehicle) or board.shown.plan
            if (
                self._currency_of.get(number) == plan.currency
                and not self._is_current(number, plan)
                and self._key(plan) not in self._refused
            ):
                found.append((connector, plan))
        return found

    async def _change_all(self) -> None:
        """Give running sessions the tariff that is theirs now (I11)."""
        for connector, plan in self._outdated():
            if (running := connector.transaction) is None:
                continue
            tariff = await self._offer(plan, _CHANGE, transaction_id=running.id)
            if tariff is not None:
                self.told(running.id, tariff["tariffId"])

    def _key(self, plan: PricePlan) -> str:
        number: str = tariff_of(plan, elements_of(plan, self._most))["tariffId"]
        return number

    async def _offer(
        self, plan: PricePlan, action: str, **fields: int | str
    ) -> Tariff | None:
        """Send a tariff, a simpler one if that is too much; return what was accepted.

        What is refused is not sent again on this connection.
        """
        assert self._caller is not None
        again = False
        while True:
            tariff = self._made(plan, elements_of(plan, self._most))
            number = tariff["tariffId"]
            if number in self._refused:
                return None
            if again:
                # An id that a transaction still uses is no id for a default tariff.
                tariff["tariffId"] = f"{number}-{secrets.token_hex(4)}"
                self._keep(tariff["tariffId"], self._known[number], plan.currency)
            try:
                await self._caller.send(action, tariff=tariff, **fields)
            except RefusedError as err:
                self._charge_point.deviations.note(
                    f"tariff_refused:{err.status}", str(err)
                )
                if err.status == "tx_not_found":
                    return None
                if err.status == "duplicate_tariff_id" and not again:
                    again = True
                    continue
                if self._simplify(err.status):
                    continue
                self._refused.add(number)
                return None
            except (CallErrorReceivedError, KnownUnsupportedError) as err:
                self._note_deaf(err)
                return None
            return tariff

    def _simplify(self, status: str) -> bool:
        """Take it that the station can do less; return whether that is something else."""
        if status not in {"too_many_elements", "condition_not_supported"}:
            return False
        if self._most == 1:
            return False
        self._simple = TariffAbilities(enabled=True, conditions=False, most_elements=1)
        return True

    def _note_deaf(self, err: CommandError) -> None:
        self._is_deaf = True
        self._charge_point.deviations.note("tariff_refused:not_supported", str(err))
