"""Export of sessions as a table, and their totals."""

from collections.abc import Callable, Collection, Iterable, Mapping
import csv
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
import io
from types import MappingProxyType
from typing import Any
import unicodedata

from homeassistant.util import dt as dt_util

from ..csms.transactions.transaction import Transaction, public_id
from ..upstream.shown import ToldState, ToldTo
from .figures import average_price_of, currency_of, solar_share_of
from .who import Names

REFUSED = "refused"
"""An option of `include`: starts that were refused, without a session."""
STRUCK_OUT = "struck_out"
"""Sessions that a user has struck out."""
CHANGES = "changes"
"""The changes of each session: field, user and time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedSession:
    """A session with the names of its charger, tag and vehicle, which may have none."""

    charger: str
    tag: str
    transaction: Transaction
    vehicle: str = ""
    currency: str = ""
    """The currency of a cost that was booked without one."""
    payer: str | None = None
    """The name of the backend that pays."""
    backends: tuple[ToldTo, ...] = ()
    """The backends that it went to."""

    @property
    def currency_of_cost(self) -> str | None:
        """The currency of what it cost, or gave back; None without either."""
        if self.transaction.total_cost is None:
            return None
        return currency_of(self.transaction, self.currency)


def exported(session: Transaction, names: Names) -> ExportedSession:
    """Return a session with its names."""
    return ExportedSession(
        charger=names.charger(session.charge_point_id),
        tag=names.tag(session.id_tag) or "",
        transaction=session,
        vehicle=names.vehicle(session.vehicle) or "",
        currency=names.currency,
        payer=names.backed.payer(session),
        backends=names.backed.told(session),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Style:
    """The format of tables in a language."""

    header: tuple[str, ...]
    remark: str
    """The heading of the column for remarks, if it is requested."""
    remarks: dict[str, str]
    states: dict[ToldState, str]
    """What is said of a session at a backend."""
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
            "Currency",
            "Vehicle",
            "From the sun (kWh)",
            "From the grid (kWh)",
            "Average price (per kWh)",
            "State of charge at start (%)",
            "State of charge at end (%)",
            "Paid by backend",
            "Reported to backends",
            "Discharged (kWh)",
            "Value of what was discharged",
        ),
        remark="Remark",
        remarks={
            REFUSED: "start refused",
            STRUCK_OUT: "struck out",
            CHANGES: "corrected",
        },
        states={
            ToldState.TOLD: "running",
            ToldState.WAITING: "waiting",
            ToldState.CONFIRMED: "confirmed",
            ToldState.REFUSED: "card refused",
            ToldState.GIVEN_UP: "never confirmed",
        },
    ),
    # The format that spreadsheets with German settings open as a table.
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
            "Währung",
            "Fahrzeug",
            "Von der Sonne (kWh)",
            "Aus dem Netz (kWh)",
            "Durchschnittspreis (je kWh)",
            "Ladestand am Beginn (%)",
            "Ladestand am Ende (%)",
            "Bezahlt vom Backend",
            "Gemeldet an Backends",
            "Entladen (kWh)",
            "Wert des Entladenen",
        ),
        remark="Bemerkung",
        remarks={
            REFUSED: "Start abgelehnt",
            STRUCK_OUT: "gestrichen",
            CHANGES: "berichtigt",
        },
        states={
            ToldState.TOLD: "läuft",
            ToldState.WAITING: "wartet",
            ToldState.CONFIRMED: "bestätigt",
            ToldState.REFUSED: "Karte abgelehnt",
            ToldState.GIVEN_UP: "nie bestätigt",
        },
        delimiter=";",
        decimal=",",
    ),
}


def as_dict(session: ExportedSession, include: Collection[str] = ()) -> dict[str, Any]:
    """Return a session as the response of the actions has it.

    Unknown values are None. For a running session energy and cost are those so far.
    `include` selects optional fields.
    """
    transaction, details = session.transaction, session.transaction.details
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
        "discharged_wh": _rounded(details.export_wh, 3),
        "discharged_value": _rounded(details.export_value, 4),
        "total_cost": _rounded(transaction.total_cost, 4),
        "continues": (
            public_id(transaction.continues)
            if transaction.continues is not None
            else None
        ),
        "currency": session.currency_of_cost,
        "average_price": average_price_of(transaction),
        "sun_wh": _rounded(details.sun_wh, 3),
        "grid_wh": _rounded(details.grid_wh, 3),
        "sun_share": solar_share_of(transaction),
        "vehicle": details.vehicle,
        "vehicle_name": session.vehicle or None,
        "soc_start": _rounded(details.soc_start, 1),
        "soc_end": _rounded(details.soc_end, 1) if ended else None,
        "payer": session.payer,
        "backends": [
            {
                "name": one.name,
                "state": one.state.value,
                "confirmed": _iso(one.confirmed) if one.confirmed else None,
                "id": one.id,
            }
            for one in session.backends
        ],
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
    """Return the previous value of a changed field, in the format of `as_dict`."""
    if isinstance(value, str):
        return (
            _iso(datetime.fromisoformat(value)) if name in {"start", "end"} else value
        )
    return round(value, 4) if isinstance(value, float) else value


def _remarks(transaction: Transaction, style: _Style) -> str:
    """Return the remarks on a session."""
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
    sessions: Iterable[ExportedSession],
    *,
    language: str,
    currency: str,
    reasons: Mapping[str, str] = MappingProxyType({}),
    include: Collection[str] = (),
    zone: tzinfo | None = None,
) -> str:
    """Return a table with a row for each session.

    Args:
        sessions: The sessions.
        language: The language of the header, which also selects the number format.
        currency: The currency of the costs, for the header.
        reasons: The translated stop reasons.
        include: Optional kinds of sessions; with any there is a column for remarks.
        zone: The time zone of the times; that of Home Assistant without it.
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
                _local(one.start, zone) if one.start_known else "",
                _local(one.end, zone) if one.end is not None else "",
                _duration(one.duration(one.end)) if one.end and one.start_known else "",
                kwh(told["meter_start_wh"]),
                kwh(told["meter_stop_wh"]),
                kwh(told["energy_wh"]),
                number(told["cost"], 2),
                _harmless(reasons.get(reason, reason)),
                told["currency"] or "",
                _harmless(session.vehicle),
                kwh(told["sun_wh"]),
                kwh(told["grid_wh"]),
                number(told["average_price"], 4),
                number(told["soc_start"], 0),
                number(told["soc_end"], 0),
                _harmless(session.payer or ""),
                _harmless(
                    ", ".join(
                        f"{one.name} ({style.states[one.state]})"
                        for one in session.backends
                    )
                ),
                kwh(told["discharged_wh"]),
                number(told["discharged_value"], 2),
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
"""Leading characters that spreadsheets may drop, such as line breaks and tabs."""


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula: chargers may send one."""
    told = text.lstrip("".join(_SKIPPED))
    begin = unicodedata.normalize("NFKC", told[:1])
    # A space is not skipped: it makes any text after it plain text.
    is_formula = begin in _BEGIN_FORMULAS or told != text
    return f"'{text}" if is_formula else text


def _local(time: datetime, zone: tzinfo | None) -> str:
    return time.astimezone(zone or dt_util.get_default_time_zone()).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def _duration(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def totals(sessions: Iterable[ExportedSession]) -> dict[str, list[dict[str, Any]]]:
    """Return the totals of ended sessions: by tag, vehicle, charger, payer and month.

    A session belongs to the month in which it began, in local time. Sessions that were
    struck out or refused do not count, even if the table includes them.
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
        "vehicles": _sums(
            ended,
            lambda one: {
                "vehicle": one.transaction.vehicle,
                "name": one.vehicle or None,
            },
        ),
        "chargers": _sums(
            ended,
            lambda one: {
                "charge_point_id": one.transaction.charge_point_id,
                "name": one.charger,
            },
        ),
        "payers": _sums(ended, lambda one: {"payer": one.payer}),
        "months": _sums(
            ended,
            lambda one: {
                "month": dt_util.as_local(one.transaction.start).strftime("%Y-%m")
            },
        ),
    }


