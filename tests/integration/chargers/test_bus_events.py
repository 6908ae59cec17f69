"""What a charger asks or is told, as events that automations can answer."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import translation
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.chargers.bus_events import ACTIVITY, EVENT
from custom_components.ocpp_cs.logbook import async_describe_events
from simulator import Generic
from tests.integration.conftest import wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_one,
    fixture_subentries,
    fixture_two,
)


@pytest.fixture(name="events")
def fixture_events(hass: HomeAssistant) -> list[Event[dict[str, Any]]]:
    """Return the events of the integration, from now on."""
    return async_capture_events(hass, EVENT)


def test_the_event_has_the_name_of_the_integration() -> None:
    assert EVENT == "ocpp_cs_event"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("x" * 10_240, None),
        ("x" * 10_241, "x" * 10_240),
        ("x" * 200_000, "x" * 10_240),
        ("ä" * 6000, "ä" * 5120),
        ("x" + "€" * 4000, "x" + "€" * 3413),
    ],
)
async def test_what_is_long_is_cut_on_the_bus(
    hass: HomeAssistant,
    two: Generic,
    events: list[Event[dict[str, Any]]],
    sent: str,
    told: str | None,
) -> None:
    two.queue("DataTransfer", {"vendorId": "V", "data": sent})
    await wait_for(hass, lambda: events)
    data = events[0].data["data"]
    assert data["data"] == (told or sent)
    assert data.get("truncated") == (None if told is None else ["data"])


async def test_both_directions_of_a_data_transfer_are_events(
    hass: HomeAssistant,
    two: Generic,
    call: Call,
    device_id: Callable[[str], str],
    events: list[Event[dict[str, Any]]],
) -> None:
    two.queue("DataTransfer", {"vendorId": "V", "messageId": "M", "data": "d"})
    await wait_for(hass, lambda: events)
    # The event is of the charger, also when a connector's device is told.
    with pytest.raises(HomeAssistantError):
        await call("data_transfer", "CP2/1", vendor_id="W", data={"a": 1})
    await wait_for(hass, lambda: len(events) == 2)
    assert [event.data for event in events] == [
        {
            "device_id": device_id("CP2"),
            "type": "data_transfer",
            "data": {
                "direction": "received",
                "vendor_id": "V",
                "message_id": "M",
                "data": "d",
                "status": "unknown_vendor_id",
                "answer": None,
            },
        },
        {
            "device_id": device_id("CP2"),
            "type": "data_transfer",
            "data": {
                "direction": "sent",
                "vendor_id": "W",
                "message_id": None,
                "data": '{"a":1}',
                "status": "unknown_vendor_id",
                "answer": None,
            },
        },
    ]


async def test_an_automation_signs_a_certificate(
    hass: HomeAssistant,
    one: Generic,
    device_id: Callable[[str], str],
) -> None:
    """From the charger's request to its certificate."""
    one._handlers = {
        **one._handlers,
        "CertificateSigned": lambda _self, _payload: {"status": "Accepted"},
    }
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "trigger": {
                    "platform": "event",
                    "event_type": EVENT,
                    "event_data": {"type": "sign_certificate"},
                },
                "action": {
                    "action": "ocpp_cs.certificate_signed",
                    "data": {
                        "device_id": "{{ trigger.event.data.device_id }}",
                        "certificate_chain": (
                            "signed {{ trigger.event.data.data.csr }}"
                        ),
                    },
                },
            }
        },
    )
    one.queue("SignCertificate", {"csr": "CSR"})
    await one.wait_for(lambda: bool(one.calls("CertificateSigned")))
    assert one.calls("CertificateSigned") == [{"certificateChain": "signed CSR"}]
    await hass.async_block_till_done()


async def test_the_logbook_words_them(
    hass: HomeAssistant, one: Generic, device_id: Callable[[str], str]
) -> None:
    described: dict[str, Any] = {}

    def describe(domain: str, event_type: str, words: Any) -> None:
        described[domain, event_type] = words

    async_describe_events(hass, describe)
    words = described["ocpp_cs", ACTIVITY]
    transfer = {
        "direction": "received",
        "vendor_id": "V",
        "message_id": "M",
        "data": None,
        "status": "unknown_vendor_id",
        "answer": None,
    }
    boot = {"vendor": "V", "model": "M", "firmware": None, "reason": None}
    fault = {
        "connector_id": 2,
        "error_code": "ground_failure",
        "vendor_error_code": None,
        "info": None,
    }
    sent = transfer | {"direction": "sent", "message_id": None, "status": "accepted"}
    for kind, data, message in (
        ("data_transfer", transfer, "sent vendor data V M (unknown vendor id)"),
        ("data_transfer", sent, "was sent vendor data V (accepted)"),
        ("sign_certificate", {"csr": "X"}, "asked for a certificate to be signed"),
        (
            "publish_firmware",
            {"status": "checksum_verified"},
            "publishes firmware: checksum verified",
        ),
        ("boot", boot, "started"),
        ("boot", boot | {"firmware": "1.2"}, "started with firmware 1.2"),
        (
            "boot",
            boot | {"firmware": "1.2", "reason": "firmware_update"},
            "started with firmware 1.2 after a firmware update",
        ),
        (
            "boot",
            boot | {"reason": "soft_reset"},
            "started after a restart from Home Assistant",
        ),
        ("fault", fault, "reported a fault at connector 2: Ground fault"),
        (
            "fault",
            fault | {"vendor_error_code": "7", "info": "DC 6 mA"},
            ("reported a fault at connector 2: Ground fault (vendor code 7, DC 6 mA)"),
        ),
        (
            "fault",
            fault | {"connector_id": 0, "error_code": "no_error"},
            "reported a fault",
        ),
        ("upload_received", {"file_name": "a.log"}, "uploaded a.log"),
    ):
        for device, name in ((device_id("CP1"), "Garage"), ("gone", "gone")):
            event = Event(ACTIVITY, {"device_id": device, "type": kind, "data": data})
            assert words(event) == {"name": name, "message": message}


