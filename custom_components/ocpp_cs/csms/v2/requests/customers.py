"""What a station has stored about a customer (N09, N10)."""

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ..commands import Fields, V2Commands
from .fields import send_and_collect, token_given

_ACTION = "CustomerInformation"


async def customer_information(commands: V2Commands, fields: Fields) -> Answer:
    """Report or delete what is stored about a customer.

    Raises:
        InvalidRequestError: The customer is not named in exactly one way (N09.FR.04),
            or neither a report nor the deletion is wanted.
    """
    fields = {**fields}
    report, clear = bool(fields.get("report")), bool(fields.get("clear"))
    if not report and not clear:
        raise InvalidRequestError(_ACTION, "report", "is needed, or clear")
    tag = fields.get("id_tag")
    if (token := token_given(commands, fields)) is not None:
        fields["id_token"] = token
    ways = ("id_token", "customer_identifier", "customer_certificate")
    if sum(fields.get(way) is not None for way in ways) != 1:
        raise InvalidRequestError(
            _ACTION, "id_tag", "or one other way to name the customer has to be given"
        )
    answer = await send_and_collect(
        commands,
        _ACTION,
        fields | {"report": report, "clear": clear},
        pieces="NotifyCustomerInformation",
        member="data",
        is_text=True,
    )
    if clear and tag is not None:
        # N10.FR.02: the station itself may not change its list.
        await commands.charge_point.local_list.forget(tag)
    return answer
