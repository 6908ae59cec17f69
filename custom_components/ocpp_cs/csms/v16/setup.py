"""Set up a charge point after a boot or a connection: read and write its settings."""

from enum import Enum, auto
import logging
from typing import TYPE_CHECKING, Any

from ..model.capabilities import Feature
from ..model.errors import (
    CallErrorReceivedError,
    CommandError,
    ConnectionLostError,
    KnownUnsupportedError,
    RefusedError,
)
from ..model.model import MAX_DECLARED_CONNECTORS
from .call_rules import configured
from .capabilities import FEATURE_PROFILES, PHASE_ROTATION, SAMPLED_DATA
from .configuration_keys import key_quirks

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from .commands import V16Commands

_LOGGER = logging.getLogger(__name__)

_MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "Current.Offered",
    "SoC",
)
"""The measurands that every charge point is to send, the most important first."""

_ESSENTIAL_MEASURANDS = _MEASURANDS[:3]

_NEEDED_KEYS = [
    "NumberOfConnectors",
    FEATURE_PROFILES,
    "MeterValueSampleInterval",
    SAMPLED_DATA,
    "MeterValuesSampledDataMaxLength",
    "WebSocketPingInterval",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
]
"""The keys to read, with the phase switch key, if not all keys can be read at once."""


def _most_wanted(wanted: list[str], most: int) -> set[str]:
    """Return the first `most` measurands; 0 is all."""
    return set(wanted[:most] if most else wanted)


class _Failure(Enum):
    """The failure to write a setting."""

    REFUSAL = auto()
    ERROR = auto()
    SILENCE = auto()