async def test_the_logbook_speaks_the_language_of_home_assistant(
    hass: HomeAssistant, one: Generic, device_id: Callable[[str], str]
) -> None:
    translation.async_setup(hass)
    await hass.config.async_update(language="de")
    await hass.async_block_till_done()
    described: dict[str, Any] = {}

    def describe(domain: str, event_type: str, words: Any) -> None:
        described[domain, event_type] = words

    async_describe_events(hass, describe)
    fault = {
        "connector_id": 2,
        "error_code": "ground_failure",
        "vendor_error_code": "7",
        "info": None,
    }
    boot = {"vendor": "V", "firmware": "1.2", "reason": "soft_reset"}
    said = [
        described["ocpp_cs", ACTIVITY](
            Event(ACTIVITY, {"device_id": device_id("CP1"), "type": kind, "data": data})
        )["message"]
        for kind, data in (("fault", fault), ("boot", boot))
    ]
    assert said == [
        "hat eine Störung an Ladepunkt 2 gemeldet: Fehlerstrom (Herstellercode 7)",
        "ist mit Firmware 1.2 gestartet nach einem Neustart durch Home Assistant",
    ]


async def test_restarts_faults_and_security_events_are_events(
    hass: HomeAssistant,
    one: Generic,
    device_id: Callable[[str], str],
    call: Call,
    events: list[Event[dict[str, Any]]],
) -> None:
    """Each once; a card is a scanned tag of Home Assistant instead.

    The logbook has a line for the event entity of security events already.
    """
    worded = async_capture_events(hass, ACTIVITY)
    event = {"type": "TamperDetectionActivated", "timestamp": "2026-11-20T12:00:00Z"}
    fault = {
        "connectorId": 1,
        "status": "Faulted",
        "errorCode": "GroundFailure",
        "vendorErrorCode": "E7",
    }
    for _ in range(2):
        one.queue("SecurityEventNotification", event)
        one.queue("StatusNotification", fault)
        one.queue("Authorize", {"idTag": "CARD"})
    one.queue("SignCertificate", {"csr": "CSR"})
    await wait_for(hass, lambda: len(events) == 3)
    await call("reset", type="soft")
    await wait_for(hass, lambda: len(events) >= 4)
    assert {event.data["device_id"] for event in events} == {device_id("CP1")}
    told = {event.data["type"]: event.data["data"] for event in events}
    assert list(told) == ["security", "fault", "sign_certificate", "boot"]
    assert [event.data["type"] for event in worded] == [
        "fault",
        "sign_certificate",
        "boot",
    ]
    assert told["security"] == {
        "type": "TamperDetectionActivated",
        "timestamp": "2026-11-20T12:00:00+00:00",
        "tech_info": None,
    }
    assert told["fault"] == {
        "connector_id": 1,
        "error_code": "ground_failure",
        "vendor_error_code": "E7",
        "info": None,
    }
    assert told["boot"] == {
        "vendor": one.vendor,
        "model": one.model,
        "firmware": one.firmware,
        "reason": "soft_reset",
    }


async def test_a_charger_that_was_removed_fires_nothing(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    one: Generic,
    events: list[Event[dict[str, Any]]],
) -> None:
    hub = setup_integration.runtime_data
    charge_point = hub.central_system.charge_points["CP1"]
    (subentry_id,) = (
        key for key, charger in hub.chargers.items() if charger.name == "Garage"
    )
    charge_point.emit("sign_certificate", {"csr": "1"})
    await hass.async_block_till_done()
    hass.config_entries.async_remove_subentry(setup_integration, subentry_id)
    await hass.async_block_till_done()
    charge_point.emit("sign_certificate", {"csr": "2"})
    await hass.async_block_till_done()
    assert [event.data["data"] for event in events] == [{"csr": "1"}]
