"""Stores with real files: the test plugin keeps them in memory."""

from collections.abc import Iterator
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.ocpp_cs.certificates.store import KEY

# Before any fixture of the plugin has replaced them.
_LOAD, _WRITE, _REMOVE = Store._async_load, Store._async_write_data, Store.async_remove


@pytest.fixture
def stored(hass: HomeAssistant) -> Iterator[Path]:
    """Keep stores on the disk; return the path of the certificates."""
    # Undone before the plugin undoes its own.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_async_load", _LOAD)
        patch.setattr(Store, "_async_write_data", _WRITE)
        patch.setattr(Store, "async_remove", _REMOVE)
        yield Path(hass.config.path(".storage", KEY))
