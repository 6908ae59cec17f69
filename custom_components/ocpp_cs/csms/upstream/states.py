"""The states of a charge point and its connectors, as far as an upstream knows them."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from ..charge_point import ChargePoint
from ..connector import Connector
from ..model.model import ChargePointError, ConnectorStatus
from .speech import ConnectorState


class States:
    """What an upstream is to be told of states, each one once per connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        told_state: Callable[[ConnectorState], ConnectorState],
        reserved: Callable[[], Collection[int]],
        may_measure: Callable[[int], bool],
        *,
        wake: Callable[[], None],
        away: float,
    ) -> None:
        """Begin with nothing told.

        Args:
            charge_point: The charge point.
            told_state: Returns what of a state is told; see `Speech.told_state`.
            reserved: Returns the connectors that the upstream has reserved.
            may_measure: Returns whether what a connector does is the upstream's
                business; see `Requests.may_measure`.
            wake: Called when there may be something to tell.
            away: Seconds for which the charge point may be away before its connectors
                are unavailable.
        """
        self._charge_point = charge_point
        self._told_state = told_state
        self._reserved = reserved
        self._may_measure = may_measure
        self._wake = wake
        self._patience = away
        self._told: dict[int, ConnectorState] = {}
        self._away: asyncio.TimerHandle | None = None
        self._is_away: bool | None = False if charge_point.connected else None
        """None as long as it may come back, after Home Assistant has started."""
        self._unwatch: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Follow whether the charge point is connected."""
        self._unwatch = self._charge_point.watch(
            ("connected",), self._connected_changed
        )
        if self._is_away is None:
            self._connected_changed()

    def stop(self) -> None:
        """Follow it no more."""
        self._unwatch()
        self._unwatch = lambda: None
        self._cancel()

    def _cancel(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None

    def _connected_changed(self) -> None:
        self._cancel()
        if self._charge_point.connected:
            self._is_away = False
            self._wake()
        elif self._is_away is not True:
            self._away = asyncio.get_running_loop().call_later(
                self._patience, self._gone
            )

    def _gone(self) -> None:
        self._away, self._is_away = None, True
        self._wake()

    # What is told.

    def next(self) -> ConnectorState | None:
        """Return a state that the upstream has not been told yet."""
        return next(
            (
                one
                for one in map(self._told_state, self._present())
                if self._told.get(one.number) != one
            ),
            None,
        )

    def told(self, state: ConnectorState) -> None:
        """Note that the upstream is told of a state."""
        self._told[state.number] = state

    def forget(self, number: int | None = None) -> None:
        """Tell the state of a connector once more; None is that of all."""
        if number is None:
            self._told.clear()
        else:
            self._told.pop(number, None)

    def _present(self) -> list[ConnectorState]:
        """Return the present states, with the charge point itself first."""
        whole = self._charge_point.whole
        if (away := self._is_away) is None:
            return []
        reserved = self._reserved()
        states = [
            ConnectorState(
                number=0,
                status=(
                    ConnectorStatus.UNAVAILABLE
                    if away or whole.available is False
                    else ConnectorStatus.FAULTED
                    if whole.status is ConnectorStatus.FAULTED
                    else ConnectorStatus.AVAILABLE
                ),
                **self._problem(whole),
            )
        ]
        for number in self._charge_point.connector_numbers:
            one = self._charge_point.connectors[number]
            if away and one.transaction is None:
                states.append(
                    ConnectorState(number=number, status=ConnectorStatus.UNAVAILABLE)
                )
            elif one.status is not None:
                is_reserved = (
                    one.status is ConnectorStatus.AVAILABLE and number in reserved
                )
                states.append(
                    ConnectorState(
                        number=number,
                        status=ConnectorStatus.RESERVED if is_reserved else one.status,
                        **self._problem(one),
                    )
                )
        return states

    def _problem(self, part: Connector) -> dict[str, Any]:
        """Return what is told of a problem of a connector.

        Without one, the words of the charge point are not told, as some tell the card
        or the driver there; nor are they in a session that is none of the upstream's
        business.
        """
        code = part.error_code or ChargePointError.NO_ERROR
        if code is ChargePointError.NO_ERROR or not self._may_measure(part.number):
            return {"error_code": code}
        return {
            "error_code": code,
            "info": part.info,
            "vendor_error_code": part.vendor_error_code,
        }