class Setup:
    """One run of the set-up; a failed step does not affect the others."""

    def __init__(
        self, charge_point: ChargePoint, commands: V16Commands, *, booted: bool
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
        self._failure: _Failure | None = None
        """The failure of the last setting that was not written."""

    @classmethod
    async def run_for(
        cls, charge_point: ChargePoint, commands: V16Commands, *, booted: bool
    ) -> None:
        """Set up a charge point; see `__init__` and `run`."""
        await cls(charge_point, commands, booted=booted).run()

    async def run(self) -> None:
        """Run all steps. A failed step is recorded and skipped; nothing is raised."""
        try:
            await self._read_configuration()
            self._count_connectors()
            self._charge_point.set_ready()
            await self._write_settings()
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

    async def _read_configuration(self) -> None:
        quirks = self._charge_point.quirks
        if not quirks.configuration_in_pieces:
            answer = await self._try(self._commands.get_configuration())
            if answer is not None and answer.get("configuration_key"):
                return
        needed = [*_NEEDED_KEYS, key_quirks(quirks.rules).phase_switch_key]
        if quirks.phase_rotation is not None:
            needed.append(PHASE_ROTATION)
        await self._try(self._commands.get_configuration(key=needed))

    def _count_connectors(self) -> None:
        charge_point = self._charge_point
        count = charge_point.capabilities.connectors
        if not count and not charge_point.connector_numbers:
            count = 1
        for number in range(1, min(count, MAX_DECLARED_CONNECTORS) + 1):
            charge_point.connector(number)

    @staticmethod
    def wanted(charge_point: ChargePoint) -> dict[str, str]:
        """Return configuration key -> value for the owner's settings other than 0."""
        settings = charge_point.settings
        interval = settings.sample_interval
        wishes = {
            "MeterValueSampleInterval": interval
            and max(interval, charge_point.quirks.sample_interval_from),
            "WebSocketPingInterval": settings.ping_interval,
        }
        return {key: str(value) for key, value in wishes.items() if value}

    async def _write_settings(self) -> None:
        for key, value in self.wanted(self._charge_point).items():
            await self._write(key, value)
        await self._write_measurands()

    async def _write(self, name: str, value: str) -> bool:
        """Write a key if it is known, writable and different; return whether it is set.

        A refused value is not written again until the identity of the charge point
        changes: some keep their configuration in memory that wears out.
        """
        charge_point = self._charge_point
        known = charge_point.configuration.get(name.lower())
        if known is None or known.readonly:
            return False
        if known.value == value:
            return True
        refused = charge_point.refused_settings
        if refused.get(f"{name}={value}".lower()):
            self._failure = _Failure.REFUSAL
            return False
        try:
            await self._commands.write_configuration(key=known.key, value=value)
        except ConnectionLostError:
            raise
        except CommandError as err:
            charge_point.deviations.note(f"setting_refused:{name}", str(err))
            match err:
                case RefusedError():
                    self._failure = _Failure.REFUSAL
                case CallErrorReceivedError():
                    self._failure = _Failure.ERROR
                case _:
                    self._failure = _Failure.SILENCE
            if not isinstance(err, CallErrorReceivedError):
                refused[f"{name}={value}".lower()] = str(err)
            return False
        return True

    async def _write_measurands(self) -> None:
        """Write the measurands that the charge point is to send.

        A refusal does not name the unknown measurand. So the least important ones are
        left out until the list is accepted, and then tried one by one.
        """
        charge_point, quirks = self._charge_point, self._charge_point.quirks
        known = charge_point.configuration.get(SAMPLED_DATA.lower())
        if known is None or known.value is None or known.readonly:
            return
        if not quirks.writes_measurands:
            return
        listed = [part.strip() for part in known.value.split(",") if part.strip()]
        # Some list measurands with a phase: `Current.Import.L1`.
        have = {part.rsplit(".L", 1)[0].lower() for part in listed}
        left_out = quirks.measurands_left_out | charge_point.refused_measurands.names
        missing = [
            one
            for one in _MEASURANDS
            if one.lower() not in have and one not in left_out
        ]
        # If the list is limited, the current measurands are replaced by essential
        # ones, but not by optional ones.
        wanted = [
            *(one for one in missing if one in _ESSENTIAL_MEASURANDS),
            *listed,
            *(one for one in missing if one not in _ESSENTIAL_MEASURANDS),
        ]
        kept = _most_wanted(wanted, self._most_measurands())
        missing = [one for one in missing if one in kept]
        listed = [one for one in listed if one in kept]
        untried: list[str] = []
        while missing and not await self._write(
            SAMPLED_DATA, ",".join(listed + missing)
        ):
            if self._failure is _Failure.SILENCE:
                return
            untried.insert(0, missing.pop())
        if not untried:
            return
        # The measurand without which the list was accepted is refused; the others may
        # not be.
        refused = [untried.pop(0)]
        for one in untried:
            if await self._write(SAMPLED_DATA, ",".join([*listed, *missing, one])):
                missing.append(one)
            elif self._failure is _Failure.SILENCE:
                return
            else:
                refused.append(one)
        # A charge point that answers everything with an error may not be ready yet.
        if missing or self._failure is _Failure.REFUSAL:
            charge_point.refused_measurands.add(refused)

    def _most_measurands(self) -> int:
        """Return the maximum number of measurands; 0 if unknown."""
        most = configured(self._charge_point, f"{SAMPLED_DATA}MaxLength")
        try:
            return max(0, int(most or 0))
        except ValueError:
            return 0

    async def _ask_for_values(self) -> None:
        """Request statuses and meter values that the charge point does not send.

        After a boot it sends the status of every connector (4.9). Meter values are
        sent only during transactions, so they are requested once.
        """
        charge_point = self._charge_point
        if charge_point.capabilities.lacks(Feature.REMOTE_TRIGGER):
            return
        numbers = charge_point.connector_numbers
        # One call for all connectors; a single connector is named, as some do not
        # support a request without a connector.
        connector_id = numbers[0] if len(numbers) == 1 else None
        if not self._booted and any(
            not charge_point.connectors[number].status_is_current for number in numbers
        ):
            await self._try(
                self._commands.trigger_message(
                    requested_message="status_notification", connector_id=connector_id
                )
            )
        await self._try(
            self._commands.trigger_message(
                requested_message="meter_values", connector_id=connector_id
            )
        )
