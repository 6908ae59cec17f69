"""Sessions as a table for other programs, and what they come to."""

from collections.abc import Callable, Collection, Iterable, Mapping
import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
import io
from types import MappingProxyType
from typing import Any
import unicodedata

from homeassistant.util import dt as dt_util

from ..csms.transactions.transaction import Transaction, public_id

REFUSED = "refused"
"""What `include` adds: starts that were refused, of which nothing came."""
STRUCK_OUT = "struck_out"
"""Sessions that a user has struck out."""
CHANGES = "changes"
"""What was changed of each session, by whom and when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A session, and what its charger and its tag are called; tags need not be."""

    charger: str
    tag: str
    transaction: Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class _Style:
    """How tables are written where a language is spoken."""

    header: tuple[str, ...]
    remark: str
    """The heading of what is to be said besides, where that is wanted."""
    remarks: dict[str, str]
    delimiter: str = ","
    decimal: str = "."


_STYLES = {
    "en": _Style(
        header=(
            "Charger",
            "Charge point id",
            "Connector",
            "Session",
            "Tag",
            "Name of the tag",
            "Start",
            "End",
            "Duration (h:mm:ss)",
            "Meter at start (kWh)",
            "Meter at end (kWh)",
            "Energy (kWh)",
            "Cost ({currency})",
            "Reason of the end",
        ),
        remark="Remark",
        remarks={
            REFUSED: "start refused",
            STRUCK_OUT: "struck out",
            CHANGES: "corrected",
        },
    ),
    # What spreadsheets open as a table there.
    "de": _Style(
        header=(
            "Wallbox",
            "Charge-Point-ID",
            "Ladepunkt",
            "Ladevorgang",
            "Ladekarte",
            "Name der Ladekarte",
            "Beginn",
            "Ende",
            "Dauer (h:mm:ss)",
            "Zählerstand am Beginn (kWh)",
            "Zählerstand am Ende (kWh)",
            "Energie (kWh)",
            "Kosten ({currency})",
            "Grund des Endes",
        ),
        remark="Bemerkung",
        remarks={
            REFUSED: "Start abgelehnt",
            STRUCK_OUT: "gestrichen",
            CHANGES: "berichtigt",
        },
        delimiter=";",
        decimal=",",
    ),
}


def as_dict(session: Session, include: Collection[str] = ()) -> dict[str, Any]:
    """Return a session as the actions tell of it.

    What is not known is None. Of one that runs, energy and cost are those so far.
    `include` is what is told besides.
    """
    transaction = session.transaction
    ended = transaction.end is not None
    told: dict[str, Any] = {
        "charge_point_id": transaction.charge_point_id,
        "charger_name": session.charger,
        "connector_id": transaction.connector_id or None,
        "transaction_id": transaction.public_id,
        "id_tag": transaction.id_tag,
        "id_tag_name": session.tag or None,
        "start": _iso(transaction.start) if transaction.start_known else None,
        "end": _iso(transaction.end) if transaction.end is not None else None,
        "meter_start_wh": _rounded(transaction.meter_start_wh, 3),
        "meter_stop_wh": _rounded(transaction.meter_stop_wh, 3) if ended else None,
        "energy_wh": _rounded(transaction.energy_wh, 3),
        "reason": transaction.reason if ended else None,
        "cost": _rounded(transaction.cost, 4),
        "continues": (
            public_id(transaction.continues)
            if transaction.continues is not None
            else None
        ),
    }
    if REFUSED in include:
        told["refused"] = transaction.answer if not transaction.accepted else None
    if STRUCK_OUT in include:
        told["struck_out"] = transaction.struck_out
    if CHANGES in include:
        told["changes"] = [
            {
                "time": _iso(edit.time),
                "by": edit.by,
                "before": {name: _shown(name, value) for name, value in edit.before},
            }
            for edit in transaction.edits
        ]
    return told


def _shown(name: str, value: str | float | bool | None) -> str | float | bool | None:
    """Return what a field was before it was changed, as it is told of sessions."""
    if isinstance(value, str):
        return (
            _iso(datetime.fromisoformat(value)) if name in {"start", "end"} else value
        )
    return round(value, 4) if isinstance(value, float) else value


def _remarks(transaction: Transaction, style: _Style) -> str:
    """Return what is to be said of a session besides."""
    holds = {
        REFUSED: transaction.refused,
        STRUCK_OUT: transaction.struck_out,
        CHANGES: any("struck_out" not in dict(one.before) for one in transaction.edits),
    }
    return ", ".join(style.remarks[kind] for kind, true in holds.items() if true)


