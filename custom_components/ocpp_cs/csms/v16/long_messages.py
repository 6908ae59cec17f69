"""What is left out of messages that say more than a charge point has to say."""

from typing import Any

from ..model.deviations import Deviations

LONG = 64 * 1024
"""Bytes from which on a message is looked at."""
_MOST_SAMPLES = 5000
"""Samples of a message; nobody else has a turn while they are taken in."""


def cut(payload: dict[str, Any], deviations: Deviations) -> dict[str, Any]:
    """Return a payload that is right by the schema without the samples beyond 5000."""
    for field in ("meterValue", "transactionData"):
        if values := payload.get(field):
            payload = {**payload, field: _first(values, deviations)}
    return payload


def _first(values: list[dict[str, Any]], deviations: Deviations) -> list[Any]:
    kept: list[dict[str, Any]] = []
    room = _MOST_SAMPLES
    for value in values:
        samples = value["sampledValue"]
        # Empty ones cost time, too.
        room -= len(samples) or 1
        if room < 0:
            deviations.note("too_many_samples", f"more than {_MOST_SAMPLES}")
            kept.append({**value, "sampledValue": samples[:room]})
            break
        kept.append(value)
    return kept
