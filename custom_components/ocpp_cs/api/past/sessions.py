"""Past and running sessions: a page of them, and the sums of all that match."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...csms.model.tags import tag_key
from ...csms.overview import query
from ...csms.overview.model import Found, Matching, Order, Summed, Wanted
from ...csms.overview.running import matches, payer_of, sort_key, summed
from ...csms.transactions.transaction import Transaction
from ...hub import Hub, OcppConfigEntry
from ...sessions.figures import average_price_of, currency_of, solar_share_of
from ...sessions.who import Names
from ..places import chargers_of, loaded
from ..values import backends_data, iso, kwh, rounded
from .handles import Handles, async_handles
from .spans import buckets_of

MOST: Final = 500
"""The most sessions on a page."""
USUAL: Final = 50
_KINDS: Final = ("tag", "vehicle", "charger", "payer")
"""What sessions are summed up by, beside the time."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A user who reads sessions, of the servers that they asked for."""

    hass: HomeAssistant
    user: User
    entries: Sequence[OcppConfigEntry]
    zone: tzinfo
    """The time zone of the days and times that they are told."""

    @property
    def handles(self) -> Handles:
        """What stands for id tags."""
        return async_handles(self.hass)

    def id_tag(self, id_tag: str) -> str:
        """Return an id tag as the user may know it."""
        return id_tag if self.user.is_admin else self.handles.of(id_tag)

    def charge_point_ids(self, entry: OcppConfigEntry) -> Collection[str] | None:
        """Return the charge points of a server that they may read; None for all.

        Those of chargers that were removed have no entities.
        """
        user = self.user
        if user.is_admin or user.permissions.access_all_entities(POLICY_READ):
            return None
        return [
            place.charger.charge_point.id
            for place in chargers_of(self.hass, entry)
            if place.readable_by(user)
        ]


def reader_of(
    hass: HomeAssistant, user: User, entry_id: str | None, zone: tzinfo | None = None
) -> Reader:
    """Return a reader of one server, or of all that run."""
    return Reader(
        hass=hass,
        user=user,
        entries=loaded(hass, entry_id),
        zone=zone or dt_util.get_default_time_zone(),
    )


def names_of(hub: Hub) -> Names:
    """Return the names of a server; the tag of remote starts is Home Assistant's."""
    names = hub.names()
    own = {tag_key(hub.own_tag): "Home Assistant"}
    return replace(names, tags={**own, **names.tags})


