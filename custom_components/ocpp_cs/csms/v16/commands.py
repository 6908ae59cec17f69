"""Commands as OCPP 1.6 calls, and the charge point's answers."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

from ..commands import Answer, Commands
from ..errors import (
    CallError,
    InvalidAnswerError,
    InvalidRequestError,
    NoTransactionError,
    RefusedError,
)
from ..model import ConfigurationKey
from ..salvage import salvage
from .spelling import from_ocpp, snake, to_ocpp

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..rpc import Connection
    from ..schemas import Schemas

_CONSENT = frozenset({"accepted", "reboot_required", "scheduled", "unlocked"})
"""The answers that mean that the charge point does what it was told."""


class V16Commands(Commands):
    """The commands of one connection that speaks OCPP 1.6."""

    def __init__(
        self, charge_point: ChargePoint, connection: Connection, schemas: Schemas
    ) -> None:
        """Command `charge_point` through `connection`."""
        self._charge_point = charge_point
        self._connection = connection
        self._schemas = schemas

    async def call(self, action: str, **fields: Any) -> Answer:
        """Call any action; fields as in `to_ocpp`, None ones are left out.

        Raises what `Commands` lists.
        """
        request = self._schemas.request(action)
        response = self._schemas.response(action)
        if request is None or response is None:
            raise InvalidRequestError(action, "action", "not an action of OCPP 1.6")
        payload = to_ocpp(fields, request.definition)
        if problems := request.problems(payload, formats=True):
            field = ".".join(snake(part) for part in problems[0].path.split("."))
            raise InvalidRequestError(action, field, problems[0].message)
        answer = await self._connection.call(action, payload)
        if not response.valid(answer):
            try:
                answer = salvage(
                    action,
                    "response",
                    answer,
                    self._charge_point.deviations,
                    self._schemas,
                )
            except CallError as err:
                raise InvalidAnswerError(action, err.description) from err
        converted: Answer = from_ocpp(answer, response.definition)
        status = converted.get("status")
        if status is not None and status not in _CONSENT:
            raise RefusedError(action, status)
        return converted

    @override
    async def remote_start_transaction(
        self,
        *,
        connector_id: int | None = None,
        id_tag: str | None = None,
        charging_profile: dict[str, Any] | None = None,
    ) -> Answer:
        return await self.call(
            "RemoteStartTransaction",
            connector_id=connector_id,
            id_tag=id_tag or self._charge_point.settings.id_tag,
            charging_profile=charging_profile,
        )

    @override
    async def remote_stop_transaction(
        self, *, connector_id: int | None = None, transaction_id: int | None = None
    ) -> Answer:
        if transaction_id is None:
            transaction_id = self._running_transaction(connector_id)
        return await self.call("RemoteStopTransaction", transaction_id=transaction_id)

    def _running_transaction(self, connector_id: int | None) -> int:
        running = [
            transaction
            for transaction in self._charge_point.ledger.running(self._charge_point.id)
            if connector_id in (None, 0, transaction.connector_id)
        ]
        if len(running) != 1:
            raise NoTransactionError(
                "RemoteStopTransaction",
                "several transactions run" if running else "no transaction runs",
            )
        return running[0].id

    @override
    async def get_configuration(self, *, key: list[str] | None = None) -> Answer:
        answer = await self.call("GetConfiguration", key=key)
        self._charge_point.set_configuration(
            ConfigurationKey(
                key=item["key"],
                value=item.get("value"),
                readonly=item.get("readonly", False),
            )
            for item in answer.get("configuration_key", ())
        )
        return answer

    @override
    async def change_configuration(self, *, key: str, value: str) -> Answer:
        answer = await self.call("ChangeConfiguration", key=key, value=value)
        known = self._charge_point.configuration.get(key.lower())
        # What takes effect with the next boot is read again then.
        if known is not None and answer.get("status") == "accepted":
            self._charge_point.set_configuration([replace(known, value=value)])
        return answer

    @override
    async def trigger_message(
        self, *, requested_message: str, connector_id: int | None = None
    ) -> Answer:
        return await self.call(
            "TriggerMessage",
            requested_message=requested_message,
            connector_id=connector_id,
        )

    @override
    async def reset(self, *, type: str) -> Answer:
        return await self.call("Reset", type=type)

    @override
    async def change_availability(self, *, connector_id: int = 0, type: str) -> Answer:
        answer = await self.call(
            "ChangeAvailability", connector_id=connector_id, type=type
        )
        # Scheduled takes effect after the transaction; its status will tell.
        if answer.get("status") == "accepted":
            self._charge_point.set_available(connector_id, type.lower() == "operative")
        return answer

    @override
    async def unlock_connector(self, *, connector_id: int) -> Answer:
        return await self.call("UnlockConnector", connector_id=connector_id)

    @override
    async def refresh(self) -> None:
        numbers = self._charge_point.connector_numbers or [1]
        for message in ("status_notification", "meter_values"):
            for number in numbers:
                await self.trigger_message(
                    requested_message=message, connector_id=number
                )
