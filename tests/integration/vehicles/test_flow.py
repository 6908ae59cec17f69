"""Vehicles are added and changed in a form."""

from datetime import time
import json
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.json import ExtendedJSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.charging.control import CHARGE_MODES
from custom_components.ocpp_cs.const import SUBENTRY_VEHICLE
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.vehicles import flow as vehicle_flow
from custom_components.ocpp_cs.vehicles.model import Vehicle
from tests.integration.conftest import charger_subentry, id_tag_subentry

UPLOADED = {
    "media_content_id": "media-source://image_upload/0123abcd",
    "media_content_type": "image/png",
}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage"), id_tag_subentry("04AB")]


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form for another vehicle."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_VEHICLE), context={"source": SOURCE_USER}
    )


async def change(hass: HomeAssistant, entry: MockConfigEntry, one: Vehicle) -> Any:
    """Open the form of a vehicle."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_VEHICLE),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": one.id},
    )


async def answer(hass: HomeAssistant, result: Any, **fields: Any) -> Any:
    """Submit a form."""
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], fields
    )
    await hass.async_block_till_done()
    return result


def suggested(result: Any) -> dict[str, Any]:
    """Return what stands in a form already, without its sections."""
    found: dict[str, Any] = {}
    for key, value in result["data_schema"].schema.items():
        inner = getattr(value, "schema", None)
        markers = [key] if inner is None else inner.schema
        found |= {
            str(marker): marker.description["suggested_value"]
            for marker in markers
            if marker.description and "suggested_value" in marker.description
        }
    return found


async def test_a_name_is_enough(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry
) -> None:
    result = await start(hass, entry)
    assert result["type"] is FlowResultType.FORM
    blank = await answer(hass, result, name="  ")
    assert blank["errors"] == {"name": "name_missing"}
    done = await answer(hass, blank, name=" Zoe ")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    (zoe,) = hub.vehicles.all()
    assert zoe == Vehicle(id=zoe.id, name="Zoe")


async def test_all_that_can_be_told(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry
) -> None:
    everything: dict[str, Any] = {
        "name": "Zoe",
        "capacity_kwh": 52,
        "phases": "3",
        "max_a": 32,
        "entities": {
            "soc_entity": "sensor.zoe_soc",
            "target_entity": "number.zoe_limit",
            "plugged_entity": "binary_sensor.zoe_plug",
        },
        "recognition": {"id_tags": ["04AB"], "identities": ["01:23:45:67:89:ab", " "]},
        "plug": {
            "mode": "solar",
            "target_soc": 80,
            "energy_kwh": 20,
            "ready_at": "07:00:00",
            "weekdays": ["mon", "fri"],
            "least_soc": 30,
            "below_price": -0.05,
        },
        "look": {"icon": "mdi:car", "picture_upload": UPLOADED},
        "tariff": {"kind": "fixed", "price": 0.3},
    }
    await answer(hass, await start(hass, entry), **everything)
    (zoe,) = hub.vehicles.all()
    expected = Vehicle(
        id=zoe.id,
        name="Zoe",
        capacity_kwh=52.0,
        phases=3,
        max_a=32.0,
        soc_entity="sensor.zoe_soc",
        target_entity="number.zoe_limit",
        plugged_entity="binary_sensor.zoe_plug",
        id_tags=("04ab",),
        identities=("0123456789AB",),
        icon="mdi:car",
        picture="/api/image/serve/0123abcd/512x512",
        mode="solar",
        target_soc=80.0,
        energy_kwh=20.0,
        plan={
            "ready_by": time(7),
            "weekdays": frozenset({"mon", "fri"}),
            "least_soc": 30.0,
            "below_price": -0.05,
        },
    )
    assert zoe == expected
    assert hub.prices.rate("", zoe.id).grid == 0.3
    told = json.dumps(
        await async_get_config_entry_diagnostics(hass, entry), cls=ExtendedJSONEncoder
    )
    assert "sensor.zoe_soc" in told
    for private in ("04ab", "0123456789ab", '"zoe"', "0123abcd"):
        assert private not in told.lower()
    # The form shows it as it was entered, and what is taken out is gone.
    result = await change(hass, entry, zoe)
    shown = suggested(result)
    assert shown["ready_at"] == "07:00:00"
    assert (shown["kind"], shown["price"]) == ("fixed", 0.3)
    assert shown["identities"] == ["01:23:45:67:89:ab"]
    assert shown["picture"] == "/api/image/serve/0123abcd/512x512"
    done = await answer(
        hass, result, name="Zoe II", capacity_kwh=41, look={"picture": "/local/zoe.jpg"}
    )
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "reconfigure_successful"
    (zoe,) = hub.vehicles.all()
    assert hub.prices.rate("", zoe.id).grid is None
    assert zoe == Vehicle(
        id=expected.id, name="Zoe II", capacity_kwh=41.0, picture="/local/zoe.jpg"
    )


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"capacity_kwh": 1000}, {"capacity_kwh": "number_range"}),
        ({"max_a": 2}, {"max_a": "number_range"}),
        ({"plug": {"target_soc": 120}}, {"plug": "target_soc_range"}),
        ({"plug": {"target_soc": 80}}, {"plug": "capacity_missing"}),
        ({"tariff": {"kind": "plus"}}, {"tariff": "tariff_price_missing"}),
        ({"tariff": {"kind": "plus", "price": -500}}, {"tariff": "price_range"}),
        ({"plug": {"least_soc": 20}}, {"plug": "capacity_missing"}),
        (
            {"entities": {"soc_entity": "sensor.a", "target_entity": "sensor.a"}},
            {"entities": "vehicle_same_entity"},
        ),
        (
            {"recognition": {"id_tags": ["0815", "04ab "]}},
            {"recognition": "tag_of_other_vehicle"},
        ),
        (
            {"recognition": {"identities": ["VID:01-02"]}},
            {"recognition": "identity_of_other_vehicle"},
        ),
        ({"look": {"picture": "zoe.jpg"}}, {"look": "picture_invalid"}),
        ({"look": {"picture": "javascript:alert(1)"}}, {"look": "picture_invalid"}),
        ({"look": {"picture": "//evil.example/a"}}, {"look": "picture_invalid"}),
        ({"look": {"picture": "http://[/a"}}, {"look": "picture_invalid"}),
        (
            {
                "look": {
                    "picture_upload": {
                        "media_content_id": "media-source://camera/a",
                        "media_content_type": "image/png",
                    }
                }
            },
            {"look": "picture_invalid"},
        ),
    ],
)
async def test_what_cannot_be(
    hass: HomeAssistant,
    hub: Hub,
    entry: MockConfigEntry,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """It is said at its place, and can be mended there."""
    await answer(
        hass,
        await start(hass, entry),
        name="Ioniq",
        recognition={"id_tags": ["04AB"], "identities": ["0102"]},
    )
    result = await answer(hass, await start(hass, entry), name="Zoe", **fields)
    assert result["type"] is FlowResultType.FORM
    found = dict(result["errors"])
    # Whoever looks at the top of the form has to see that there is one.
    assert found.pop("base", None) == (
        None if errors.keys() & {"name", "capacity_kwh"} else "not_saved"
    )
    assert found == errors
    if "recognition" in errors:
        assert result["description_placeholders"] == {"vehicle": "Ioniq"}
    done = await answer(hass, result, name="Zoe")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    # What is its own stands in nobody's way.
    ioniq = next(one for one in hub.vehicles.all() if one.name == "Ioniq")
    done = await answer(
        hass,
        await change(hass, entry, ioniq),
        name="Ioniq",
        recognition={"id_tags": ["04AB"]},
    )
    assert done["type"] is FlowResultType.ABORT


@pytest.mark.parametrize(
    "subentries",
    [
        [
            charger_subentry("CP1"),
            charger_subentry(
                "CP2",
                solar={
                    "vehicle_soc": "sensor.soc",
                    "vehicle_target": "number.limit",
                    "capacity": 77,
                },
            ),
        ]
    ],
)
async def test_the_form_of_a_charger_has_told_already(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry
) -> None:
    """The first vehicle is the car that was described there before."""
    result = await start(hass, entry)
    told = {
        "capacity_kwh": 77,
        "soc_entity": "sensor.soc",
        "target_entity": "number.limit",
    }
    assert suggested(result) == told
    await answer(
        hass, result, name="Zoe", entities={"soc_entity": "sensor.soc"}, capacity_kwh=77
    )
    assert suggested(await start(hass, entry)) == {}


def test_the_modes_are_those_of_the_control() -> None:
    plug = vehicle_flow._SCHEMA.schema["plug"].schema.schema
    assert plug["mode"].config["options"] == CHARGE_MODES


async def test_known_tags_can_be_chosen(
    hass: HomeAssistant, hub: Hub, entry: MockConfigEntry
) -> None:
    result = await start(hass, entry)
    recognition = result["data_schema"].schema["recognition"].schema.schema
    assert recognition["id_tags"].config["options"] == [
        {"value": "04AB", "label": "Anna"}
    ]
