"""Read and write variables (B05, B06), in as few messages as the station allows."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from ...caller import Caller
from ...commands import Answer
from ...model.errors import (
    CallErrorReceivedError,
    FieldProblem,
    InvalidRequestError,
    RefusedError,
)
from ..security.secrets import PASSWORD, is_secret_variable
from .connected_cars import ConnectedCars
from .inventory import Mutability
from .model import DeviceModel
from .names import ACTUAL, Aspect, attribute_of, component_of, name_of, variable_of
from .values import number, truth

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

NOT_ANSWERED: Final = "not_answered"
"""The status of what an answer leaves out (B05.FR.01, B06.FR.01)."""

_FRAME: Final = 80
"""Bytes of a message besides its items: its id, its action, the names of lists."""

_TOO_MUCH: Final = frozenset({"OccurrenceConstraintViolation", "FormatViolation"})
"""Errors that may mean that there were too many items (B06.FR.16, B06.FR.17)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What the station answered for one attribute of a variable."""

    aspect: Aspect
    status: str
    """In snake case: GetVariableStatusEnumType (3.42), SetVariableStatusEnumType (3.79),
    or `not_answered`."""
    value: str | None = None
    """The value that was read."""
    reason: str = ""
    """Why it was refused, in the station's own words."""

    @property
    def accepted(self) -> bool:
        """Return whether the value was read, or is written."""
        return self.status == "accepted"

    @property
    def agreed(self) -> bool:
        """Return whether it was read or written; a restart may be needed first."""
        return self.status in ("accepted", "reboot_required")

    def check(self, action: str) -> None:
        """Raise RefusedError if it was refused."""
        if not self.agreed:
            raise RefusedError(action, self.status, reason=self.reason)


def is_secret(aspect: Aspect) -> bool:
    """Return whether a variable is a password, of which no value is kept."""
    return is_secret_variable(aspect.name.variable)


