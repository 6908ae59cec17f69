"""What goes wrong with one charger ends nothing for the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import LOGGER
from ..foreign_text import shown
from ..issues import async_raise_issue


@contextmanager
def guarded(what: str, name: str) -> Iterator[None]:
    """Log what fails for the charger of that name, and go on."""
    try:
        yield
    # Whatever it is, it is one charger's, and ends nothing for the others.
    except Exception:  # noqa: BLE001
        LOGGER.exception("%s failed for %s", what, name)


@callback
def async_charger_failed(
    hass: HomeAssistant, subentry: ConfigSubentry, error: Exception
) -> None:
    """Tell of a charger that could not be taken on, in the log and to the user."""
    LOGGER.error(
        "Charger %s could not be taken on; the others are",
        subentry.title,
        exc_info=error,
    )
    async_raise_issue(
        hass,
        "charger_failed",
        subentry.subentry_id,
        severity=ir.IssueSeverity.ERROR,
        name=subentry.title,
        error=shown(f"{type(error).__name__}: {error}"),
    )
