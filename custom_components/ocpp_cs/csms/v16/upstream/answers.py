"""What the answers to an upstream have in common in OCPP 1.6."""

from ...upstream.asked.calls import Json


def answer(*, accepted: bool) -> Json:
    """Return the answer of most actions."""
    return {"status": "Accepted" if accepted else "Rejected"}
