"""Actions: what reaches the charger, and what comes back."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.ocpp_cs.actions.registry import ACTIONS
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.schema.spelling import snake
from custom_components.ocpp_cs.csms.v2.actions import (
    ACTIONS as OF_V2,
    ACTIONS_OF_2_1 as OF_V2_1,
)
from custom_components.ocpp_cs.csms.v16.actions import ACTIONS as OF_V16
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from simulator import Generic
from tests.integration.conftest import setup, wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    OCPP_PROFILE,
    PROFILE,
    Call,
    fixture_call,
    fixture_device_id,
    fixture_one,
    fixture_subentries,
    fixture_two,
    key_of,
)

# What is no message, but changes what is wanted of a connector, or is about the books.
OURS = {
    "correct_session",
    "export_sessions",
    "get_sessions",
    "set_charge_limit",
    "set_charge_plan",
    "set_session_limit",
    "strike_out_session",
}


def test_each_action_of_a_version_can_be_called_by_users() -> None:
    old = {action.name for action in ACTIONS if not action.since}
    assert old - OURS == set(OF_V16)
    newest = {action.name for action in ACTIONS if action.since == "2.1"} - OURS
    assert newest == set(OF_V2_1)
    assert {action.name for action in ACTIONS} - OURS - newest == set(OF_V2)


def test_an_action_that_is_just_a_message_has_its_fields() -> None:
    schemas, compared = load_schemas(), 0
    for action in ACTIONS:
        if isinstance(message := OF_V16.get(action.name), str):
            request = schemas.request(message)
            assert request is not None
            old = {name for name, field in action.fields.items() if not field.since}
            assert old - {"device_id"} == {
                snake(name) for name in request.definition["properties"]
            }
            compared += 1
    assert compared == 8


@pytest.mark.parametrize(
    ("action", "data", "sent", "answer"),
    [
        (
            "remote_start_transaction",
            {},
            ("RemoteStartTransaction", {"connectorId": 1, "idTag": "HomeAssistant"}),
            {"status": "accepted"},
        ),
        (
            "remote_start_transaction",
            {"connector_id": "1", "id_tag": 4711, "charging_profile": PROFILE},
            (
                "RemoteStartTransaction",
                {"connectorId": 1, "idTag": "4711", "chargingProfile": OCPP_PROFILE},
            ),
            {"status": "accepted"},
        ),
        (
            "remote_start_transaction",
            {"charging_profile": OCPP_PROFILE},
            (
                "RemoteStartTransaction",
                {
                    "connectorId": 1,
                    "idTag": "HomeAssistant",
                    "chargingProfile": OCPP_PROFILE,
                },
            ),
            {"status": "accepted"},
        ),
        (
            "get_configuration",
            {"key": ["HeartbeatInterval", "Nonsense"]},
            ("GetConfiguration", {"key": ["HeartbeatInterval", "Nonsense"]}),
            {
                "configuration_key": [
                    {"key": "HeartbeatInterval", "readonly": False, "value": "60"}
                ],
                "unknown_key": ["Nonsense"],
            },
        ),
        (
            "get_configuration",
            {"key": "BlinkRepeat"},
            ("GetConfiguration", {"key": ["BlinkRepeat"]}),
            {
                "configuration_key": [
                    {"key": "BlinkRepeat", "readonly": False, "value": "3"}
                ],
                "unknown_key": [],
            },
        ),
        (
            "change_configuration",
            {"key": "BlinkRepeat", "value": 5},
            ("ChangeConfiguration", {"key": "BlinkRepeat", "value": "5"}),
            {"status": "accepted"},
        ),
        (
            "change_configuration",
            {"key": "LocalPreAuthorize", "value": True},
            ("ChangeConfiguration", {"key": "LocalPreAuthorize", "value": "true"}),
            {"status": "accepted"},
        ),
        (
            "change_configuration",
            {"key": "StopTxnSampledData", "value": ""},
            ("ChangeConfiguration", {"key": "StopTxnSampledData", "value": ""}),
            {"status": "accepted"},
        ),
        (
            "trigger_message",
            {"requested_message": "meter_values"},
            ("TriggerMessage", {"requestedMessage": "MeterValues"}),
            {"status": "accepted"},
        ),
        (
            "trigger_message",
            {"requested_message": "StatusNotification", "connector_id": 1.0},
            (
                "TriggerMessage",
                {"requestedMessage": "StatusNotification", "connectorId": 1},
            ),
            {"status": "accepted"},
        ),
        (
            "reset",
            {"type": "soft"},
            ("Reset", {"type": "Soft"}),
            {"status": "accepted"},
        ),
        (
            "reset",
            {"type": "Hard"},
            ("Reset", {"type": "Hard"}),
            {"status": "accepted"},
        ),
        (
            "change_availability",
            {"type": "inoperative"},
            ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
            {"status": "accepted"},
        ),
        (
            "change_availability",
            {"type": "Operative", "connector_id": 1},
            ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
            {"status": "accepted"},
        ),
        (
            "unlock_connector",
            {"connector_id": None},
            ("UnlockConnector", {"connectorId": 1}),
            {"status": "unlocked"},
        ),
    ],
)
async def test_an_action_does_what_it_says(
    one: Generic,
    call: Call,
    action: str,
    data: dict[str, Any],
    sent: tuple[str, dict[str, Any]],
    answer: dict[str, Any],
) -> None:
    assert await call(action, **data) == answer
    assert one.received[:1] == [sent]
    # What was written is read, as some make another value of it.
    read = [("GetConfiguration", {"key": [data["key"]]})] if "value" in data else []
    assert one.received[1:] == read


async def test_all_of_the_configuration_is_read_without_a_key(
    one: Generic, call: Call
) -> None:
    answer = await call("get_configuration")
    assert one.received == [("GetConfiguration", {})]
    keys = {item["key"]: item for item in answer["configuration_key"]}
    assert keys["NumberOfConnectors"] == {
        "key": "NumberOfConnectors",
        "readonly": True,
        "value": "1",
    }
    assert await call("get_configuration", key=[]) == answer


async def test_a_session_is_started_and_stopped(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    await one.plug()
    await call("remote_start_transaction", id_tag="TAG1")
    await wait_for(hass, lambda: one.connector().transaction_id)
    transaction_id = one.connector().transaction_id
    assert one.connector().transaction.id_tag == "TAG1"

    await one.wait_idle()
    assert await call("remote_stop_transaction") == {"status": "accepted"}
    assert one.calls("RemoteStopTransaction") == [{"transactionId": transaction_id}]

    await wait_for(hass, lambda: one.connector().transaction is None)
    await one.wait_idle()
    with pytest.raises(ServiceValidationError) as err:
        await call("remote_stop_transaction")
    assert key_of(err.value) == "ocpp_cs.no_transaction"
    # Whoever knows better may ask all the same.
    with pytest.raises(HomeAssistantError) as refused:
        await call("remote_stop_transaction", transaction_id=transaction_id)
    assert key_of(refused.value) == "ocpp_cs.refused"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("remote_start_transaction", {}),
        ("set_charge_limit", {"limit_amps": 10}),
        ("unlock_connector", {}),
        ("change_availability", {"type": "inoperative"}),
        ("trigger_message", {"requested_message": "meter_values"}),
        ("get_composite_schedule", {"duration": 60}),
        (
            "reserve_now",
            {"id_tag": "A", "expiry_date": "2099-01-01T00:00:00+00:00"},
        ),
    ],
)
async def test_a_connector_that_there_is_not_is_refused_before_anything_is_sent(
    one: Generic, two: Generic, call: Call, action: str, data: dict[str, Any]
) -> None:
    for charger, device, number in ((one, "CP1", 2), (two, "CP2", 7)):
        charger.received.clear()
        with pytest.raises(ServiceValidationError) as err:
            await call(action, device, connector_id=number, **data)
        assert key_of(err.value) == "ocpp_cs.no_such_connector"
        said = err.value.translation_placeholders or {}
        assert said["connector_id"] == str(number)
        assert not charger.received


async def test_a_start_in_a_running_session_says_so(
    hass: HomeAssistant, one: Generic, two: Generic, call: Call
) -> None:
    await one.plug()
    await call("remote_start_transaction")
    await wait_for(hass, lambda: one.connector().transaction_id)
    await one.wait_idle()
    for data in ({}, {"connector_id": 1}):
        with pytest.raises(HomeAssistantError) as err:
            await call("remote_start_transaction", **data)
        assert key_of(err.value) == "ocpp_cs.session_runs"
    # Where the other connector is free, it is something else.
    await two.plug(1)
    await call("remote_start_transaction", "CP2", connector_id=1)
    await wait_for(hass, lambda: two.connector(1).transaction_id)
    await two.wait_idle()
    await call("change_availability", "CP2", connector_id=2, type="inoperative")
    for data in ({}, {"connector_id": 2}):
        with pytest.raises(HomeAssistantError) as err:
            await call("remote_start_transaction", "CP2", **data)
        assert key_of(err.value) == "ocpp_cs.refused"


@pytest.mark.parametrize(
    ("action", "data", "earlier", "later"),
    [
        (
            "get_diagnostics",
            {"location": "ftp://a.example/"},
            "start_time",
            "stop_time",
        ),
        (
            "get_log",
            {"log_type": "security_log", "remote_location": "ftp://a.example/"},
            "oldest_timestamp",
            "latest_timestamp",
        ),
        (
            "set_charging_profile",
            {"schedule": [{"start": 0, "limit": 10}]},
            "valid_from",
            "valid_to",
        ),
    ],
)
async def test_times_that_are_the_wrong_way_round_are_refused(
    one: Generic,
    call: Call,
    action: str,
    data: dict[str, Any],
    earlier: str,
    later: str,
) -> None:
    wrong = {earlier: "2026-05-02 00:00", later: "2026-05-01 00:00"}
    with pytest.raises(ServiceValidationError) as err:
        await call(action, **data, **wrong)
    assert key_of(err.value) == "ocpp_cs.field_order"
    assert err.value.translation_placeholders == {"earlier": earlier, "later": later}
    assert not one.received


async def test_the_session_of_a_connector_is_stopped(
    hass: HomeAssistant, two: Generic, call: Call
) -> None:
    for number in (1, 2):
        await two.plug(number)
        await call("remote_start_transaction", "CP2", connector_id=number)
        await wait_for(hass, lambda n=number: two.connector(n).transaction_id)
    await two.wait_idle()
    with pytest.raises(ServiceValidationError) as err:
        await call("remote_stop_transaction", "CP2")
    assert key_of(err.value) == "ocpp_cs.several_transactions"
    first, second = (two.connector(number).transaction_id for number in (1, 2))
    await call("remote_stop_transaction", "CP2/2")
    await call("remote_stop_transaction", "CP2", connector_id=1)
    assert two.calls("RemoteStopTransaction") == [
        {"transactionId": second},
        {"transactionId": first},
    ]


@pytest.mark.parametrize(
    ("device", "action", "data", "payload"),
    [
        ("CP2/2", "unlock_connector", {}, {"connectorId": 2}),
        ("CP2/2", "unlock_connector", {"connector_id": 2}, {"connectorId": 2}),
        ("CP2", "unlock_connector", {"connector_id": 2}, {"connectorId": 2}),
        (
            "CP2/2",
            "change_availability",
            {"type": "operative"},
            {"connectorId": 2, "type": "Operative"},
        ),
        (
            "CP2",
            "change_availability",
            {"type": "operative"},
            {"connectorId": 0, "type": "Operative"},
        ),
        (
            "CP2/2",
            "trigger_message",
            {"requested_message": "meter_values"},
            {"connectorId": 2, "requestedMessage": "MeterValues"},
        ),
        # No connector sends these.
        (
            "CP2/2",
            "trigger_message",
            {"requested_message": "heartbeat"},
            {"requestedMessage": "Heartbeat"},
        ),
        # The charger chooses.
        ("CP2", "remote_start_transaction", {}, {"idTag": "HomeAssistant"}),
        (
            "CP2/2",
            "remote_start_transaction",
            {},
            {"connectorId": 2, "idTag": "HomeAssistant"},
        ),
        # Of no connector at all.
        ("CP2/2", "reset", {"type": "soft"}, {"type": "Soft"}),
    ],
)
async def test_a_connector_is_told_by_its_device_or_its_number(
    two: Generic,
    call: Call,
    device: str,
    action: str,
    data: dict[str, Any],
    payload: dict[str, Any],
) -> None:
    await call(action, device, **data)
    assert [sent for _, sent in two.received] == [payload]


@pytest.mark.parametrize(
    ("device", "action", "data", "key"),
    [
        ("CP2", "unlock_connector", {}, "connector_missing"),
        ("CP2/2", "unlock_connector", {"connector_id": 1}, "connector_contradicts"),
        (
            "CP2/1",
            "change_availability",
            {"connector_id": 0, "type": "operative"},
            "connector_contradicts",
        ),
    ],
)
async def test_a_connector_that_is_not_clear_is_asked_for(
    two: Generic, call: Call, device: str, action: str, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as err:
        await call(action, device, **data)
    assert key_of(err.value) == f"ocpp_cs.{key}"
    assert "connector_id" in str(err.value)
    assert two.received == []


async def test_a_list_of_one_device_is_a_device(
    hass: HomeAssistant, one: Generic, device_id: Callable[[str], str]
) -> None:
    await hass.services.async_call(
        DOMAIN,
        "reset",
        {"type": "soft"},
        target={"device_id": [device_id("CP1")]},
        blocking=True,
    )
    assert one.received == [("Reset", {"type": "Soft"})]


async def test_the_actions_are_there_without_a_server(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await setup(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert set(hass.services.async_services_for_domain(DOMAIN)) == {
        action.name for action in ACTIONS
    }


async def test_only_an_administrator_changes_a_charger_for_good(
    hass: HomeAssistant,
    one: Generic,
    device_id: Callable[[str], str],
    hass_read_only_user: MockUser,
) -> None:
    async def run(action: str, **data: Any) -> None:
        await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": device_id("CP1"), **data},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )

    with pytest.raises(Unauthorized):
        await run("reset", type="soft")
    with pytest.raises(Unauthorized):
        await run("change_configuration", key="BlinkRepeat", value="1")
    assert one.received == []
    await run("get_configuration", key="BlinkRepeat")
    assert [action for action, _ in one.received] == ["GetConfiguration"]
    assert {action.name for action in ACTIONS if action.admin} == {
        "adjust_periodic_event_stream",
        "afrr_signal",
        "certificate_signed",
        "change_configuration",
        "change_transaction_tariff",
        "clear_der_control",
        "clear_tariffs",
        "clear_variable_monitoring",
        "correct_session",
        "customer_information",
        "data_transfer",
        "delete_certificate",
        "export_sessions",
        "get_diagnostics",
        "get_log",
        "install_certificate",
        "notify_allowed_energy_transfer",
        "publish_firmware",
        "reset",
        "send_local_list",
        "set_default_tariff",
        "set_der_control",
        "set_monitoring_base",
        "set_monitoring_level",
        "set_network_profile",
        "set_variable_monitoring",
        "set_variables",
        "signed_update_firmware",
        "strike_out_session",
        "unpublish_firmware",
        "update_firmware",
    }
