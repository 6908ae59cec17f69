"""The authorization cache, and data of the vendor's own."""

from pytest_homeassistant_custom_component.common import async_capture_events

from .cases import case
from .charge_point import ChargePoint
from .home import Home


@case("TC_061_CSMS", "Clear the authorization cache")
async def test_clear_cache(home: Home, cp: ChargePoint) -> None:
    cp.answers["ClearCache"] = {"status": "Accepted"}
    assert await home.act("clear_cache") == {"status": "accepted"}
    assert cp.asked("ClearCache") == [{}]
    await home.shows_status("available")


@case("TC_064_CSMS", "Data transfer to the central system")
async def test_data_transfer(home: Home, cp: ChargePoint) -> None:
    events = async_capture_events(home.hass, "ocpp_cs_event")
    answer = await cp.call(
        "DataTransfer", vendorId="com.example", messageId="Hello", data="1"
    )
    assert answer == {"status": "UnknownVendorId"}
    # It is nothing to the central system, but maybe to an automation.
    await home.hass.async_block_till_done()
    (event,) = events
    assert event.data["type"] == "data_transfer"
    assert event.data["device_id"] == home.device_id
    assert event.data["data"] == {
        "direction": "received",
        "vendor_id": "com.example",
        "message_id": "Hello",
        "data": "1",
        "status": "unknown_vendor_id",
        "answer": None,
    }
