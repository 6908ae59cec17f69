"""A server whose charger is not new: it has the entity `ready_by` from before."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.ocpp_cs.const import DOMAIN


@pytest.fixture(autouse=True)
def _ready_by_from_before(hass: HomeAssistant) -> None:
    """Keep `datetime.ready_by` enabled, as it is disabled for new chargers only."""
    er.async_get(hass).async_get_or_create("datetime", DOMAIN, "CP1/1/ready_by")
