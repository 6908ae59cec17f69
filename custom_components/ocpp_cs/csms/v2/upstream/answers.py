"""What the answers to an upstream have in common."""

from collections.abc import Sequence
from typing import Any, Final

from ...model.errors import CallError, Violation
from ...upstream.asked.calls import Json

_LONGEST_REASON: Final = 20
_LONGEST_INFO: Final = 512


def status(word: str, reason: str | None = None, info: str | None = None) -> Json:
    """Return an answer with a status, and maybe the reason for it (2.44).

    Args:
        word: The status.
        reason: The reason code (appendices, 5).
        info: What is to be said in addition to it.
    """
    answer: Json = {"status": word}
    if reason is not None:
        answer["statusInfo"] = status_info(reason, info)
    return answer


def status_info(reason: str, info: str | None = None) -> Json:
    """Return a StatusInfoType."""
    result = {"reasonCode": reason[:_LONGEST_REASON]}
    if info:
        result["additionalInfo"] = info[:_LONGEST_INFO]
    return result


def accepted(done: bool, reason: str | None = None) -> Json:
    """Return an answer whose status says whether something is done."""
    return {"status": "Accepted"} if done else status("Rejected", reason)


def limited(items: Sequence[Any], most: int) -> None:
    """Check the number of items of a call (B05.FR.11, B06.FR.16, B08.FR.17).

    Raises:
        CallError: There are too many.
    """
    if len(items) > most:
        raise CallError(
            Violation.OCCURRENCE_CONSTRAINT, f"{len(items)} items, of which {most} fit"
        )
