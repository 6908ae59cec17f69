"""Running sessions: the database has only their beginning, and there are few of them."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from ..transactions.transaction import Transaction
from ..upstream.told.routing import PRIVATE
from .model import Bucket, Order, Summed, Wanted

type SortKey = tuple[float | bool | str, ...]


def matches(wanted: Wanted, transaction: Transaction) -> bool:
    """Return whether a session is wanted, by the same rules as in the database."""
    one, vehicle = transaction, transaction.details.vehicle or ""
    return (
        (wanted.start is None or one.start >= wanted.start)
        and (wanted.end is None or one.start < wanted.end)
        and wanted.charge_point_id in {None, one.charge_point_id}
        and wanted.connector_id in {None, one.connector_id}
        and (wanted.id_tag is None or one.id_tag.lower() == wanted.id_tag.lower())
        and wanted.vehicle in {None, vehicle}
        and wanted.payer in {None, payer_of(one)}
        and (
            wanted.charge_point_ids is None
            or one.charge_point_id in wanted.charge_point_ids
        )
        and (wanted.struck_out or not one.struck_out)
        and not one.refused
        and _has_match(wanted, one)
    )


def payer_of(transaction: Transaction) -> str:
    """Return the id of the upstream that pays for a session; empty for none."""
    payer = transaction.details.payer
    return "" if payer is None or payer == PRIVATE else payer


def _has_match(wanted: Wanted, one: Transaction) -> bool:
    if (matching := wanted.matching) is None:
        return True
    id_tag = one.id_tag.lower()
    return (
        id_tag in {tag.lower() for tag in matching.id_tags}
        or one.details.vehicle in matching.vehicles
        or one.charge_point_id in matching.charge_point_ids
        or (matching.text is not None and matching.text in id_tag)
    )


def summed(
    transaction: Transaction, buckets: Sequence[Bucket], now: datetime
) -> Summed:
    """Return what a session adds to the sums."""
    one, details = transaction, transaction.details
    energy_wh = one.energy_wh or 0.0
    sun_wh, grid_wh = details.sun_wh or 0.0, details.grid_wh or 0.0
    starts = [bucket.start for bucket in buckets]
    return Summed(
        bucket=buckets[max(bisect_right(starts, one.start) - 1, 0)].key,
        id_tag=one.id_tag,
        vehicle=details.vehicle or "",
        charge_point_id=one.charge_point_id,
        payer=payer_of(one),
        currency="" if one.cost is None else details.currency or "",
        sessions=0 if one.struck_out else 1,
        energy_wh=energy_wh,
        sun_wh=sun_wh,
        grid_wh=grid_wh,
        unknown_wh=max(energy_wh - sun_wh - grid_wh, 0.0),
        duration_s=one.duration(now).total_seconds() if one.start_known else 0.0,
        cost=one.cost,
    )


def sort_key(order: Order, transaction: Transaction) -> SortKey:
    """Return the key by which sessions are sorted, as in the database."""
    one = transaction
    start, seq = one.start.timestamp(), one.seq
    newest = (-start, one.charge_point_id, -seq)
    match order:
        case Order.NEWEST:
            return newest
        case Order.OLDEST:
            return (start, one.charge_point_id, seq)
        case Order.ENERGY:
            energy_wh = one.energy_wh
            return (1.0 if energy_wh is None else -energy_wh, *newest)
        case Order.COST:
            return (one.cost is None, -(one.cost or 0.0), *newest)
