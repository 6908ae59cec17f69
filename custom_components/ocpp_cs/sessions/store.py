"""The database of the sessions in Home Assistant's storage folder."""

from datetime import datetime
from pathlib import Path

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..csms.transactions.files import remove
from ..csms.transactions.writer import StoreWriter
from ..foreign_text import SENTENCE, Markdown, shown
from ..issues import async_clear_issue, async_raise_issue

_UNSAVED: HassKey[dict[str, StoreWriter]] = HassKey(f"{DOMAIN}_unsaved")
"""Writers that were closed with unsaved sessions, by config entry."""


def books_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the path of the database of the server with that config entry."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.db"))


async def async_open_books(
    hass: HomeAssistant, entry_id: str, title: str
) -> StoreWriter:
    """Open the database of a server."""

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

    @callback
    def on_newer(meanwhile: Path | None) -> None:
        if meanwhile is None:
            async_clear_issue(hass, "books_newer", entry_id)
            return
        async_raise_issue(
            hass,
            "books_newer",
            entry_id,
            severity=ir.IssueSeverity.WARNING,
            server=title,
            file=Markdown(books_path(hass, entry_id)),
            meanwhile=Markdown(meanwhile),
        )

    # Issues of a previous writer, which can no longer clear them.
    on_trouble(None)
    on_newer(None)
    keeper = StoreWriter(
        books_path(hass, entry_id),
        on_broken=on_broken,
        on_trouble=on_trouble,
        on_newer=on_newer,
    )
    if (before := hass.data.get(_UNSAVED, {}).pop(entry_id, None)) is not None:
        keeper.take_over(before)
    return keeper


async def async_close_books(
    hass: HomeAssistant, entry_id: str, keeper: StoreWriter
) -> None:
    """Close the database; unsaved sessions are kept until it is opened again."""
    await keeper.close()
    if keeper.has_unsaved and hass.is_stopping:
        LOGGER.error("What of the sessions could not be saved is lost now")
    elif keeper.has_unsaved:
        hass.data.setdefault(_UNSAVED, {})[entry_id] = keeper


async def async_remove_books(hass: HomeAssistant, entry_id: str) -> None:
    """Remove the database of a removed server; broken copies stay."""
    hass.data.get(_UNSAVED, {}).pop(entry_id, None)
    path = books_path(hass, entry_id)
    try:
        await hass.async_add_executor_job(remove, path)
    except OSError as err:
        LOGGER.error("The sessions in %s cannot be removed: %s", path, err)
