"""The tag of what Home Assistant starts: a server's own, that nobody can guess."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.tags.registry import is_id_tag, new_own_tag
from tests.integration.conftest import (
    HOST,
    AddCharger,
    charger_subentry,
    id_tag_subentry,
)
from tests.integration.helpers.goe import add_charger

OWN = "HA23456789ABCDEF"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1"),
        charger_subentry("CP2", id_tag="Mine"),
        id_tag_subentry("ANNA"),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"tag_policy": "known"}


@pytest.fixture
def own() -> str | None:
    return OWN


@pytest.fixture
def entry(entry: MockConfigEntry, own: str | None) -> MockConfigEntry:
    """Return a server as it is made now, or was before."""
    if own is None:
        return entry
    return MockConfigEntry(
        domain=DOMAIN,
        title=entry.title,
        data={**entry.data, "id_tag": own},
        options=entry.options,
        subentries_data=[
            {
                "data": one.data,
                "subentry_type": one.subentry_type,
                "title": one.title,
                "unique_id": one.unique_id,
            }
            for one in entry.subentries.values()
        ],
    )


def test_it_is_a_tag_that_every_charger_takes() -> None:
    tags = {new_own_tag() for _ in range(100)}
    assert len(tags) == 100
    for tag in tags:
        assert is_id_tag(tag)
        assert tag.isascii() and tag.isalnum() and tag == tag.upper()


@pytest.mark.parametrize(
    ("own", "accepted", "refused"),
    [
        (OWN, OWN, "HomeAssistant"),
        # A server from before keeps what its chargers know.
        (None, "HomeAssistant", OWN),
    ],
)
async def test_the_servers_own_is_used_and_the_public_one_only_where_it_was(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    accepted: str,
    refused: str,
) -> None:
    one, other = await charger("CP1"), await charger("CP2")
    for tag, status in (
        (accepted, "Accepted"),
        (accepted.lower(), "Accepted"),
        (refused, "Invalid"),
        ("ANNA", "Accepted"),
    ):
        answer = await one.send("Authorize", {"idTag": tag})
        assert answer["idTagInfo"]["status"] == status, tag
    answer = await other.send("Authorize", {"idTag": "Mine"})
    assert answer["idTagInfo"]["status"] == "Accepted"
    answer = await other.send("Authorize", {"idTag": accepted})
    assert answer["idTagInfo"]["status"] == "Invalid"
    for name, tag in (("CP1", accepted), ("CP2", "Mine")):
        box = hub.central_system.charge_points[name]
        await box.commands.call("remote_start_transaction", connector_id=1)
        simulated = one if name == "CP1" else other
        (request,) = simulated.calls("RemoteStartTransaction")
        assert request["idTag"] == tag


async def test_the_form_of_a_charger_offers_it(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    flow = await add_charger(hass, setup_integration)
    await flow.choose("manual")
    filled = flow.result["data_schema"]({"charge_point_id": "CP3", "settings": {}})
    assert filled["settings"]["id_tag"] == OWN


@pytest.mark.parametrize("subentries", [[]])
async def test_another_port_leaves_it_alone(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    unused_tcp_port_factory: Any,
) -> None:
    entry = setup_integration
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"host": HOST, "port": unused_tcp_port_factory()}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data["id_tag"] == OWN


async def test_two_new_servers_have_different_ones(
    hass: HomeAssistant, unused_tcp_port_factory: Any
) -> None:
    tags = set()
    for _ in range(2):
        result = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"host": HOST, "port": unused_tcp_port_factory()}
        )
        await hass.async_block_till_done()
        tags.add(result["result"].data["id_tag"])
        await hass.config_entries.async_unload(result["result"].entry_id)
    assert len(tags) == 2
