"""The HTTP part of the diagnostics of a go-eCharger."""

from dataclasses import asdict
from typing import Any

from ..goe.enums import Numbered
from ..goe.model import GoEStatus
from .coordinator import GoELink


def http_diagnostics(link: GoELink) -> dict[str, Any]:
    """Return the address, the result of the last poll and the last values.

    The name is left out: it often contains the name of a person or a place.
    """
    last: GoEStatus | None = link.data
    error = None if link.last_update_success else link.last_exception
    cause = None if error is None else error.__cause__ or error
    return {
        "host": link.client.host,
        "own_url": link.own_url,
        "last_poll": {
            "succeeded": link.last_update_success,
            "error": None if cause is None else f"{type(cause).__name__}: {cause}",
        },
        "repairs": sorted(link.raised),
        "told": None if last is None else _told(last),
    }


def _told(status: GoEStatus) -> dict[str, Any]:
    told: dict[str, Any] = {
        key: _named(value)
        for key, value in asdict(status).items()
        if key not in {"identity", "ocpp"}
    }
    identity, ocpp = status.identity, status.ocpp
    told["identity"] = {
        "serial": identity.serial,
        "model": identity.model,
        "generation": identity.generation,
        "firmware": identity.firmware.text,
        "manufacturer": identity.manufacturer,
        "hardware": identity.hardware,
        "max_current": identity.max_current,
    }
    told["ocpp"] = {key: _named(value) for key, value in asdict(ocpp).items()}
    return told


def _named(value: Any) -> Any:
    return value.state if isinstance(value, Numbered) else value
