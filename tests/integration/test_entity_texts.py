"""Every entity has its name, its states and its icon, in every language."""

import json
from pathlib import Path
from typing import Any

from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.ocpp_cs import (
    binary_sensor,
    button,
    datetime,
    event,
    notify,
    number,
    select,
    sensor,
    switch,
    time,
)
from custom_components.ocpp_cs.entity import OcppEntityDescription
from custom_components.ocpp_cs.house.entities import HouseDescription
from custom_components.ocpp_cs.sensor import (
    backends as backend_sensors,
    charging_state,
    control as control_sensors,
    goe as goe_sensor,
    house as house_sensors,
    plan as plan_sensor,
    session as session_sensors,
    totals as total_sensors,
    vehicle as vehicle_sensor,
)
from custom_components.ocpp_cs.sensor.goe import GoESensorDescription
from custom_components.ocpp_cs.sensor.measurements import MEASUREMENTS

FOLDER = Path(sensor.__file__).parents[1]

DESCRIPTIONS: dict[
    str,
    list[
        OcppEntityDescription
        | total_sensors.SubentrySensorDescription
        | GoESensorDescription
        | HouseDescription
        | EntityDescription
    ],
] = {
    "binary_sensor": [
        *binary_sensor.CHARGER_DESCRIPTIONS,
        *binary_sensor.CONNECTOR_DESCRIPTIONS,
        binary_sensor.HOLD_BATTERY,
        binary_sensor.BACKEND_CONNECTED,
    ],
    "button": [
        *button.CHARGER_DESCRIPTIONS,
        *button.CONNECTOR_DESCRIPTIONS,
        button.BOOST,
        button.END_BOOST,
        button.PRIORITY,
        button.END_PRIORITY,
    ],
    "datetime": [datetime.READY_BY],
    "event": [*event.CHARGER_DESCRIPTIONS, event.MONITOR, event.SESSION],
    "notify": [notify.DISPLAY],
    "number": [
        number.CURRENT_LIMIT,
        *number.PLAN_NUMBERS,
        number.BOOST_ENERGY,
        number.DISCHARGE_RESERVE,
        number.SETPOINT,
        number.MOST_DISCHARGE_POWER,
    ],
    "select": [
        select.PHASES_DESCRIPTION,
        select.CHARGE_MODE,
        select.SPLIT,
        select.VEHICLE,
        select.PAYER_SELECT,
        select.OPERATION_MODE,
    ],
    "sensor": [
        sensor.LAST_SEEN,
        sensor.SECURITY_LEVEL,
        sensor.SESSION_ENERGY,
        sensor.ACTIVE_PHASES,
        sensor.RESERVATION,
        sensor.SESSION_LIMIT,
        sensor.SESSION_EXPORT,
        sensor.RESERVATION_OF_ANY,
        sensor.LAST_USED,
        total_sensors.ENERGY_MONTH,
        total_sensors.COST_MONTH,
        *total_sensors.CHARGER_TOTALS,
        *session_sensors.SESSION_VALUES,
        session_sensors.CHARGING_BY,
        session_sensors.TIME_REMAINING,
        session_sensors.LAST_SESSION,
        charging_state.CHARGING_STATE,
        control_sensors.CONTROL_STATE,
        control_sensors.SOLAR_SURPLUS,
        control_sensors.CHARGE_TARGET,
        house_sensors.CEILING,
        *backend_sensors.BACKEND_SENSORS,
        house_sensors.SURPLUS,
        *house_sensors.PEAKS,
        plan_sensor.CHARGE_PLAN,
        *plan_sensor.PLAN_TIMES,
        *vehicle_sensor.VEHICLE_SENSORS.values(),
        *sensor.CHARGER_DESCRIPTIONS,
        *sensor.CONNECTOR_DESCRIPTIONS,
        *MEASUREMENTS.values(),
        *goe_sensor.GOE_DESCRIPTIONS,
    ],
    "switch": [
        switch.CHARGER_DESCRIPTION,
        *switch.CONNECTOR_DESCRIPTIONS,
        switch.READY_IN_TIME,
        switch.OVERRIDE_BACKEND,
        switch.WEEKLY_PLAN,
        switch.DISCHARGING_ALLOWED,
    ],
    "time": [time.READY_AT],
}


def load(name: str) -> dict[str, Any]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    section: dict[str, Any] = json.loads(text)["entity"]
    return section


def types_of(text: dict[str, Any]) -> dict[str, str]:
    """Return what the types of an event are called."""
    attributes = text.get("state_attributes", {})
    types: dict[str, str] = attributes.get("event_type", {}).get("state", {})
    return types


def languages() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "translations").glob("*.json"))


@pytest.mark.parametrize("language", languages())
def test_names_and_states_are_complete(language: str) -> None:
    section = load(f"translations/{language}.json")
    assert section.keys() == DESCRIPTIONS.keys()
    for platform, descriptions in DESCRIPTIONS.items():
        texts = section[platform]
        assert texts.keys() == {one.translation_key for one in descriptions}, platform
        for one in descriptions:
            text = texts[one.translation_key]
            placeholders = one.translation_placeholders or {}
            assert text["name"].format(**placeholders).strip()
            assert ("{" in text["name"]) is bool(placeholders), one.key
            options = getattr(one, "options", None) or []
            if platform == "binary_sensor" and "state" in text:
                # A class has words of its own.
                assert one.device_class is None
                options = ["on", "off"]
            assert list(text.get("state", {})) == options, one.key
            types = getattr(one, "event_types", None) or []
            assert list(types_of(text)) == types, one.key


@pytest.mark.parametrize("language", languages())
def test_no_two_entities_have_the_same_name(language: str) -> None:
    section = load(f"translations/{language}.json")
    for platform, descriptions in DESCRIPTIONS.items():
        # With one connector all of them are on one device.
        names = [
            section[platform][one.translation_key]["name"].format(
                **one.translation_placeholders or {}
            )
            for one in descriptions
            # Those of tags and vehicles are on devices of their own.
            if not isinstance(one, total_sensors.SubentrySensorDescription)
        ]
        assert len(names) == len(set(names)), platform


def test_languages_are_translated() -> None:
    english = load("translations/en.json")
    assert len(english) > 5 and len(languages()) > 1
    for language in languages():
        if language == "en":
            continue
        section = load(f"translations/{language}.json")
        for platform, texts in english.items():
            for key, text in texts.items():
                other = section[platform][key]
                for states, others in (
                    (text.get("state", {}), other.get("state", {})),
                    (types_of(text), types_of(other)),
                ):
                    for state, name in states.items():
                        assert others[state] != name, f"{language}: {key} {state}"


def test_icons_are_of_entities_and_of_those_without_a_device_class() -> None:
    icons = load("icons.json")
    for platform, descriptions in DESCRIPTIONS.items():
        of_platform = icons.get(platform, {})
        by_key = {one.translation_key: one for one in descriptions}
        assert of_platform.keys() <= by_key.keys()
        for key, icon in of_platform.items():
            assert icon["default"].startswith("mdi:")
            options = getattr(by_key[key], "options", None)
            states = icon.get("state", {})
            # A state without an icon of its own is drawn like all the others.
            assert states.keys() == set(options or states), key
            assert states.keys() <= set(options or ("on", "off")), key
        for one in descriptions:
            device_class = getattr(one, "device_class", None)
            if device_class is None or device_class == "enum":
                assert one.translation_key in of_platform, one.key
