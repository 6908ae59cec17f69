"""A charger that reports a fault."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger of two connectors."""
    return [charger_subentry("CP1", "Carport", connectors=2)]


@pytest.mark.parametrize(
    ("connector", "name"), [(2, "Carport Connector 2"), (0, "Carport")]
)
async def test_it_is_shown_until_it_is_over(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    socket_enabled: None,
    connector: int,
    name: str,
) -> None:
    (ours,) = hub.chargers.values()

    def issue() -> ir.IssueEntry | None:
        return ir.async_get(hass).async_get_issue(
            DOMAIN, f"charger_fault_{ours.subentry_id}"
        )

    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        assert issue() is None
        status: dict[str, Any] = {
            "connectorId": connector,
            "status": "Faulted",
            "errorCode": "GroundFailure",
            "vendorErrorCode": "E7",
        }
        await box.call("StatusNotification", status)
        found = await wait_for(hass, issue)
        assert found.translation_placeholders == {
            "name": name,
            "error": "`Ground fault (E7)`",
        }
        await box.call(
            "StatusNotification",
            status | {"status": "Available", "errorCode": "NoError"},
        )
        await wait_for(hass, lambda: issue() is None)
