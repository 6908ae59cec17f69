"""Keeps the books of the sessions in Home Assistant's storage folder."""

from datetime import datetime
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import STORAGE_DIR, Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..csms.transactions.sqlite import remove
from ..csms.transactions.storage import Changes
from ..csms.transactions.transaction import Transaction
from ..csms.transactions.writer import BookKeeper
from ..foreign_text import SENTENCE, Markdown, shown
from ..issues import async_clear_issue, async_raise_issue

_UNSAVED: HassKey[dict[str, BookKeeper]] = HassKey(f"{DOMAIN}_unsaved")
"""Those who were closed while the disk took nothing, by config entry."""


def books_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where the books of the server with that config entry are."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.db"))


def _old_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return where the transactions were before there were books."""
    return Store(hass, 1, f"{DOMAIN}.{entry_id}", atomic_writes=True)


def _old_transaction(item: dict[str, Any]) -> Transaction:
    end = datetime.fromisoformat(item["end"]) if item["end"] else None
    times = {
        "start": datetime.fromisoformat(item["start"]),
        "reported_start": datetime.fromisoformat(item["reported_start"]),
        "end": end,
        # What is ended is ended.
        "reported_end": end,
    }
    return Transaction(**item | times, reported_meter_start_wh=item["meter_start_wh"])


async def async_open_books(
    hass: HomeAssistant, entry_id: str, title: str
) -> BookKeeper:
    """Return the books of a server, with what was saved before there were any."""

    @callback
    def on_broken(aside: Path, copied: datetime | None) -> None:
        async_clear_issue(hass, "books_broken", entry_id)
        async_clear_issue(hass, "books_restored", entry_id)
        if copied is None:
            async_raise_issue(
                hass,
                "books_broken",
                entry_id,
                severity=ir.IssueSeverity.ERROR,
                is_persistent=True,
                server=title,
                file=Markdown(aside),
            )
            return
        async_raise_issue(
            hass,
            "books_restored",
            entry_id,
            severity=ir.IssueSeverity.WARNING,
            is_persistent=True,
            server=title,
            file=Markdown(aside),
            copied=dt_util.as_local(copied).strftime("%Y-%m-%d %H:%M"),
        )

    @callback
    def on_trouble(trouble: str | None) -> None:
        if trouble is None:
            async_clear_issue(hass, "books_unsaved", entry_id)
            return
        async_raise_issue(
            hass,
            "books_unsaved",
            entry_id,
            severity=ir.IssueSeverity.ERROR,
            server=title,
            error=shown(trouble, SENTENCE),
        )

    # Of the keeper before this one, which cannot tell any more that it is over.
    on_trouble(None)
    keeper = BookKeeper(
        books_path(hass, entry_id), on_broken=on_broken, on_trouble=on_trouble
    )
    if (before := hass.data.get(_UNSAVED, {}).pop(entry_id, None)) is not None:
        keeper.take_over(before)
    await _migrate(hass, entry_id, keeper)
    return keeper


async def async_close_books(
    hass: HomeAssistant, entry_id: str, keeper: BookKeeper
) -> None:
    """Close the books; what the disk does not take is there when they are opened."""
    await keeper.close()
    if keeper.has_unsaved and hass.is_stopping:
        LOGGER.error("What of the sessions could not be saved is lost now")
    elif keeper.has_unsaved:
        hass.data.setdefault(_UNSAVED, {})[entry_id] = keeper


async def _migrate(hass: HomeAssistant, entry_id: str, keeper: BookKeeper) -> None:
    store = _old_store(hass, entry_id)
    try:
        if (data := await store.async_load()) is None:
            return
        transactions = [_old_transaction(item) for item in data["transactions"]]
        last_id = int(data["last_id"])
    except (HomeAssistantError, KeyError, TypeError, ValueError) as err:
        LOGGER.error("The transactions in %s cannot be read: %s", store.path, err)
        return
    await keeper.save(
        Changes(
            last_id=last_id,
            transactions={one.key: one for one in transactions},
            at_hand=lambda: transactions,
        )
    )
    # What is not on the disk stays where it was.
    if not keeper.has_unsaved:
        await store.async_remove()


async def async_remove_books(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the books of a server that was removed; broken ones stay."""
    hass.data.get(_UNSAVED, {}).pop(entry_id, None)
    path = books_path(hass, entry_id)
    try:
        await _old_store(hass, entry_id).async_remove()
        await hass.async_add_executor_job(remove, path)
    except OSError as err:
        LOGGER.error("The sessions in %s cannot be removed: %s", path, err)
