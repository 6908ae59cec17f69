"""Actions that do not work: what the user is told."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.ocpp_cs.const import DOMAIN
from simulator import CallError, Generic
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    PROFILE,
    Call,
    fixture_call,
    fixture_device_id,
    fixture_one,
    fixture_subentries,
    fixture_two,
    key_of,
)


@pytest.mark.parametrize(
    ("action", "data", "key", "words"),
    [
        ("reset", {}, "field_missing", ["reset", "type"]),
        ("reset", {"type": None}, "field_missing", ["type"]),
        ("reset", {"device_id": None, "type": "soft"}, "field_missing", ["device_id"]),
        ("reset", {"type": "soft", "how": 1}, "field_unknown", ["reset", "how"]),
        ("reset", {"type": "gentle"}, "field_not_option", ["type", "soft, hard"]),
        ("reset", {"type": 1}, "field_not_option", ["type"]),
        ("reset", {"device_id": [], "type": "soft"}, "field_not_device", ["device_id"]),
        (
            "reset",
            {"device_id": ["a", "b"], "type": "soft"},
            "field_not_device",
            ["device_id"],
        ),
        ("reset", {"device_id": 1, "type": "soft"}, "field_not_device", ["device_id"]),
        (
            "trigger_message",
            {"requested_message": "boot"},
            "field_not_option",
            ["requested_message", "boot_notification, "],
        ),
        *(
            (
                "unlock_connector",
                {"connector_id": value},
                "field_not_number",
                ["connector_id", "1"],
            )
            for value in (0, -1, "one", 1.5, True, [1], "1.0", float("inf"))
        ),
        (
            "change_availability",
            {"connector_id": -1, "type": "operative"},
            "field_not_number",
            ["connector_id", "0"],
        ),
        (
            "remote_stop_transaction",
            {"transaction_id": "x"},
            "transaction_of_other_version",
            ["Garage", "`x`", "OCPP 1.6"],
        ),
        (
            "remote_stop_transaction",
            {"transaction_id": "x" * 37},
            "field_not_text",
            ["transaction_id", "36"],
        ),
        (
            "reset",
            {"type": "soft", "connector_id": 1},
            "field_not_in_version",
            ["Garage", "OCPP 1.6", "connector_id", "OCPP 2.0.1"],
        ),
        (
            "unlock_connector",
            {"plug": 2},
            "field_not_in_version",
            ["Garage", "OCPP 1.6", "plug", "OCPP 2.0.1"],
        ),
        (
            "get_base_report",
            {},
            "not_in_version",
            ["Garage", "OCPP 1.6", "get_base_report", "OCPP 2.0.1"],
        ),
        (
            "remote_start_transaction",
            {"id_tag": "A" * 256},
            "field_not_text",
            ["id_tag", "255"],
        ),
        (
            "remote_start_transaction",
            {"id_tag": "A" * 21},
            "invalid_request",
            ["id_tag", "20"],
        ),
        ("remote_start_transaction", {"id_tag": ""}, "field_not_text", ["id_tag"]),
        (
            "remote_start_transaction",
            {"charging_profile": "fast"},
            "field_not_object",
            ["charging_profile"],
        ),
        (
            "change_configuration",
            {"key": "K", "value": "x" * 2501},
            "field_not_text",
            ["value", "2500"],
        ),
        (
            "change_configuration",
            {"key": "K", "value": "x" * 501},
            "invalid_request",
            ["value", "500"],
        ),
        ("change_configuration", {"key": "K"}, "field_missing", ["value"]),
        (
            "change_configuration",
            {"key": "K", "value": ["a"]},
            "field_not_text",
            ["value"],
        ),
        ("get_configuration", {"key": ["K" * 251]}, "field_not_text", ["key", "250"]),
        ("get_configuration", {"key": ["K" * 51]}, "invalid_request", ["key", "50"]),
        ("get_configuration", {"key": {"a": 1}}, "field_not_text", ["key"]),
        (
            "get_configuration",
            {"connector_id": 1},
            "field_unknown",
            ["get_configuration", "connector_id"],
        ),
        (
            "remote_start_transaction",
            {"charging_profile": {"stack_level": 0}},
            "invalid_request",
            ["RemoteStartTransaction", "charging_profile.charging_profile_id"],
        ),
        (
            "remote_start_transaction",
            {"charging_profile": PROFILE | {"stack_level": "high"}},
            "invalid_request",
            ["charging_profile.stack_level"],
        ),
    ],
)
async def test_a_bad_field_is_named(
    one: Generic,
    call: Call,
    action: str,
    data: dict[str, Any],
    key: str,
    words: list[str],
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await call(action, **data)
    assert key_of(err.value) == f"ocpp_cs.{key}"
    for word in words:
        assert word in str(err.value)
    assert one.received == []


@pytest.mark.parametrize(
    ("action", "data", "status"),
    [
        ("remote_start_transaction", {}, "Rejected"),
        ("reset", {"type": "soft"}, "Rejected"),
        ("unlock_connector", {}, "UnlockFailed"),
        ("change_configuration", {"key": "BlinkRepeat", "value": "1"}, "Rejected"),
    ],
)
async def test_a_refusal_is_told(
    one: Generic, call: Call, action: str, data: dict[str, Any], status: str
) -> None:
    one.faults.reject_all = True
    with pytest.raises(HomeAssistantError) as err:
        await call(action, **data)
    assert key_of(err.value) == "ocpp_cs.refused"
    ocpp_action = "".join(part.capitalize() for part in action.split("_"))
    assert str(err.value) == f"Garage refused {ocpp_action}: {status}"


async def test_a_key_that_is_not_supported_is_refused(one: Generic, call: Call) -> None:
    with pytest.raises(HomeAssistantError) as err:
        await call("change_configuration", key="Nonsense", value="1")
    assert str(err.value) == "Garage refused ChangeConfiguration: NotSupported"


async def test_an_error_is_told_in_the_chargers_words(one: Generic, call: Call) -> None:
    one.faults.callerror_all = True
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    assert key_of(err.value) == "ocpp_cs.call_error"
    assert str(err.value).startswith(
        "Garage answered Reset with an error: InternalError"
    )


async def test_an_answer_that_makes_no_sense_is_told(one: Generic, call: Call) -> None:
    one._handlers = {"Reset": lambda _self, _payload: {"state": 1}}
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    assert key_of(err.value) == "ocpp_cs.invalid_answer"
    assert str(err.value) == "The answer of Garage to Reset cannot be understood"


async def test_an_error_without_a_description_is_told(one: Generic, call: Call) -> None:
    def handler(_self: Generic, _payload: dict[str, Any]) -> dict[str, Any]:
        raise CallError("GenericError")

    one._handlers = {"Reset": handler}
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    assert str(err.value) == "Garage answered Reset with an error: GenericError"


async def test_silence_is_told(
    setup_integration: MockConfigEntry, one: Generic, call: Call
) -> None:
    charge_point = setup_integration.runtime_data.central_system.charge_points["CP1"]
    charge_point.link.connection.call_timeout = 0.2
    one.faults.never_answer = True
    with pytest.raises(HomeAssistantError) as err:
        await call("get_configuration")
    assert key_of(err.value) == "ocpp_cs.call_timeout"
    assert str(err.value) == (
        "Garage did not answer GetConfiguration within 0.2 seconds"
    )


async def test_a_connection_that_is_lost_is_told(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    one.faults.never_answer = True
    running = hass.async_create_task(call("get_configuration"))
    await one.wait_for(lambda: bool(one.received))
    await one.drop()
    with pytest.raises(HomeAssistantError) as err:
        await running
    assert key_of(err.value) == "ocpp_cs.connection_lost"
    assert str(err.value) == (
        "The connection to Garage was lost before it answered GetConfiguration"
    )


async def test_a_charger_that_is_away_is_told(call: Call) -> None:
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    assert not isinstance(err.value, ServiceValidationError)
    assert key_of(err.value) == "ocpp_cs.not_connected"
    assert str(err.value) == "Garage is not connected"


async def test_devices_that_are_no_chargers_are_told(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    call: Call,
) -> None:
    stranger = MockConfigEntry(domain="test")
    stranger.add_to_hass(hass)
    found = {}
    for name, owner in (("stranger", stranger), ("server", setup_integration)):
        device = device_registry.async_get_or_create(
            config_entry_id=owner.entry_id,
            identifiers={("test", name)},
            name=name,
        )
        found[name] = device.id
    for device_id, key, word in (
        ("nonsense", "homeassistant.service_device_not_found", "nonsense"),
        (found["stranger"], "homeassistant.service_device_wrong_domain", "stranger"),
        (found["server"], "ocpp_cs.not_a_charger", "server"),
    ):
        with pytest.raises(ServiceValidationError) as err:
            await call("reset", device_id=device_id, type="soft")
        assert key_of(err.value) == key
        assert word in str(err.value)


async def test_a_server_that_does_not_run_is_told(
    hass: HomeAssistant, setup_integration: MockConfigEntry, call: Call
) -> None:
    await hass.config_entries.async_unload(setup_integration.entry_id)
    with pytest.raises(ServiceValidationError) as err:
        await call("reset", type="soft")
    assert key_of(err.value) == "homeassistant.service_config_entry_not_loaded"


async def test_the_frontend_gets_the_key_of_the_text(
    one: Generic,
    hass_ws_client: WebSocketGenerator,
    hass: HomeAssistant,
    device_id: Callable[[str], str],
) -> None:
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "call_service",
            "domain": DOMAIN,
            "service": "unlock_connector",
            "service_data": {"device_id": device_id("CP1"), "connector_id": "x"},
        }
    )
    answer = await client.receive_json()
    assert answer["error"]["code"] == "service_validation_error"
    assert answer["error"]["translation_domain"] == DOMAIN
    assert answer["error"]["translation_key"] == "field_not_number"
    assert answer["error"]["translation_placeholders"] == {
        "field": "connector_id",
        "minimum": "1",
    }


async def test_other_programs_get_answer_and_error_over_http(
    hass: HomeAssistant,
    one: Generic,
    hass_client: ClientSessionGenerator,
    device_id: Callable[[str], str],
) -> None:
    assert await async_setup_component(hass, "api", {})
    client = await hass_client()
    url = f"/api/services/{DOMAIN}/reset?return_response"
    good = {"device_id": device_id("CP1"), "type": "soft"}
    response = await client.post(url, json=good)
    assert (await response.json())["service_response"] == {"status": "accepted"}
    response = await client.post(url, json=good | {"type": "gentle"})
    assert response.status == 400
    assert "type must be one of: soft, hard" in (await response.json())["message"]


async def test_the_user_is_told_in_german(hass: HomeAssistant, call: Call) -> None:
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    texts = await async_get_translations(hass, "de", "exceptions", [DOMAIN])
    text = texts[f"component.{DOMAIN}.exceptions.{err.value.translation_key}.message"]
    assert text.format(**err.value.translation_placeholders) == (
        "Garage ist nicht verbunden."
    )