def _iso(time: datetime) -> str:
    return dt_util.as_local(time).isoformat(timespec="seconds")


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def as_csv(
    sessions: Iterable[Session],
    *,
    language: str,
    currency: str,
    reasons: Mapping[str, str] = MappingProxyType({}),
    include: Collection[str] = (),
) -> str:
    """Return a table with a row for each session, in the way of the language.

    `reasons` are the words for why sessions end. Where more than the usual is wanted
    (`include`), there is a column that says it.
    """
    style = _STYLES.get(language.partition("-")[0], _STYLES["en"])

    def number(value: float | None, digits: int) -> str:
        if value is None:
            return ""
        return f"{value:.{digits}f}".replace(".", style.decimal)

    def kwh(value: float | None) -> str:
        return number(None if value is None else value / 1000.0, 3)

    text = io.StringIO()
    table = csv.writer(text, delimiter=style.delimiter)
    header = (*style.header, style.remark) if include else style.header
    table.writerow(name.format(currency=currency) for name in header)
    for session in sessions:
        one = session.transaction
        told = as_dict(session)
        reason = told["reason"] or ""
        table.writerow(
            (
                _harmless(session.charger),
                _harmless(one.charge_point_id),
                told["connector_id"] or "",
                one.public_id,
                _harmless(one.id_tag),
                _harmless(session.tag),
                _local(one.start) if one.start_known else "",
                _local(one.end) if one.end is not None else "",
                _duration(one.duration(one.end)) if one.end and one.start_known else "",
                kwh(told["meter_start_wh"]),
                kwh(told["meter_stop_wh"]),
                kwh(told["energy_wh"]),
                number(told["cost"], 2),
                _harmless(reasons.get(reason, reason)),
                *((_harmless(_remarks(one, style)),) if include else ()),
            )
        )
    return text.getvalue()


_BEGIN_FORMULAS = frozenset("=+-@\u2212")

_SKIPPED = frozenset(
    chr(code)
    for code in range(0x3000)
    if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}
) | {"\ufeff"}
"""Letters at the beginning that spreadsheets may drop, line breaks and tabs above all."""


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: chargers may write it."""
    told = text.lstrip("".join(_SKIPPED))
    begin = unicodedata.normalize("NFKC", told[:1])
    # A blank is none of what is skipped: it makes a text of whatever follows.
    is_formula = begin in _BEGIN_FORMULAS or told != text
    return f"'{text}" if is_formula else text


def _local(time: datetime) -> str:
    return dt_util.as_local(time).strftime("%Y-%m-%d %H:%M:%S")


def _duration(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def totals(sessions: Iterable[Session]) -> dict[str, list[dict[str, Any]]]:
    """Return what ended sessions come to: by tag, by charger and by month.

    A month is the one that a session began in, by Home Assistant's clock. What was
    struck out or refused does not count, whether it is in the table or not.
    """
    ended = [
        session
        for session in sessions
        if session.transaction.end is not None
        and not session.transaction.struck_out
        and not session.transaction.refused
    ]
    return {
        "id_tags": _sums(
            ended,
            lambda one: {"id_tag": one.transaction.id_tag, "name": one.tag or None},
        ),
        "chargers": _sums(
            ended,
            lambda one: {
                "charge_point_id": one.transaction.charge_point_id,
                "name": one.charger,
            },
        ),
        "months": _sums(
            ended,
            lambda one: {
                "month": dt_util.as_local(one.transaction.start).strftime("%Y-%m")
            },
        ),
    }


def _sums(
    sessions: Iterable[Session], group: Callable[[Session], dict[str, str | None]]
) -> list[dict[str, Any]]:
    groups: dict[str, tuple[dict[str, str | None], list[Transaction]]] = {}
    for session in sessions:
        name = group(session)
        # The first says which it is, a second one only what that is called. Tags are
        # compared without case (7.28), and shown as they came first.
        key = str(next(iter(name.values()))).upper()
        groups.setdefault(key, (name, []))[1].append(session.transaction)
    return [
        {
            **name,
            "sessions": len(ones),
            "energy_wh": round(sum(one.energy_wh or 0.0 for one in ones), 3),
            # Without a price there are no costs, not even none at all.
            "cost": (
                round(sum(costs), 4)
                if (costs := [one.cost for one in ones if one.cost is not None])
                else None
            ),
        }
        for _, (name, ones) in sorted(groups.items())
    ]
