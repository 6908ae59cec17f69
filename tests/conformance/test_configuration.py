"""Configuration keys that are read and set."""

from .cases import case
from .charge_point import CONFIGURATION, READONLY, ChargePoint
from .home import Home

INTERVAL = "MeterValueSampleInterval"


async def _interval(home: Home) -> str:
    answer = await home.act("get_configuration", key=INTERVAL)
    assert answer["unknown_key"] == []
    (found,) = answer["configuration_key"]
    value: str = found["value"]
    return value


@case("TC_019_1_CSMS", "Retrieve all configuration keys")
async def test_all_keys(home: Home, cp: ChargePoint) -> None:
    answer = await home.act("get_configuration")
    assert cp.asked("GetConfiguration") == [{}]
    assert answer["unknown_key"] == []
    found = {one["key"]: one for one in answer["configuration_key"]}
    assert {key: one["value"] for key, one in found.items()} == CONFIGURATION
    assert {key for key, one in found.items() if one["readonly"]} == READONLY


@case("TC_019_2_CSMS", "Retrieve a specific configuration key")
async def test_one_key(home: Home, cp: ChargePoint) -> None:
    key = "SupportedFeatureProfiles"
    answer = await home.act("get_configuration", key=key)
    assert cp.asked("GetConfiguration") == [{"key": [key]}]
    assert answer == {
        "configuration_key": [
            {"key": key, "readonly": True, "value": CONFIGURATION[key]}
        ],
        "unknown_key": [],
    }


@case("TC_021_CSMS", "Change a configuration key")
async def test_change(home: Home, cp: ChargePoint) -> None:
    cp.answers["ChangeConfiguration"] = {"status": "Accepted"}
    answer = await home.act("change_configuration", key=INTERVAL, value=60)
    assert answer == {"status": "accepted"}
    assert cp.asked("ChangeConfiguration") == [{"key": INTERVAL, "value": "60"}]
    cp.configuration[INTERVAL] = "60"
    assert await _interval(home) == "60"


@case("TC_040_1_CSMS", "Change a configuration key, not supported")
async def test_unknown_key(home: Home, cp: ChargePoint) -> None:
    cp.answers["ChangeConfiguration"] = {"status": "NotSupported"}
    with home.told("Garage refused ChangeConfiguration: NotSupported"):
        await home.act("change_configuration", key="NoSuchKey", value="1")
    assert cp.asked("ChangeConfiguration") == [{"key": "NoSuchKey", "value": "1"}]
    answer = await home.act("get_configuration", key="NoSuchKey")
    assert answer == {"configuration_key": [], "unknown_key": ["NoSuchKey"]}


@case("TC_040_2_CSMS", "Change a configuration key, invalid value")
async def test_invalid_value(home: Home, cp: ChargePoint) -> None:
    cp.answers["ChangeConfiguration"] = {"status": "Rejected"}
    with home.told("Garage refused ChangeConfiguration: Rejected"):
        await home.act("change_configuration", key=INTERVAL, value="999999999")
    assert cp.asked("ChangeConfiguration") == [{"key": INTERVAL, "value": "999999999"}]
    assert await _interval(home) == CONFIGURATION[INTERVAL]
