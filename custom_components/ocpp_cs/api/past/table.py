"""Sessions as a table that spreadsheets open."""

from dataclasses import replace
from datetime import tzinfo
from typing import Any, Final

from ...actions.sessions import async_reasons
from ...csms.overview.model import Wanted
from ...csms.transactions.transaction import Transaction
from ...sessions.export import STRUCK_OUT, ExportedSession, as_csv, exported
from ...sessions.who import Names
from .sessions import Reader, async_all

_MARK: Final = "\ufeff"
"""The byte order mark, by which spreadsheets recognize UTF-8."""


async def async_table(
    reader: Reader, wanted: Wanted, *, text: str | None, language: str | None
) -> dict[str, Any]:
    """Return the sessions that match as CSV, and a name for the file.

    Args:
        reader: Who asks, and of which servers.
        wanted: The filter.
        text: A part of the name of a tag, vehicle or charger.
        language: The language of the table; that of Home Assistant without it.
    """
    hass = reader.hass
    language = language or hass.config.language
    found = await async_all(reader, wanted, text=text)
    reasons = await async_reasons(hass, language)
    default = hass.config.currency
    include = {STRUCK_OUT} if wanted.struck_out else set[str]()

    def written() -> str:
        sessions = [_exported(reader, names, one) for names, one in found]
        currencies = {one.currency_of_cost for one in sessions}
        return as_csv(
            sessions,
            language=language,
            currency=", ".join(sorted(filter(None, currencies))) or default,
            reasons=reasons,
            include=include,
            zone=reader.zone,
        )

    # The rows of many sessions would block the event loop.
    table = await hass.async_add_executor_job(written)
    return {"csv": _MARK + table, "filename": _file_name(wanted, reader.zone)}


def _exported(reader: Reader, names: Names, one: Transaction) -> ExportedSession:
    """Return a session with its names, and its tag as the user may know it."""
    named = exported(one, names)
    return replace(named, transaction=replace(one, id_tag=reader.id_tag(one.id_tag)))


def _file_name(wanted: Wanted, zone: tzinfo) -> str:
    """Return a name with the days of the table."""
    days = [
        when.astimezone(zone).date().isoformat()
        for when in (wanted.start, wanted.end)
        if when is not None
    ]
    return f"{'_'.join(['sessions', *days])}.csv"
