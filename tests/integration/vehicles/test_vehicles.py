"""Which vehicle is at which connector of a real server."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.transactions.corrections import corrected
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import wait_for
from tests.integration.helpers.entities import (
    Wallbox,
    entity_id,
    settle,
    state_of,
    value_of,
    writes,
)
from tests.integration.helpers.vehicles import (
    at,
    choose,
    comes,
    connector_of,
    id_of,
    named,
    vehicle_subentry,
)

ENERGY = "Energy.Active.Import.Register"
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


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('{"evccId": "01:23:45:67:89:AB"}', "Ioniq"),
        ('{"connectorId": 1, "MAC_address": "0123456789ab"}', "Ioniq"),
        ('{"connectorId": 2, "evccid": "0123456789ab"}', "guest"),
        ('{"evccid": 7}', "guest"),
        ('{"evccid": "', "guest"),
        ("[]", "guest"),
        (None, "guest"),
    ],
)
async def test_a_charger_tells_in_words_of_its_own(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    data: str | None,
    name: str,
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await comes(hass, hub, "guest")
        payload = {"vendorId": "Wallbox", "messageId": "EV"}
        await box.call("DataTransfer", payload | ({"data": data} if data else {}))
        await settle(hass)
        assert at(hub) == name


def tell(hass: HomeAssistant, entity_id: str, *states: str) -> None:
    """Let an entity have these states, one after the other."""
    for state in states:
        hass.states.async_set(entity_id, state)


@pytest.mark.parametrize("first", ["connector", "vehicle"])
async def test_who_is_plugged_in_together_is_there(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    freezer: FrozenDateTimeFactory,
    first: str,
) -> None:
    """Within two minutes, whichever tells it first."""
    tell(hass, PLUG, "off")
    tell(hass, OTHER_PLUG, "off")
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        if first == "vehicle":
            tell(hass, PLUG, "unavailable", "on")
            await settle(hass)
            freezer.tick(119)
            await box.status("Preparing")
        else:
            await box.status("Preparing")
            await comes(hass, hub, "guest")
            freezer.tick(119)
            tell(hass, PLUG, "on")
        await comes(hass, hub, "Zoe")
        # What it says later changes nothing.
        tell(hass, PLUG, "off")
        tell(hass, OTHER_PLUG, "on")
        await settle(hass)
        assert at(hub) == "Zoe"


async def test_who_was_plugged_in_long_before_is_elsewhere(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    tell(hass, PLUG, "off", "on")
    await settle(hass)
    freezer.tick(121)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await comes(hass, hub, "guest")


async def test_who_comes_back_was_not_plugged_in_just_now(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """Its integration may have started just now, or its cloud be there again."""
    tell(hass, PLUG, "unavailable", "on", "unavailable", "on")
    await settle(hass)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await comes(hass, hub, "guest")


async def test_a_user_corrects_it(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
) -> None:
    """The running session is moved, also by what the charger measures afterwards."""
    select = "select.cp1_vehicle"
    state = hass.states.get(select)
    assert state is None or state.state == "unknown"
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        assert value_of(hass, "CP1/1/vehicle", "select") == "unknown"
        assert state_of(hass, "CP1/1/vehicle", "select").attributes["options"] == [
            "Zoe",
            "Ioniq",
            "guest",
        ]
        await box.status("Preparing")
        number = await box.start(id_tag="04AB", meter=1000)
        await box.status("Charging")
        # No tag of a vehicle is spelt so.
        await comes(hass, hub, "guest")
        with writes(hass) as written:
            await pick(hass, "Ioniq")
        assert written.count(entity_id(hass, "select", "CP1/1/vehicle")) == 1
        assert (at(hub), booked(hub)) == ("Ioniq", "Ioniq")
        await box.values({ENERGY: 2000.0}, transaction_id=number)
        await settle(hass)
        assert booked(hub) == "Ioniq"
        # A tag changes nothing, nor a restart.
        await hass.config_entries.async_reload(setup_integration.entry_id)
    hub = setup_integration.runtime_data
    assert (at(hub), booked(hub)) == ("Ioniq", "Ioniq")
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await comes(hass, hub, None)
        await box.status("Preparing")
        await comes(hass, hub, "Ioniq")
        await pick(hass, "guest")
        assert at(hub) == "guest"
        await box.status("Available")
        await comes(hass, hub, None)
        with pytest.raises(ServiceValidationError) as error:
            await pick(hass, "Zoe")
        assert error.value.translation_key == "no_vehicle_plugged_in"
        with pytest.raises(ServiceValidationError) as error:
            hub.vehicles.async_choose(
                next(iter(hub.chargers.values())), connector_of(hub), "nobody"
            )
        assert error.value.translation_key == "vehicle_unknown"


async def pick(hass: HomeAssistant, option: str) -> None:
    """Choose a vehicle in the select."""
    await hass.services.async_call(
        "select",
        "select_option",
        {
            "entity_id": entity_id(hass, "select", "CP1/1/vehicle"),
            "option": option,
        },
        blocking=True,
    )
    await settle(hass)


async def test_vehicles_come_and_go(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
) -> None:
    entry = setup_integration
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        number = await box.start()
        await comes(hass, hub, "guest")
        choose(hub, "Zoe")
        await settle(hass)
        assert value_of(hass, "CP1/1/vehicle", "select") == "Zoe"
        zoe = entry.subentries[id_of(hub, "Zoe")]
        hass.config_entries.async_update_subentry(entry, zoe, title="guest")
        await settle(hass)
        assert value_of(hass, "CP1/1/vehicle", "select") == "guest (2)"
        hass.config_entries.async_remove_subentry(entry, zoe.subentry_id)
        await settle(hass)
        assert at(hub) == "guest"
        assert booked(hub) == "guest"
        assert value_of(hass, "CP1/1/vehicle", "select") == "guest"
        for one in hub.vehicles.all():
            hass.config_entries.async_remove_subentry(entry, one.id)
        await settle(hass)
        # Nobody has vehicles: nothing is noted.
        assert at(hub) is None
        await box.stop(number, meter=2000)
        await box.start(meter=2000)
        await settle(hass)
        assert booked(hub) is None


async def test_it_is_in_one_place_only(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await box.status("Preparing", 1)
        await box.status("Preparing", 2)
        await comes(hass, hub, "guest", 2)
        choose(hub, "Zoe", 1)
        assert (at(hub, 1), at(hub, 2)) == ("Zoe", "guest")
        choose(hub, "Zoe", 2)
        assert (at(hub, 1), at(hub, 2)) == ("guest", "Zoe")


async def test_all_sessions_since_it_was_plugged_in_are_moved(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    """But none of the vehicle before, and none that a user has corrected."""
    ledger = hub.central_system.ledger

    def vehicles() -> list[str | None]:
        return [named(hub, one.vehicle) for one in ledger.at_hand("CP1")]

    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.status("Preparing")
        await box.stop(await box.start(id_tag="04 AB"), meter=2000)
        await comes(hass, hub, "Zoe")
        await box.status("Available")
        await comes(hass, hub, None)
        await box.status("Preparing")
        await comes(hass, hub, "Zoe")
        await box.stop(await box.start(meter=2000), meter=3000)
        await settle(hass)
        await box.start(meter=3000)
        # A strange tag.
        await wait_for(hass, lambda: vehicles() == ["Zoe", "guest", "guest"])
        choose(hub, "Ioniq")
        assert vehicles() == ["Zoe", "Ioniq", "Ioniq"]
        await hub.sessions.async_edit(
            ledger.at_hand("CP1")[1],
            lambda one: corrected(
                one, {"vehicle": id_of(hub, "Zoe")}, by="Anna", now=dt_util.utcnow()
            ),
        )
        choose(hub, "guest")
        assert vehicles() == ["Zoe", "Zoe", "guest"]
