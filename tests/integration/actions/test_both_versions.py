"""The same actions with chargers of both versions of OCPP."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from tests.csms.client import Client
from tests.csms.v2.station import V2Station
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    key_of,
)
from tests.integration.helpers.stations import connected_station

type Json = dict[str, Any]

V16, V2 = "ocpp1.6", "ocpp2.0.1"
LATER = "2099-01-01T00:00:00+00:00"
PEM = "-----BEGIN CERTIFICATE-----"


@pytest.fixture(params=[V16, V2])
async def box(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
) -> AsyncIterator[Client]:
    """Return a charger of each version with one connector."""
    if request.param == V2:
        async with connected_station(hass, setup_integration, server_url) as station:
            yield station
        return
    charge_points = setup_integration.runtime_data.central_system.charge_points
    answers: Json = {"GetConfiguration": {"configurationKey": []}}
    async with Client(f"{server_url}CP1", answers=answers) as client:
        await client.boot()
        link = charge_points["CP1"].link
        await wait_for(hass, lambda: link._setup is not None and link._setup.done())
        client.received.clear()
        yield client


@pytest.mark.parametrize(
    ("action", "data", "sent", "told"),
    [
        (
            "reset",
            {"type": "soft"},
            {V16: ("Reset", {"type": "Soft"}), V2: ("Reset", {"type": "OnIdle"})},
            "Accepted",
        ),
        (
            "change_availability",
            {"type": "inoperative", "connector_id": 1},
            {
                V16: ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
                V2: (
                    "ChangeAvailability",
                    {"evse": {"id": 1}, "operationalStatus": "Inoperative"},
                ),
            },
            "Scheduled",
        ),
        (
            "unlock_connector",
            {},
            {
                V16: ("UnlockConnector", {"connectorId": 1}),
                V2: ("UnlockConnector", {"evseId": 1, "connectorId": 1}),
            },
            "Unlocked",
        ),
        (
            "trigger_message",
            {"requested_message": "status_notification", "connector_id": 1},
            {
                V16: (
                    "TriggerMessage",
                    {"requestedMessage": "StatusNotification", "connectorId": 1},
                ),
                V2: (
                    "TriggerMessage",
                    {
                        "requestedMessage": "StatusNotification",
                        "evse": {"id": 1, "connectorId": 1},
                    },
                ),
            },
            "Accepted",
        ),
        (
            "extended_trigger_message",
            {"requested_message": "log_status_notification"},
            {
                V16: (
                    "ExtendedTriggerMessage",
                    {"requestedMessage": "LogStatusNotification"},
                ),
                V2: ("TriggerMessage", {"requestedMessage": "LogStatusNotification"}),
            },
            "Accepted",
        ),
        ("clear_cache", {}, {V16: ("ClearCache", {}), V2: ("ClearCache", {})}, None),
        (
            "data_transfer",
            {"vendor_id": "V", "data": {"on": True}},
            {
                V16: ("DataTransfer", {"vendorId": "V", "data": '{"on":true}'}),
                V2: ("DataTransfer", {"vendorId": "V", "data": {"on": True}}),
            },
            "Accepted",
        ),
        (
            "get_log",
            {
                "log_type": "security_log",
                "remote_location": "ftp://h/",
                "request_id": 4,
            },
            {
                version: (
                    "GetLog",
                    {
                        "logType": "SecurityLog",
                        "log": {"remoteLocation": "ftp://h/"},
                        "requestId": 4,
                    },
                )
                for version in (V16, V2)
            },
            "Accepted",
        ),
        (
            "signed_update_firmware",
            {
                "location": "https://h/fw",
                "retrieve_date_time": LATER,
                "signing_certificate": PEM,
                "signature": "S",
                "request_id": 4,
            },
            {
                version: (
                    action,
                    {
                        "firmware": {
                            "location": "https://h/fw",
                            "retrieveDateTime": "2099-01-01T00:00:00Z",
                            "signingCertificate": PEM,
                            "signature": "S",
                        },
                        "requestId": 4,
                    },
                )
                for version, action in (
                    (V16, "SignedUpdateFirmware"),
                    (V2, "UpdateFirmware"),
                )
            },
            "AcceptedCanceled",
        ),
        (
            "send_local_list",
            {
                "list_version": 3,
                "update_type": "full",
                "local_authorization_list": [
                    {"id_tag": "A", "id_tag_info": {"status": "accepted"}}
                ],
            },
            {
                V16: (
                    "SendLocalList",
                    {
                        "listVersion": 3,
                        "updateType": "Full",
                        "localAuthorizationList": [
                            {"idTag": "A", "idTagInfo": {"status": "Accepted"}}
                        ],
                    },
                ),
                V2: (
                    "SendLocalList",
                    {
                        "versionNumber": 3,
                        "updateType": "Full",
                        "localAuthorizationList": [
                            {
                                "idToken": {"idToken": "A", "type": "ISO14443"},
                                "idTokenInfo": {"status": "Accepted"},
                            }
                        ],
                    },
                ),
            },
            "Accepted",
        ),
        (
            "reserve_now",
            {"id_tag": "A", "expiry_date": LATER, "reservation_id": 5},
            {
                V16: (
                    "ReserveNow",
                    {
                        "connectorId": 1,
                        "idTag": "A",
                        "expiryDate": "2099-01-01T00:00:00Z",
                        "reservationId": 5,
                    },
                ),
                V2: (
                    "ReserveNow",
                    {
                        "evseId": 1,
                        "idToken": {"idToken": "A", "type": "ISO14443"},
                        "expiryDateTime": "2099-01-01T00:00:00Z",
                        "id": 5,
                    },
                ),
            },
            "Accepted",
        ),
        (
            "install_certificate",
            {
                "certificate_type": "central_system_root_certificate",
                "certificate": PEM,
            },
            {
                V16: (
                    "InstallCertificate",
                    {
                        "certificateType": "CentralSystemRootCertificate",
                        "certificate": PEM,
                    },
                ),
                V2: (
                    "InstallCertificate",
                    {"certificateType": "CSMSRootCertificate", "certificate": PEM},
                ),
            },
            "Accepted",
        ),
    ],
)
async def test_an_action_reaches_either(
    box: Client,
    call: Call,
    action: str,
    data: Json,
    sent: dict[str, tuple[str, Json]],
    told: str | None,
) -> None:
    """In the words of its version, and the answer is the same."""
    name, payload = sent[V2 if isinstance(box, V2Station) else V16]
    status = told or "Accepted"
    box.answers[name] = {"status": status}
    answer = await call(action, **data)
    words = {"AcceptedCanceled": "accepted_canceled"}
    assert answer["status"] == words.get(status, status.lower())
    assert box.received == [(name, payload)]


async def test_a_refusal_is_told_by_either(box: Client, call: Call) -> None:
    """OCPP 2 may give a reason."""
    box.answers["Reset"] = {"status": "Rejected"}
    with pytest.raises(HomeAssistantError) as err:
        await call("reset", type="soft")
    assert str(err.value) == "Garage refused Reset: Rejected"
    if isinstance(box, V2Station):
        box.answers["Reset"]["statusInfo"] = {
            "reasonCode": "NotEnabled",
            "additionalInfo": "later",
        }
        with pytest.raises(HomeAssistantError) as err:
            await call("reset", type="soft")
        said = "Garage refused Reset: Rejected (NotEnabled: later)"
        assert str(err.value) == said


async def test_what_only_one_version_has_is_said(box: Client, call: Call) -> None:
    """An action and a field of OCPP 2.0.1 name both versions where they are none."""
    box.answers["SetDisplayMessage"] = {"status": "Accepted"}
    if isinstance(box, V2Station):
        answer = await call(
            "set_display_message", message="Hi", priority="in_front", id=3
        )
        assert answer == {"status": "accepted"}
        answer = await call("set_display_message", message="Hi", priority="in_front")
        assert box.received[-1][1]["message"]["id"] == answer["id"]
        await call("reset", type="hard", connector_id=1)
        assert box.received[-1] == ("Reset", {"type": "Immediate", "evseId": 1})
        return
    with pytest.raises(ServiceValidationError) as err:
        await call("set_display_message", message="Hi", priority="in_front")
    assert key_of(err.value) == "ocpp_cs.not_in_version"
    assert "OCPP 1.6" in str(err.value)
    assert "OCPP 2.0.1" in str(err.value)
    with pytest.raises(ServiceValidationError) as err:
        await call("reset", type="hard", connector_id=1)
    assert key_of(err.value) == "ocpp_cs.field_not_in_version"
    with pytest.raises(ServiceValidationError) as err:
        await call("trigger_message", requested_message="transaction_event")
    said = (
        "Garage speaks OCPP 1.6, which has no transaction_event. That needs OCPP 2.0.1"
    )
    assert str(err.value) == said
    assert not box.received


def _shown(hass: HomeAssistant) -> int | None:
    """Return the id of the reservation that the sensor shows."""
    registry = er.async_get(hass)
    sensor = registry.async_get_entity_id("sensor", DOMAIN, "CP1/1/reservation")
    state = hass.states.get(sensor or "sensor.none")
    return None if state is None else state.attributes.get("reservation_id")


async def test_what_only_2_1_has_is_said(box: Client, call: Call) -> None:
    """An action, a field and a value each name the version that they need."""
    for action, data, key in (
        (
            "set_der_control",
            {"control_type": "volt_var", "is_default": True, "settings": {}},
            "not_in_version",
        ),
        ("reset", {"type": "resume"}, "not_in_version"),
        (
            "trigger_message",
            {"requested_message": "heartbeat", "custom_trigger": "x"},
            "field_not_in_version",
        ),
    ):
        with pytest.raises(ServiceValidationError) as err:
            await call(action, **data)
        assert key_of(err.value) == f"ocpp_cs.{key}"
        assert err.value.translation_placeholders is not None
        assert err.value.translation_placeholders["other"] == "2.1"
    assert box.received == []


async def test_a_reservation_is_shown_until_it_ends(
    hass: HomeAssistant, box: Client, call: Call
) -> None:
    """The sensor is that of any version."""
    await call("reserve_now", id_tag="A", expiry_date=LATER, reservation_id=5)
    await wait_for(hass, lambda: _shown(hass) == 5)
    await call("cancel_reservation")
    await wait_for(hass, lambda: _shown(hass) is None)
    assert box.received[-1] == ("CancelReservation", {"reservationId": 5})