class Variables:
    """Reads and writes variables on one connection."""

    def __init__(self, charge_point: ChargePoint, caller: Caller) -> None:
        """Serve a connection.

        Args:
            charge_point: The charge point.
            caller: Sends messages on its connection.
        """
        self._charge_point = charge_point
        self._model = charge_point.part(DeviceModel)
        self._cars = charge_point.part(ConnectedCars)
        self._caller = caller
        self._most: dict[str, int] = {}
        """Action -> the number of items that was not too many, where some were."""

    async def get(self, aspects: Iterable[Aspect]) -> list[Result]:
        """Read attributes of variables; what is read is kept (B06).

        Returns:
            A result for each one, in the same order; those that repeat are read once.

        Raises:
            CommandError: As listed in `Commands`.
        """
        wanted = list(dict.fromkeys(aspects))
        results = await self._exchange(
            "GetVariables", [(one, _item(one)) for one in wanted]
        )
        noted = False
        for one in results:
            if one.accepted and not is_secret(one.aspect):
                self._model.inventory.note(one.aspect, one.value)
                self._cars.read(one.aspect.name, one.aspect.attribute, one.value)
                noted = True
        if noted:
            self._model.changed()
        return results

    async def set(self, values: Mapping[Aspect, str]) -> list[Result]:
        """Write attributes of variables; what is accepted is kept (B05).

        Each attribute can be there once only (B05.FR.13).

        Returns:
            A result for each one, in the same order.

        Raises:
            CommandError: As listed in `Commands`.
        """
        results: list[Result] = []
        if (password := values.get(PASSWORD)) is None:
            return await self._set(values)
        # A refusal is told to the guard, and to the caller as a result.
        with suppress(RefusedError):
            async with self._charge_point.password_change(password):
                results = await self._set(values)
                for one in results:
                    if one.aspect == PASSWORD:
                        one.check("SetVariables")
        return results

    async def _set(self, values: Mapping[Aspect, str]) -> list[Result]:
        results = await self._exchange(
            "SetVariables",
            [
                (one, {"attributeValue": value, **_item(one)})
                for one, value in values.items()
            ],
        )
        noted = False
        for one in results:
            # A value that needs a restart is read again after it.
            if one.accepted and not is_secret(one.aspect):
                self._model.inventory.note(one.aspect, values[one.aspect])
                noted = True
        if noted:
            self._model.changed()
        return results

    async def write(self, aspect: Aspect, value: str) -> Answer:
        """Write one attribute, after a look at what is known of it.

        Raises:
            InvalidRequestError: It is read-only, or cannot have the value.
            RefusedError: The station refused.
            CommandError: As listed in `Commands`.
        """
        self._check(aspect, value)
        (result,) = await self.set({aspect: value})
        result.check("SetVariables")
        return {"status": result.status}

    def _check(self, aspect: Aspect, value: str) -> None:
        known = self._model.inventory.find(aspect.name)
        attribute = None if known is None else known.attribute(aspect.attribute)
        if known is None or attribute is None:
            return
        if attribute.mutability is Mutability.READ_ONLY or attribute.constant:
            raise InvalidRequestError("SetVariables", "key", FieldProblem.READ_ONLY)
        match known.characteristics.data_type:
            case "integer" if number(value.removeprefix("-"), 2**31) is None:
                problem = FieldProblem.NOT_INTEGER
            case "boolean" if truth(value) is None:
                problem = FieldProblem.NOT_BOOLEAN
            case _:
                return
        raise InvalidRequestError("SetVariables", "value", problem)

    # Messages.

    async def _exchange(
        self, action: str, items: list[tuple[Aspect, dict[str, Any]]]
    ) -> list[Result]:
        results: list[Result] = []
        for piece in self._pieces(action, items):
            results += await self._send(action, piece)
        return results

    async def _send(
        self, action: str, items: list[tuple[Aspect, dict[str, Any]]]
    ) -> list[Result]:
        field = "get_variable" if action == "GetVariables" else "set_variable"
        try:
            answer = await self._caller.send(
                action, **{f"{field}_data": [item for _, item in items]}
            )
        except CallErrorReceivedError as err:
            if err.code not in _TOO_MUCH or len(items) < 2:
                raise
            # It takes fewer items than it tells, or does not tell how many.
            half = (len(items) + 1) // 2
            self._most[action] = half
            return [
                *await self._send(action, items[:half]),
                *await self._send(action, items[half:]),
            ]
        told = answer[f"{field}_result"]
        return _results([aspect for aspect, _ in items], told)

    def _pieces(
        self, action: str, items: list[tuple[Aspect, dict[str, Any]]]
    ) -> Iterator[list[tuple[Aspect, dict[str, Any]]]]:
        """Yield items for one message each (B05.FR.11, B06.FR.05)."""
        most, most_bytes = self.limits(action)
        most = min(most, self._most.get(action, most))
        piece: list[tuple[Aspect, dict[str, Any]]] = []
        size = _FRAME
        for item in items:
            more = len(orjson.dumps(item[1])) + 1
            if piece and (len(piece) >= most or size + more > most_bytes):
                yield piece
                piece, size = [], _FRAME
            piece.append(item)
            size += more
        if piece:
            yield piece

    def limits(self, action: str) -> tuple[int, int]:
        """Return the most items, and the most bytes, of a message of an action.

        They are variables with the action as their instance.
        """
        most, most_bytes = (
            number(self._model.inventory.value("DeviceDataCtrlr", name, action))
            for name in ("ItemsPerMessage", "BytesPerMessage")
        )
        return most or _UNLIMITED, most_bytes or _UNLIMITED


_UNLIMITED: Final = 1_000_000


def _item(aspect: Aspect) -> dict[str, Any]:
    """Return what names an attribute in a message; Actual is not named (B05.FR.12)."""
    item: dict[str, Any] = {
        "component": component_of(aspect.name),
        "variable": variable_of(aspect.name),
    }
    if aspect.attribute != ACTUAL:
        item["attributeType"] = aspect.attribute
    return item


def _results(wanted: list[Aspect], told: list[dict[str, Any]]) -> list[Result]:
    """Return the results in the order of what was wanted.

    A station that answers with other names has answered in the same order.
    """
    by_aspect = {_aspect_of(one): one for one in told}
    in_order = len(told) == len(wanted)
    results = []
    for place, aspect in enumerate(wanted):
        one = by_aspect.get(aspect) or (told[place] if in_order else None)
        if one is None:
            results.append(Result(aspect=aspect, status=NOT_ANSWERED))
            continue
        info = one.get("attribute_status_info") or {}
        words = (info.get("reason_code"), info.get("additional_info"))
        results.append(
            Result(
                aspect=aspect,
                status=one["attribute_status"],
                value=one.get("attribute_value"),
                reason=": ".join(filter(None, words)),
            )
        )
    return results


def _aspect_of(result: dict[str, Any]) -> Aspect:
    """Return what a result of an answer, in snake case, is about."""
    component = result["component"]
    evse = component.get("evse") or {}
    spelled = {"id": evse.get("id"), "connectorId": evse.get("connector_id")}
    return Aspect(
        name_of({**component, "evse": spelled}, result["variable"]),
        attribute_of(result.get("attribute_type") or ACTUAL) or ACTUAL,
    )
