"""Set up a charging station after a boot or a connection."""

import logging
from typing import TYPE_CHECKING

from ..model.errors import (
    CallErrorReceivedError,
    CommandError,
    ConnectionLostError,
    KnownUnsupportedError,
    RefusedError,
)
from ..model.model import ConnectorStatus
from ..schema.spelling import snake
from .device_model.model import DeviceModel, Written
from .device_model.names import Aspect
from .device_model.variables import Result
from .device_model.wishes import Wishes
from .money.tariffs import Tariffs
from .spelling import told
from .transaction_status import confirm_running

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ..charge_point import ChargePoint
    from .commands import V2Commands

_LOGGER = logging.getLogger(__name__)

_MOST_TIMES = 2
"""How often a value is written that the station accepts, and does not keep."""

_FAILED = "failed: "
"""Precedes what is remembered of a setting without a proper answer."""

_IDLE = frozenset(
    {
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.FAULTED,
        ConnectorStatus.RESERVED,
        ConnectorStatus.UNAVAILABLE,
    }
)
"""The statuses in which no transaction is to be expected."""


class Setup:
    """One run of the set-up; a failed step does not affect the others.

    With a station that does as it should, it takes five calls: a report, one
    SetVariables, and what is asked for by TriggerMessage.
    """

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
        self._model = charge_point.part(DeviceModel)
        self._wishes = Wishes(charge_point, self._model.inventory)

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
        return (
            settings.sample_interval,
            settings.ping_interval,
            charge_point.price_board.settings,
        )

    async def run(self) -> None:
        """Run all steps. A failed step is recorded and skipped; nothing is raised."""
        try:
            await self._read()
            self._count_connectors()
            self._charge_point.set_ready()
            await self._write_settings()
            self._charge_point.part(Tariffs).start()
            await self._ask_for_values()
            await confirm_running(self._commands)
        except ConnectionLostError:
            return
        # A charge point can send anything; it must not stop its own set-up.
        except Exception:
            _LOGGER.exception("Setting up %s failed", self._charge_point.id)
            self._charge_point.set_ready()

    async def _read(self) -> None:
        """Read all after a boot, else whether the known problems are still there."""
        commands, station = self._commands, self._commands.station
        is_known = self._model.is_current
        if not is_known:
            await self._try(commands.reading.all())
            is_read = self._model.is_current
        else:
            doubted = station.doubted()
            is_read = bool(doubted) and bool(
                await self._try(commands.variables.get(doubted))
            )
        if is_read:
            station.problems_read()

    async def _try[T](self, call: Coroutine[object, object, T]) -> T | None:
        """Return the answer to a command; None if it failed."""
        try:
            return await call
        except ConnectionLostError:
            raise
        except KnownUnsupportedError:
            return None
        except CommandError as err:
            self._charge_point.deviations.note(f"setup_failed:{err.action}", str(err))
            return None

    def _count_connectors(self) -> None:
        charge_point = self._charge_point
        if not charge_point.connector_numbers:
            # It tells the station alone, or nothing.
            charge_point.connector(1)

    # Settings.

    async def _write_settings(self) -> None:
        wanted = self._wishes.all()
        for aspect in list(self._model.written):
            if aspect not in wanted:
                # It was kept.
                del self._model.written[aspect]
        if not wanted:
            return
        refused = self._charge_point.refused_settings
        for aspect in await self._write(wanted) or ():
            # What was answered with nonsense, or not at all, is left alone.
            if not refused[_words(aspect, wanted[aspect])].startswith(_FAILED):
                await self._write_less(aspect)

    async def _write_less(self, aspect: Aspect) -> None:
        """Write a refused list of measurands with fewer of them.

        A refusal does not name the unknown measurand. So the least important ones are
        left out until the list is accepted, and then tried one by one.
        """
        wishes, charge_point = self._wishes, self._charge_point
        plan = wishes.measurands(aspect)
        if plan is None or not plan.missing:
            return
        missing = list(plan.missing)
        untried: list[str] = [missing.pop()]
        while missing:
            is_refused = await self._write({aspect: plan.text(missing)})
            if is_refused is None:
                return
            if not is_refused:
                break
            untried.insert(0, missing.pop())
        refused = [untried.pop(0)]
        for one in untried:
            is_refused = await self._write({aspect: plan.text([*missing, one])})
            if is_refused is None:
                return
            if is_refused:
                refused.append(one)
            else:
                missing.append(one)
        charge_point.refused_measurands.add(refused)

    async def _write(self, wanted: dict[Aspect, str]) -> list[Aspect] | None:
        """Write settings that were not refused before.

        Returns:
            Those that are refused; None if the station does not answer as it should.

        A refused value is not written again until the identity of the station changes,
        and neither is one that it accepted and did not keep: some keep their settings
        in memory that wears out.
        """
        charge_point, model = self._charge_point, self._model
        refused = charge_point.refused_settings
        known = [one for one in wanted if _words(one, wanted[one]) in refused]
        values = {one: wanted[one] for one in wanted if one not in known}
        for aspect, value in list(values.items()):
            before = model.inventory.find(aspect.name)
            now = None if before is None else before.actual
            times = 1
            if (last := model.written.get(aspect)) is not None and (
                last.before,
                last.value,
            ) == (now, value):
                # It may have been reset once.
                times = last.times + 1
            if times > _MOST_TIMES:
                charge_point.deviations.note(f"setting_not_kept:{aspect}", value)
                del values[aspect]
            else:
                model.written[aspect] = Written(before=now, value=value, times=times)
        if not values:
            return known
        try:
            results = await self._commands.variables.set(values)
        except ConnectionLostError:
            raise
        except CommandError as err:
            # It may not be ready yet, or have no settings at all.
            for aspect, value in values.items():
                model.written.pop(aspect, None)
                charge_point.deviations.note(f"setting_refused:{aspect}", str(err))
                if not isinstance(err, CallErrorReceivedError):
                    refused[_words(aspect, value)] = f"{_FAILED}{err}"
            return None
        for one in results:
            if not one.agreed:
                self._note_refused(one, values[one.aspect])
                known.append(one.aspect)
        return known

    def _note_refused(self, result: Result, value: str) -> None:
        charge_point = self._charge_point
        said = " ".join(filter(None, (result.status, result.reason)))
        self._model.written.pop(result.aspect, None)
        charge_point.deviations.note(f"setting_refused:{result.aspect}", said)
        charge_point.refused_settings[_words(result.aspect, value)] = said

    # Statuses and values.

    async def _ask_for_values(self) -> None:
        """Ask for what the station does not send on its own.

        After a boot it sends the status of every plug (G01), not its meter values.
        """
        charge_point = self._charge_point
        numbers = charge_point.connector_numbers
        plugs = self._model.inventory.plugs()
        if not self._booted:
            for number in numbers:
                if charge_point.connectors[number].status_is_current:
                    continue
                for plug in sorted(plugs.get(number, ())) or [1]:
                    # F06.FR.13: a StatusNotification is that of a plug.
                    await self._ask("StatusNotification", number, plug)
        # One call for all EVSEs; a single one is named.
        one = numbers[0] if len(numbers) == 1 else None
        if any(map(self._may_run, numbers)):
            await self._ask("TransactionEvent", one)
        if not all(map(self._runs, numbers)):
            await self._ask("MeterValues", one)

    def _runs(self, number: int) -> bool:
        return self._charge_point.connectors[number].transaction is not None

    def _may_run(self, number: int) -> bool:
        """Return whether a transaction may run at an EVSE.

        One that began without us is not known; a station that has booted has none.
        """
        if self._runs(number):
            return True
        status = self._charge_point.connectors[number].status
        return not self._booted and status not in _IDLE

    async def _ask(
        self, message: str, evse: int | None, plug: int | None = None
    ) -> None:
        caller, unsupported = (
            self._commands.caller,
            self._charge_point.quirks.unsupported_triggers,
        )
        place = None if evse is None else told(id=evse, connector_id=plug)
        try:
            caller.check_supported(
                "TriggerMessage", snake(message), snake(message) in unsupported
            )
            await caller.send("TriggerMessage", requested_message=message, evse=place)
        except ConnectionLostError:
            raise
        except RefusedError, KnownUnsupportedError:
            # There is nothing to tell, or it does not tell it.
            return
        except CommandError as err:
            self._charge_point.deviations.note(f"setup_failed:{err.action}", str(err))


def _words(aspect: Aspect, value: str) -> str:
    return f"{aspect}={value}".lower()
