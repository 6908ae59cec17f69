"""After a boot or a connection: ask a charge point what it is, set what differs."""

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
"""What every charge point is asked to measure, the most wanted first."""

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
"""What is asked for, besides phase switching, where the whole configuration cannot be had at once."""


def _most_wanted(wanted: list[str], most: int) -> set[str]:
    """Return as many as a charge point takes: 0 is any number."""
    return set(wanted[:most] if most else wanted)


class _Failure(Enum):
    """How a setting was not taken."""

    REFUSAL = auto()
    ERROR = auto()
    SILENCE = auto()


class Setup:
    """One run of the set-up; each step is guarded from the failure of others."""

    def __init__(
        self, charge_point: ChargePoint, commands: V16Commands, *, booted: bool
    ) -> None:
        """Set up `charge_point`; `booted` tells what it does without being asked."""
        self._charge_point = charge_point
        self._commands = commands
        self._booted = booted
        self._failure: _Failure | None = None
        """How the last setting that was not taken failed."""

    @classmethod
    async def run_for(
        cls, charge_point: ChargePoint, commands: V16Commands, *, booted: bool
    ) -> None:
        """Set up a charge point; see `__init__` and `run`."""
        await cls(charge_point, commands, booted=booted).run()

    async def run(self) -> None:
        """Do all steps. Nothing is raised: what failed is logged, and left out."""
        try:
            await self._read_configuration()
            self._count_connectors()
            self._charge_point.set_ready()
            await self._write_settings()
            await self._ask_for_values()
        except ConnectionLostError:
            return
        # A charge point can say anything; it must not stop its own set-up.
        except Exception:
            _LOGGER.exception("Setting up %s failed", self._charge_point.id)
            self._charge_point.set_ready()

    async def _try(self, call: Any) -> dict[str, Any] | None:
        """Return the answer to a command, or None if it failed in any way."""
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
        """Return the configuration keys that the owner decides over; 0 is no wish."""
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
        """Write a key if it is known, writable and different; True when it is set.

        What was refused is not tried again until the charge point changes: some
        keep their configuration in memory that wears out.
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
        """Have it measure what is wanted, as far as it can.

        Which of them it does not know it does not say: the least wanted ones are left
        out until it takes the list, and then tried one by one.
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
        # Where there is room for a few, what it measures now gives way to what is
        # needed, but not to what is merely nice to have.
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
        # That without which it took the list is refused, the others may not be.
        refused = [untried.pop(0)]
        for one in untried:
            if await self._write(SAMPLED_DATA, ",".join([*listed, *missing, one])):
                missing.append(one)
            elif self._failure is _Failure.SILENCE:
                return
            else:
                refused.append(one)
        # Who answers everything with an error may just not be ready.
        if missing or self._failure is _Failure.REFUSAL:
            charge_point.refused_measurands.add(refused)

    def _most_measurands(self) -> int:
        """Return how many it takes; 0 if it does not tell."""
        most = self._commands.caller.configured(f"{SAMPLED_DATA}MaxLength")
        try:
            return max(0, int(most or 0))
        except ValueError:
            return 0

    async def _ask_for_values(self) -> None:
        """Ask for what the charge point does not tell by itself.

        After a boot the status of every connector comes unasked (4.9). Meter
        values come within transactions only; once, they are wanted without one.
        """
        charge_point = self._charge_point
        if charge_point.capabilities.lacks(Feature.REMOTE_TRIGGER):
            return
        numbers = charge_point.connector_numbers
        # One call for all connectors, but named where there is one: some know
        # nothing of a request without a connector.
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
