"""Ask for reports of the device model (B07, B08), and read all of it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...caller import Caller
from ...commands import Answer
from ...model.errors import (
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
    NotSupportedError,
)
from ...model.model import new_id
from .model import DeviceModel
from .names import Aspect, VariableName, component_of, variable_of
from .reports import Reports
from .variables import Variables

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_PATIENCES = 4
"""How many times the time for an answer a whole report may take."""


def _own(component: str, *variables: str, instance: str | None = None) -> list[Aspect]:
    return [
        Aspect(VariableName(component, one, variable_instance=instance))
        for one in variables
    ]


_NEEDED = (
    *_own("DeviceDataCtrlr", "ItemsPerMessage", instance="SetVariables"),
    *_own(
        "SampledDataCtrlr",
        *("TxUpdatedInterval", "TxUpdatedMeasurands"),
        *("TxStartedMeasurands", "TxEndedMeasurands"),
    ),
    *_own("OCPPCommCtrlr", "WebSocketPingInterval"),
    *_own("SmartChargingCtrlr", "RateUnit", "ProfileStackLevel", "PeriodsPerSchedule"),
    *_own("TxCtrlr", "EVConnectionTimeOut"),
    *_own("LocalAuthListCtrlr", "ItemsPerMessage"),
)
"""What is read by name from a station that sends no reports."""


class Reading:
    """Reads the device model on one connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        caller: Caller,
        reports: Reports,
        variables: Variables,
    ) -> None:
        """Serve a connection.

        Args:
            charge_point: The charge point.
            caller: Sends messages on its connection.
            reports: Takes what comes.
            variables: Reads variables by their names.
        """
        self._charge_point = charge_point
        self._model = charge_point.part(DeviceModel)
        self._caller = caller
        self._reports = reports
        self._variables = variables

    async def all(self) -> None:
        """Read all that the station tells, in the first way that it supports.

        A whole report is the best one. Not every station has that, and some have no
        reports at all.

        Raises:
            CommandError: None of the ways succeeded; that is of the first one.
        """
        problem: CommandError | None = None
        for base in ("FullInventory", "ConfigurationInventory"):
            try:
                _, names = await self.base_report(base)
            except ConnectionLostError:
                raise
            except (CallTimeoutError, NotSupportedError) as err:
                problem = problem or err
                break
            except CommandError as err:
                problem = problem or err
                continue
            if names:
                self._model.was_read()
                return
            # It has agreed, and sends nothing.
            break
        try:
            results = await self._variables.get(_NEEDED)
        except ConnectionLostError:
            raise
        except CommandError as err:
            raise problem or err from err
        if any(one.accepted for one in results):
            self._model.was_read()
        elif problem is not None:
            raise problem

    async def base_report(self, report_base: str) -> tuple[Answer, list[VariableName]]:
        """Ask for one of the three reports that every station has (B07).

        Returns:
            The answer with the request id and whether the report is complete, and the
            variables that came.

        Raises:
            CommandError: As listed in `Commands`.
        """
        answer, names = await self._report("GetBaseReport", report_base=report_base)
        if answer["complete"] and report_base.casefold().startswith("full"):
            self._model.inventory.keep_only(names)
        self._model.changed()
        return answer, list(names)

    async def custom_report(
        self,
        criteria: Sequence[str] = (),
        variables: Iterable[tuple[VariableName, bool]] = (),
    ) -> tuple[Answer, list[VariableName]]:
        """Ask for a report of some variables (B08), in as many messages as it takes.

        Args:
            criteria: ComponentCriterionEnumType (3.22); any of them suffices.
            variables: The names, and whether the variable is meant; all variables of
                the component otherwise.

        Returns:
            The answer, and the variables that came.

        Raises:
            CommandError: As listed in `Commands`.
        """
        entries = [
            {"component": component_of(name)}
            | ({"variable": variable_of(name)} if single else {})
            for name, single in variables
        ]
        # B08.FR.06.
        most, _ = self._variables.limits("GetReport")
        pieces = [entries[at : at + most] for at in range(0, len(entries), most)]
        whole: Answer = {"status": "empty_result_set", "complete": True}
        found: dict[VariableName, None] = {}
        for piece in pieces or [[]]:
            answer, names = await self._report(
                "GetReport",
                component_criteria=list(criteria) or None,
                component_variable=piece or None,
            )
            found |= names
            if answer["status"] != "empty_result_set":
                whole = {**answer, "complete": whole["complete"] and answer["complete"]}
        self._model.changed()
        return whole, list(found)

    async def _report(
        self, action: str, **fields: Any
    ) -> tuple[Answer, dict[VariableName, None]]:
        request_id = new_id()
        patience = self._charge_point.call_timeout
        link = self._charge_point.link
        # Some send the report before the answer.
        report = self._reports.expect(request_id)
        unwatch = self._charge_point.watch(
            ("connected",), lambda: report.end(complete=False)
        )
        try:
            answer = await self._caller.send(action, request_id=request_id, **fields)
            complete = answer["status"] == "empty_result_set" or (
                await self._reports.complete(report, patience, _PATIENCES * patience)
            )
        finally:
            unwatch()
            report.done.cancel()
        if self._charge_point.link is not link:
            raise ConnectionLostError(action)
        return answer | {"request_id": request_id, "complete": complete}, report.names
