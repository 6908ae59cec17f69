"""Diagnostics of backends; what is secret is not in them, or redacted by their caller."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ...csms.upstream.station import VirtualStation
from ..backends import Backends
from ..state import State, words_of
from ..subentries import (
    CONF_DEFAULT_TAG,
    CONF_IDENTITY,
    CONF_REWRITTEN,
    CONF_SECRETS,
    CONF_TAGS,
    CONF_URL,
    upstreams_of,
)

_COUNTED: Final = (CONF_TAGS, CONF_REWRITTEN)
"""Of these, only the number is told."""
_LEFT_OUT: Final = {CONF_URL, CONF_SECRETS, CONF_IDENTITY, CONF_DEFAULT_TAG, *_COUNTED}


def backend_diagnostics(
    entry: ConfigEntry[Any], backends: Backends
) -> list[dict[str, Any]]:
    """Return the diagnostics of all backends of a server."""
    return [of_backend(backends, one) for one in upstreams_of(entry)]


def of_backend(backends: Backends, subentry: ConfigSubentry) -> dict[str, Any]:
    """Return the diagnostics of a backend. Its name and its address are private."""
    data = subentry.data
    secrets = backends.secrets.get(data.get(CONF_SECRETS))
    return {
        "settings": {key: one for key, one in data.items() if key not in _LEFT_OUT},
        "has": {
            # Named so that the redaction does not take them for what they count.
            "login": secrets.password is not None,
            "own_authority": secrets.authority is not None,
            "client_proof": secrets.client is not None,
            "own_identity": CONF_IDENTITY in data,
            "default_card": CONF_DEFAULT_TAG in data,
        },
        "counts": {key: len(data.get(key, ())) for key in _COUNTED},
        "address": _address(data.get(CONF_URL)),
        "chargers": [
            _charger(backends, subentry.subentry_id, charge_point_id, state)
            for charge_point_id, state in backends.places_of(
                subentry.subentry_id
            ).items()
        ],
    }


def _address(url: Any) -> dict[str, Any]:
    """Return what helps of an address: paths and queries may have secrets."""
    try:
        parts = urlsplit(str(url))
        port = parts.port
    except ValueError:
        return {}
    return {
        "scheme": parts.scheme,
        "port": port,
        "segments": len(list(filter(None, parts.path.split("/")))),
        "ends_with_slash": parts.path.endswith("/"),
        "has_query": bool(parts.query),
    }


def _charger(
    backends: Backends, backend: str, charge_point_id: str, state: State
) -> dict[str, Any]:
    """Return the diagnostics of a charger at a backend."""
    upstreams = backends.upstreams
    found: dict[str, Any] = {
        "charge_point_id": charge_point_id,
        "connected": state.connected,
        "down_since": state.down_since,
        "trouble": state.trouble
        and {"kind": state.trouble.kind.value, "words": words_of(state.trouble)},
        "last_error": {
            "kind": state.last_error.kind,
            "words": state.last_error.words,
            "at": state.last_error.at,
        },
        "last_confirmed": state.last_confirmed,
    }
    if (station := upstreams.stations.get((backend, charge_point_id))) is not None:
        found |= _station(station)
    told = list(backends.books.told_sessions(backend, charge_point_id))
    found["sessions"] = {
        "told": len(told),
        "started_there": sum(one.told_id is not None for one in told),
        "ended": sum(one.ended for one in told),
        "confirmed": sum(one.confirmed is not None for one in told),
        "refused": sum(one.refused is not None for one in told),
    }
    return found


def _station(station: VirtualStation) -> dict[str, Any]:
    oldest = station.outbox.oldest
    return {
        "waiting": len(station.outbox),
        "waiting_since": station.waiting_since,
        "next": oldest
        and {
            "kind": oldest.kind.value,
            "attempts": oldest.attempts,
            "error": oldest.error,
        },
        "deviations": dict(station.deviations.counts),
        "frames": [
            {
                "time": datetime.fromtimestamp(when, UTC).isoformat(),
                "direction": direction,
                "text": text,
            }
            for when, direction, text in station.frames
        ],
    }