@dataclass
class _Sums:
    """Sums of sessions; costs by currency."""

    sessions: int = 0
    energy_wh: float = 0.0
    sun_wh: float = 0.0
    grid_wh: float = 0.0
    unknown_wh: float = 0.0
    duration_s: float = 0.0
    cost: dict[str, float] = field(default_factory=dict)

    def add(self, one: Summed, currency: str) -> None:
        """Add a sum, whose cost is in `currency` if it does not say otherwise."""
        self.sessions += one.sessions
        self.energy_wh += one.energy_wh
        self.sun_wh += one.sun_wh
        self.grid_wh += one.grid_wh
        self.unknown_wh += one.unknown_wh
        self.duration_s += one.duration_s
        if one.cost is not None:
            key = one.currency or currency
            self.cost[key] = self.cost.get(key, 0.0) + one.cost

    def data(self) -> dict[str, Any]:
        """Return them as the frontend is told them."""
        return {
            "sessions": self.sessions,
            "energy_kwh": kwh(self.energy_wh),
            "sun_kwh": kwh(self.sun_wh),
            "grid_kwh": kwh(self.grid_wh),
            "unknown_kwh": kwh(self.unknown_wh),
            "duration_s": rounded(self.duration_s),
            "cost": {key: rounded(value, 4) for key, value in self.cost.items()},
        }

    def data_in_short(self) -> dict[str, Any]:
        """Return what the parts of a bar need of them."""
        whole = self.data()
        return {name: whole[name] for name in ("energy_kwh", "cost")}


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What one server is asked, and what was found there."""

    entry: OcppConfigEntry
    names: Names
    wanted: Wanted

    @property
    def hub(self) -> Hub:
        """The hub of the server."""
        return self.entry.runtime_data

    def running(self) -> list[Transaction]:
        """Return the running sessions that match."""
        ledger = self.hub.central_system.ledger
        return [one for one in ledger.all_running() if matches(self.wanted, one)]


async def async_sessions(
    reader: Reader,
    wanted: Wanted,
    *,
    text: str | None = None,
    order: Order = Order.NEWEST,
    offset: int = 0,
    limit: int = USUAL,
) -> dict[str, Any]:
    """Return a page of the sessions that match, and the sums of all of them.

    Args:
        reader: Who asks, and of which servers.
        wanted: The filter; an id tag may be a handle.
        text: A part of the name of a tag, vehicle or charger.
        order: The order of the sessions.
        offset: The number of sessions before the page.
        limit: The number of sessions on the page.
    """
    now = dt_util.utcnow()
    parts = await _parts(reader, wanted, text)
    first = await _oldest(parts)
    begin = wanted.start or first or now
    buckets = buckets_of(begin, max(wanted.end or now, begin), reader.zone)
    rows: list[tuple[_Part, Transaction]] = []
    sums: list[tuple[_Part, Summed]] = []
    found: list[tuple[_Part, Found]] = []
    skipped = total = 0
    for part in parts:
        before = {one.key for one in part.running()}
        if len(parts) == 1:
            # Running sessions, which are few, may stand before the page.
            skipped = max(offset - len(before), 0)
        answer = await part.hub.sessions.async_ask(
            partial(
                query.find,
                wanted=part.wanted,
                order=order,
                offset=skipped,
                limit=offset - skipped + limit,
                buckets=buckets,
            )
        )
        # What ended in the meantime may be in the answer.
        still = [one for one in part.running() if one.key in before]
        found.append((part, answer))
        rows += [(part, one) for one in (*answer.page, *still)]
        sums += [(part, one) for one in answer.sums]
        sums += [(part, summed(one, buckets, now)) for one in still]
        total += answer.total + len(still)
    rows.sort(key=lambda row: sort_key(order, row[1]))
    page = rows[offset - skipped :][:limit]
    return {
        "sessions": [
            session_data(reader, part.entry, part.names, one) for part, one in page
        ],
        "total": total,
        **_sums_data(reader, sums, [bucket.key for bucket in buckets]),
        **_choices(reader, found),
        "first": iso(first),
    }


async def async_all(
    reader: Reader, wanted: Wanted, *, text: str | None = None
) -> list[tuple[Names, Transaction]]:
    """Return all sessions that match, from the oldest to the newest."""
    found: list[tuple[Names, Transaction]] = []
    for part in await _parts(reader, wanted, text):
        before = part.running()
        ended = await part.hub.sessions.async_ask(
            partial(query.ended, wanted=part.wanted)
        )
        keys = {one.key for one in ended}
        found += [(part.names, one) for one in ended]
        # What has ended in the meantime is there already.
        found += [(part.names, one) for one in before if one.key not in keys]
    found.sort(key=lambda row: sort_key(Order.OLDEST, row[1]))
    return found


async def _parts(reader: Reader, wanted: Wanted, text: str | None) -> list[_Part]:
    """Return what each server is asked: names, handles and rights are its own."""
    parts = []
    for entry in reader.entries:
        hub = entry.runtime_data
        names = names_of(hub)
        own = replace(wanted, charge_point_ids=reader.charge_point_ids(entry))
        if text:
            own = replace(
                own, matching=_matching(hub, names, text, in_tags=reader.user.is_admin)
            )
        if own.id_tag and not reader.user.is_admin:
            # Who could ask by the id could find out which ones there are.
            id_tags = await hub.sessions.async_ask(partial(query.id_tags, wanted=own))
            known = reader.handles.find(own.id_tag, id_tags)
            if known is None:
                continue
            own = replace(own, id_tag=known)
        parts.append(_Part(entry=entry, names=names, wanted=own))
    return parts


def _matching(hub: Hub, names: Names, text: str, *, in_tags: bool) -> Matching:
    """Return what has `text` in its name, or with `in_tags` in its id tag."""
    wanted = text.casefold()

    def found(by_id: Mapping[str, str]) -> list[str]:
        return [key for key, name in by_id.items() if wanted in name.casefold()]

    return Matching(
        text=text.lower() if in_tags else None,
        # As they are spelled, which their keys are not.
        id_tags=found({one.id: one.name for one in hub.id_tags.authorizer.tags}),
        vehicles=found(names.vehicles),
        charge_point_ids=found({key: one.name for key, one in names.chargers.items()}),
    )


async def _oldest(parts: Iterable[_Part]) -> datetime | None:
    found = [
        await part.hub.sessions.async_ask(partial(query.oldest, wanted=part.wanted))
        for part in parts
    ]
    return min((one for one in found if one is not None), default=None)


def _sums_data(
    reader: Reader, sums: Iterable[tuple[_Part, Summed]], times: Sequence[str]
) -> dict[str, Any]:
    """Return the sums of all sessions, and those by time and by what they share."""
    whole = _Sums()
    by_time = {key: _Sums() for key in times}
    split: dict[str, dict[str, dict[str, _Sums]]] = {
        key: {kind: {} for kind in _KINDS} for key in times
    }
    groups: dict[str, dict[str, tuple[str, str | None, _Sums]]] = {
        kind: {} for kind in _KINDS
    }
    for part, one in sums:
        names, currency = part.names, part.names.currency
        whole.add(one, currency)
        by_time[one.bucket].add(one, currency)
        for kind, key, told, name in (
            (
                "tag",
                tag_key(one.id_tag),
                reader.id_tag(one.id_tag),
                names.tag(one.id_tag),
            ),
            ("vehicle", one.vehicle, one.vehicle, names.vehicle(one.vehicle)),
            (
                "charger",
                one.charge_point_id,
                one.charge_point_id,
                names.charger(one.charge_point_id),
            ),
            ("payer", one.payer, one.payer, names.backed.name(one.payer)),
        ):
            group = groups[kind].setdefault(key, (told, name, _Sums()))
            group[2].add(one, currency)
            of_time = split[one.bucket][kind].setdefault(group[0], _Sums())
            of_time.add(one, currency)
    return {
        "sums": whole.data(),
        "by": {
            "time": [
                {
                    "key": key,
                    "name": None,
                    **one.data(),
                    "by": {
                        kind: {
                            group: part.data_in_short() for group, part in parts.items()
                        }
                        for kind, parts in split[key].items()
                    },
                }
                for key, one in by_time.items()
            ],
            **{
                kind: [
                    {"key": key, "name": name, **one.data()}
                    for key, name, one in sorted(
                        group.values(), key=lambda row: -row[2].energy_wh
                    )
                ]
                for kind, group in groups.items()
            },
        },
    }


def _choices(
    reader: Reader, found: Iterable[tuple[_Part, Found]]
) -> dict[str, list[dict[str, str | None]]]:
    """Return the tags, vehicles and payers that can be chosen in filters."""
    tags: dict[str, dict[str, str | None]] = {}
    vehicles: dict[str, dict[str, str | None]] = {}
    payers: dict[str, dict[str, str | None]] = {}
    for part, answer in found:
        names = part.names
        for id_tag in answer.id_tags:
            if id_tag:
                tags.setdefault(
                    tag_key(id_tag),
                    {"id_tag": reader.id_tag(id_tag), "name": names.tag(id_tag)},
                )
        for vehicle in (*names.vehicles, *answer.vehicles):
            vehicles.setdefault(
                vehicle, {"id": vehicle, "name": names.vehicle(vehicle)}
            )
        for payer in (*names.backed.payers, *answer.payers):
            payers.setdefault(payer, {"id": payer, "name": names.backed.name(payer)})
    return {
        "tags": list(tags.values()),
        "vehicles": list(vehicles.values()),
        "payers": list(payers.values()),
    }


def session_data(
    reader: Reader, entry: OcppConfigEntry, names: Names, one: Transaction
) -> dict[str, Any]:
    """Return a session as its reader may know it."""
    details = one.details
    duration = one.duration(dt_util.utcnow()) if one.start_known else None
    cost = rounded(one.cost, 4)
    return {
        "entry_id": entry.entry_id,
        "charge_point_id": one.charge_point_id,
        "charger_name": names.charger(one.charge_point_id),
        "place_name": names.place(one.charge_point_id, one.connector_id),
        "connector_id": one.connector_id or None,
        "transaction_id": one.public_id,
        "reported_start": one.reported_start.isoformat(),
        "id_tag": reader.id_tag(one.id_tag),
        "tag_name": names.tag(one.id_tag),
        "vehicle": details.vehicle,
        "vehicle_name": names.vehicle(details.vehicle),
        "start": iso(one.start) if one.start_known else None,
        "end": iso(one.end),
        "duration_s": None if duration is None else rounded(duration.total_seconds()),
        "energy_kwh": kwh(one.energy_wh),
        "sun_kwh": kwh(details.sun_wh),
        "grid_kwh": kwh(details.grid_wh),
        "solar_share": solar_share_of(one),
        "cost": cost,
        "discharged_kwh": kwh(details.export_wh),
        "discharged_value": rounded(details.export_value, 4),
        "total_cost": rounded(one.total_cost, 4),
        "currency": None
        if one.total_cost is None
        else currency_of(one, names.currency),
        "average_price": average_price_of(one),
        "soc_start": rounded(details.soc_start, 1),
        "soc_end": rounded(details.soc_end, 1),
        "meter_start_kwh": kwh(one.meter_start_wh),
        "meter_stop_kwh": kwh(one.meter_stop_wh) if one.end is not None else None,
        "reason": one.reason if one.end is not None else None,
        "offline": bool(details.offline),
        "payer": payer_of(one) or None,
        "payer_name": names.backed.payer(one),
        "backends": backends_data(names.backed, one),
        "struck_out": one.struck_out,
        "changes": [
            {"time": iso(edit.time), "by": edit.by, "before": dict(edit.before)}
            for edit in one.edits
        ]
        if reader.user.is_admin
        else [],
    }
