"""Set up a charging station after a boot or a connection."""

import logging
from typing import TYPE_CHECKING, Any

from ..model.errors import CommandError, ConnectionLostError, KnownUnsupportedError
from ..model.model import MAX_DECLARED_CONNECTORS
from .device_model.capabilities import capabilities_of

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from .commands import V2Commands

_LOGGER = logging.getLogger(__name__)


class Setup:
    """One run of the set-up; a failed step does not affect the others."""

    def __init__(
        self, charge_point: ChargePoint, commands: V2Commands, *, booted: bool
    ) -> None:
        """Create a run of the set-up.

        Args:
            charge_point: The charge point.
            commands: The commands of its connection.
            booted: Whether it has booted, and sends its statuses on its own.
        """
        self._charge_point = charge_point
        self._commands = commands
        self._booted = booted

    @classmethod
    async def run_for(
        cls, charge_point: ChargePoint, commands: V2Commands, *, booted: bool
    ) -> None:
        """Set up a charge point; see `__init__` and `run`."""
        await cls(charge_point, commands, booted=booted).run()

    @staticmethod
    def wanted(charge_point: ChargePoint) -> object:
        """Return the owner's settings that are written to the station."""
        settings = charge_point.settings
        return (settings.sample_interval, settings.ping_interval)

    async def run(self) -> None:
        """Run all steps. A failed step is recorded and skipped; nothing is raised."""
        try:
            await self._try(self._commands.get_base_report())
            self._charge_point.set_capabilities(
                capabilities_of(self._commands.station.inventory)
            )
            self._count_connectors()
            self._charge_point.set_ready()
            await self._ask_for_values()
        except ConnectionLostError:
            return
        # A charge point can send anything; it must not stop its own set-up.
        except Exception:
            _LOGGER.exception("Setting up %s failed", self._charge_point.id)
            self._charge_point.set_ready()

    async def _try(self, call: Any) -> dict[str, Any] | None:
        """Return the answer to a command; None if it failed."""
        try:
            answer: dict[str, Any] = await call
        except ConnectionLostError:
            raise
        except KnownUnsupportedError:
            return None
        except CommandError as err:
            self._charge_point.deviations.note(f"setup_failed:{err.action}", str(err))
            return None
        return answer

    def _count_connectors(self) -> None:
        charge_point = self._charge_point
        count = charge_point.capabilities.connectors
        if not count and not charge_point.connector_numbers:
            count = 1
        for number in range(1, min(count, MAX_DECLARED_CONNECTORS) + 1):
            charge_point.connector(number)

    async def _ask_for_values(self) -> None:
        charge_point = self._charge_point
        for number in charge_point.connector_numbers:
            if (
                not self._booted
                and not charge_point.connectors[number].status_is_current
            ):
                await self._try(
                    self._commands.trigger_message(
                        requested_message="status_notification", connector_id=number
                    )
                )
            await self._try(
                self._commands.trigger_message(
                    requested_message="meter_values", connector_id=number
                )
            )