def _sums(
    sessions: Iterable[ExportedSession],
    group: Callable[[ExportedSession], dict[str, str | None]],
) -> list[dict[str, Any]]:
    groups: dict[str, tuple[dict[str, str | None], list[ExportedSession]]] = {}
    for session in sessions:
        name = group(session)
        # The first value is the key, the second only its name. Tags are compared
        # without case (7.28), and shown in their first spelling.
        key = str(next(iter(name.values())) or "").upper()
        groups.setdefault(key, (name, []))[1].append(session)
    return [{**name, **_sum(ones)} for _, (name, ones) in sorted(groups.items())]


def _sum(sessions: list[ExportedSession]) -> dict[str, Any]:
    """Return the sums of sessions. What nobody measured is neither sun nor grid."""
    ones = [session.transaction for session in sessions]
    costs: dict[str, float] = {}
    total_costs: dict[str, float] = {}
    for session in sessions:
        currency = session.currency_of_cost or ""
        for sums, cost in (
            (costs, session.transaction.cost),
            (total_costs, session.transaction.total_cost),
        ):
            if cost is not None:
                sums[currency] = sums.get(currency, 0.0) + cost
    return {
        "sessions": len(ones),
        "energy_wh": round(sum(one.energy_wh or 0.0 for one in ones), 3),
        # Without a price the cost is unknown, not 0. Of several currencies there is
        # no sum.
        "cost": round(next(iter(costs.values())), 4) if len(costs) == 1 else None,
        "sun_wh": round(sum(one.details.sun_wh or 0.0 for one in ones), 3),
        "grid_wh": round(sum(one.details.grid_wh or 0.0 for one in ones), 3),
        "costs": {name: round(cost, 4) for name, cost in sorted(costs.items())},
        "discharged_wh": round(sum(one.details.export_wh or 0.0 for one in ones), 3),
        "total_costs": {
            name: round(cost, 4) for name, cost in sorted(total_costs.items())
        },
    }
