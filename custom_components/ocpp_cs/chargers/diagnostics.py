"""Diagnostics of a charge point."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ..csms.charge_point import ChargePoint
from ..csms.connector import Connector
from ..csms.model.capabilities import Capabilities
from ..csms.model.security import ConnectionSecurity
from ..csms.outside.car_needs import CarNeeds
from ..csms.outside.connected_car import ConnectedCar
from ..csms.transactions.transaction import Transaction


def charge_point_diagnostics(
    charge_point: ChargePoint, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Return the diagnostics of a charge point; `counts` has the stored sessions."""
    link = charge_point.link
    return {
        "charge_point_id": charge_point.id,
        "admission": charge_point.admission,
        "connected": charge_point.connected,
        "ready": charge_point.ready,
        "protocol": charge_point.protocol,
        "subprotocols_offered": list(charge_point.subprotocols_offered),
        "remote": charge_point.remote,
        "came_with_path_secret": charge_point.came_with_secret,
        "security": _security(charge_point.security),
        "connections": charge_point.connections,
        "boots": charge_point.boots,
        "last_seen": charge_point.last_seen,
        "clock": {
            "offset_seconds": charge_point.clock.offset.total_seconds(),
            "measured": charge_point.clock.settled,
        },
        "identity": asdict(charge_point.identity),
        "settings": asdict(charge_point.settings),
        "capabilities": _capabilities(charge_point.capabilities),
        "profile": charge_point.quirks.differences(),
        # A list, so that keys and values are named as in OCPP.
        "configuration": [asdict(key) for key in charge_point.configuration.values()],
        "reported": {name: told() for name, told in charge_point.reported.items()},
        "refused_settings": dict(charge_point.refused_settings),
        "refused_measurands": sorted(charge_point.refused_measurands.names),
        "firmware_status": charge_point.firmware_status,
        "diagnostics_status": charge_point.diagnostics_status,
        "deviations": dict(charge_point.deviations.counts),
        "installed_profiles": charge_point.profile_methods.proof.diagnostics(),
        "open_calls": asdict(link.open_calls()) if link is not None else None,
        "sessions": {
            "in_the_books": counts.get(charge_point.id, 0),
            "at_hand": [
                _session(one) for one in charge_point.ledger.at_hand(charge_point.id)
            ],
        },
        "connectors": {
            str(part.number): _connector(part)
            for part in sorted(charge_point.parts, key=lambda part: part.number)
        },
        "frames": [
            {
                "time": datetime.fromtimestamp(when, UTC).isoformat(),
                "direction": direction,
                "text": text,
            }
            for when, direction, text in charge_point.frames
        ],
    }


def _security(security: ConnectionSecurity) -> dict[str, Any]:
    """Return how the connection is protected; nothing that proves who somebody is."""
    tls = security.tls
    return {
        "level": security.level.key,
        "with_password": security.with_password,
        "tls": None
        if tls is None
        else {
            "version": tls.version,
            "suite": tls.cipher,
            "sni": tls.server_name,
            "client_ends": None
            if tls.certificate is None
            else tls.certificate.not_after,
        },
    }


def _capabilities(capabilities: Capabilities) -> dict[str, Any]:
    """Return the capabilities as they were understood; sets are sorted."""
    return {name: _plain(value) for name, value in asdict(capabilities).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return sorted(value) if isinstance(value, frozenset) else value


def _connector(connector: Connector) -> dict[str, Any]:
    latest = connector.latest_transaction
    return {
        "status": connector.status,
        "status_is_current": connector.status_is_current,
        "error_code": connector.error_code,
        "info": connector.info,
        "vendor_error_code": connector.vendor_error_code,
        "available": connector.available,
        "active_phases": connector.active_phases,
        "measurements": dict(connector.measurements),
        "limit": {
            **asdict(connector.limiter.intent),
            "state": connector.limiter.state,
            "finding": connector.limiter.finding,
            **connector.limiter.diagnostics(),
        },
        "limits_of_others": [asdict(one) for one in connector.outside.known.values()],
        "needs": _needs(connector.needs),
        "car": _car(connector.car),
        "schedule_of_vehicle": None
        if connector.limiter.chosen is None
        else asdict(connector.limiter.chosen),
        "latest_transaction": _session(latest) if latest is not None else None,
    }


def _needs(needs: CarNeeds | None) -> dict[str, Any] | None:
    """Return what a vehicle has told; when its owner leaves is private."""
    if needs is None:
        return None
    told = asdict(needs)
    return told | {"departure": told["departure"] is not None}


def _car(car: ConnectedCar | None) -> dict[str, Any] | None:
    """Return what is known of a vehicle; the redaction finds its id everywhere."""
    if car is None:
        return None
    told = asdict(car)
    return told | {"departure": told["departure"] is not None}


def _session(transaction: Transaction) -> dict[str, Any]:
    """Return the data of a session.

    Users, previous values and addresses are private.
    """
    told = asdict(transaction)
    begun_from, ended_from = told.pop("begun_from"), told.pop("ended_from")
    return told | {
        "ended_from_elsewhere": None not in {begun_from, ended_from}
        and begun_from != ended_from,
        "edits": [
            {
                "time": edit.time,
                "by_user": edit.by_user,
                "fields": [name for name, _ in edit.before],
            }
            for edit in transaction.edits
        ],
    }
