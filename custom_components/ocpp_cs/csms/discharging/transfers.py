"""Tell a charge point whether the vehicle of a session may discharge (2.1: Q01, Q02)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from ..commands import Commands
from ..model.capabilities import Capabilities
from ..model.deviations import Deviations
from ..model.errors import CsmsError
from ..outside.car_needs import CarNeeds
from ..transactions.transaction import Transaction
from .bidirectional import Bidirectional


class TellingConnector(Protocol):
    """The connector of the vehicle."""

    bidirectional: Bidirectional

    @property
    def number(self) -> int:
        """The connector id, from 1."""

    @property
    def needs(self) -> CarNeeds | None:
        """What the vehicle has told of its needs."""

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""


class ToldChargePoint(Protocol):
    """The charge point that is told."""

    @property
    def ready(self) -> bool:
        """Return whether the set-up after the connection is done."""

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities that it reports."""

    @property
    def commands(self) -> Commands:
        """Its commands."""

    @property
    def deviations(self) -> Deviations:
        """The observed differences from the specification."""


class EnergyTransfers:
    """Tells the charge point what is allowed, when that differs from what it knows.

    An id tag may be presented before anybody knows at which connector, and the owner may
    change the mind later. The charge point then negotiates with the vehicle anew.
    """

    def __init__(
        self, connector: TellingConnector, charge_point: Callable[[], ToldChargePoint]
    ) -> None:
        """Begin with nothing told.

        Args:
            connector: The connector.
            charge_point: Returns its charge point.
        """
        self._connector = connector
        self._charge_point = charge_point
        self._told: tuple[str, bool] | None = None
        """Transaction, and whether it may discharge, as told last."""
        self._task: asyncio.Task[None] | None = None

    def tell(self, *, changed: bool = False) -> None:
        """Tell what is allowed, if the vehicle has agreed on something else.

        Args:
            changed: Whether the owner has just changed it (Q02.FR.05).
        """
        charge_point, connector = self._charge_point(), self._connector
        abilities = charge_point.capabilities.v2x
        running = connector.transaction
        if abilities is None or running is None or not charge_point.ready:
            return
        if not abilities.at(connector.number).discharges:
            return
        allowed, needs = connector.bidirectional.allowed, connector.needs
        agreed = needs is not None and needs.discharges
        if (running.id, allowed) == self._told or (agreed is allowed and not changed):
            return
        self._told = running.id, allowed
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(
            self._send(running.id, allowed)
        )

    def stop(self) -> None:
        """End what is being sent, as the connection has ended; it is told anew."""
        self._told = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _send(self, transaction_id: str, allowed: bool) -> None:
        charge_point = self._charge_point()
        try:
            await charge_point.commands.allow_energy_transfer(
                connector_id=self._connector.number,
                transaction_id=transaction_id,
                discharging=allowed,
            )
        except CsmsError as err:
            # The vehicle keeps to what it has agreed on until it is plugged in again.
            charge_point.deviations.note("energy_transfer_not_changed", str(err))
