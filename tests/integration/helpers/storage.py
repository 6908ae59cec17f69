"""Stores on a real disk: those of the tests are in memory otherwise."""

from collections.abc import Iterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

_REAL = {
    # Taken before any test has replaced them.
    name: Store.__dict__[name]
    for name in ("_async_load", "_async_write_data", "async_remove")
}


@pytest.fixture(name="real_storage")
def fixture_real_storage(hass: HomeAssistant) -> Iterator[None]:
    """Let stores read and write files in the configuration directory of the test."""
    # They are put back before `hass` puts back what it has replaced.
    with pytest.MonkeyPatch.context() as patched:
        for name, method in _REAL.items():
            patched.setattr(Store, name, method)
        yield
