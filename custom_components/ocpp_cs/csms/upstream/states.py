"""The states of a charge point and its connectors, as far as an upstream knows them."""

import asyncio
from collections.abc import Callable, Collection

from ..charge_point import ChargePoint
from ..model.model import ChargePointError, ConnectorStatus
from .speech import ConnectorState


class States:
    """What an upstream is to be told of states, each one once per connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        told_state: Callable[[ConnectorState], ConnectorState],
        reserved: Callable[[], Collection[int]],
        *,
        wake: Callable[[], None],
        away: float,
    ) -> None:
        """Begin with nothing told.

        Args:
            charge_point: The charge point.
            told_state: Returns what of a state is told; see `Speech.told_state`.
            reserved: Returns the connectors that the upstream has reserved.
            wake: Called when there may be something to tell.
            away: Seconds for which the charge point may be away before its connectors
                are unavailable.
        """
        self._charge_point = charge_point
        self._told_state = told_state
        self._reserved = reserved
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
                error_code=whole.error_code or ChargePointError.NO_ERROR,
                info=whole.info,
                vendor_error_code=whole.vendor_error_code,
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
                        error_code=one.error_code or ChargePointError.NO_ERROR,
                        info=one.info,
                        vendor_error_code=one.vendor_error_code,
                    )
                )
        return states
