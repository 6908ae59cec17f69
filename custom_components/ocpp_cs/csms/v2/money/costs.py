"""What a running session has cost so far, for the display of a station (I02)."""

import asyncio
from collections.abc import Callable
import logging
from typing import TYPE_CHECKING

from ...model.errors import CallErrorReceivedError, CsmsError, KnownUnsupportedError
from ..device_model.model import DeviceModel
from .tariffs import Tariffs

if TYPE_CHECKING:
    from ...caller import Caller
    from ...charge_point import ChargePoint
    from ...connector import Connector

_LOGGER = logging.getLogger(__name__)


class Costs:
    """Tells the cost of running sessions to a station that shows it.

    It is in the answers to events, too. What changes without an event, such as a price
    that becomes known later, is told by CostUpdated: once a minute at most.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Follow the connectors of a charge point."""
        self._charge_point = charge_point
        self._tariffs = charge_point.part(Tariffs)
        self._told: dict[int, tuple[str, float]] = {}
        self._watched: dict[int, Callable[[], None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._caller: Caller | None = None
        self._is_deaf = False
        """True if the station has refused CostUpdated as unknown on this connection."""
        charge_point.watch(("connectors",), self._follow)
        self._follow()

    def connected(self, caller: Caller) -> None:
        """Use a new connection."""
        self._caller, self._is_deaf = caller, False

    def answered(self, number: int, transaction_id: str, cost: float) -> None:
        """Note that a cost was told in the answer to an event."""
        self._told[number] = transaction_id, cost

    def _follow(self) -> None:
        connectors = self._charge_point.connectors
        for number in list(self._watched):
            if number not in connectors:
                self._watched.pop(number)()
        for number, connector in connectors.items():
            if number not in self._watched:
                self._watched[number] = connector.watch(("minute",), self._minute)

    def _minute(self) -> None:
        if self._task is None and self._is_wanted and any(self._due()):
            self._task = asyncio.get_running_loop().create_task(self._tell())

    @property
    def _is_wanted(self) -> bool:
        charge_point = self._charge_point
        if (
            not charge_point.ready
            or self._is_deaf
            or not charge_point.price_board.tells_costs
            or not (charge_point.protocol or "").startswith("ocpp2")
        ):
            return False
        inventory = charge_point.part(DeviceModel).inventory
        enabled = inventory.value("TariffCostCtrlr", "Enabled", "Cost")
        return (enabled or "").casefold() == "true"

    def _due(self) -> list[tuple[Connector, str, float]]:
        """Return the sessions whose cost has changed since it was told."""
        due = []
        for connector in self._charge_point.connectors.values():
            running = connector.transaction
            if running is None or running.cost is None:
                continue
            if self._tariffs.is_used(running.id):
                # The station shows what it calculates itself (2.1: I12).
                continue
            cost = round(running.cost, 2)
            if self._told.get(connector.number) != (running.id, cost):
                due.append((connector, running.id, cost))
        return due

    async def _tell(self) -> None:
        charge_point = self._charge_point
        caller = self._caller
        assert caller is not None  # as it is ready
        try:
            for connector, transaction_id, cost in self._due():
                await caller.send(
                    "CostUpdated", total_cost=cost, transaction_id=transaction_id
                )
                self._told[connector.number] = transaction_id, cost
        except CallErrorReceivedError, KnownUnsupportedError:
            self._is_deaf = True
        except CsmsError as err:
            _LOGGER.debug("%s was not told a cost: %s", charge_point.id, err)
        finally:
            self._task = None
