"""Which vehicle is at which connector of a real server."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.vehicles import at, comes, named, vehicle_subentry

PLUG = "binary_sensor.zoe_plug"
OTHER_PLUG = "binary_sensor.ioniq_plug"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        "CP1",
        vehicle_subentry("Zoe", id_tags=["04 AB"], plugged_entity=PLUG),
        vehicle_subentry(
            "Ioniq", identities=["01:23:45:67:89:ab"], plugged_entity=OTHER_PLUG
        ),
    ]


def booked(hub: Hub, number: int = 1) -> str | None:
    """Return the name of the vehicle of the latest session, in the books."""
    latest = hub.central_system.ledger.latest("CP1", number)
    assert latest is not None
    return named(hub, latest.details.vehicle)


async def test_who_has_the_tag_is_known(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        assert at(hub) is None
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        number = await box.start(id_tag="04 ab")
        await comes(hass, hub, "Zoe")
        assert booked(hub) == "Zoe"
        # It stays as long as it is plugged in.
        await box.stop(number, meter=2000)
        await box.status("Finishing")
        await settle(hass)
        assert at(hub) == "Zoe"
        await box.status("Available")
        await comes(hass, hub, None)
        # The next one is the last one, unless something says otherwise.
        await box.status("Preparing")
        await comes(hass, hub, "Zoe")
        await box.status("Available")
        await comes(hass, hub, None)
        await box.status("Preparing")
        await box.start(id_tag="SOMEBODY", meter=2000)
        await comes(hass, hub, "guest")
        assert booked(hub) == "guest"


@pytest.mark.parametrize(
    "tag", ["VID:0123456789AB", "0123456789ab", "vid:01-23-45-67-89-AB"]
)
async def test_who_tells_its_address_is_known(
    hass: HomeAssistant, hub: Hub, server_url: str, tag: str
) -> None:
    """By autocharge, where the tag of a session is the vehicle's identity."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await box.start(id_tag=tag)
        await comes(hass, hub, "Ioniq")
        assert booked(hub) == "Ioniq"
