"""What a station of OCPP 2.0.1 reports of logs, firmware and its vendor's matters."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import DiagnosticsStatus, FirmwareStatus
from tests.csms.test_central_system import World, until

from .station import V2Station

type Json = dict[str, Any]


async def test_the_status_of_uploads_and_updates(world: World) -> None:
    """With the number of the request; an unknown status changes nothing."""
    charge_point = world.adopt()
    heard: list[tuple[str, Json]] = []
    charge_point.listen(lambda kind, data: heard.append((kind, data)))
    async with V2Station.of(world) as station:
        await station.booted(world)
        for status in ("Uploading", "UploadFailed", "AcceptedCanceled", "Gone"):
            told = {"status": status, "requestId": 4}
            assert await station.call("LogStatusNotification", told) == {}
        assert charge_point.diagnostics_status is DiagnosticsStatus.UPLOAD_FAILED
        for status in ("InstallRebooting", "SignatureVerified", "Juggling", 5, None):
            told = {"status": status, "requestId": 4}
            assert await station.call("FirmwareStatusNotification", told) == {}
        assert charge_point.firmware_status is FirmwareStatus.SIGNATURE_VERIFIED
        await station.call(
            "FirmwareStatusNotification", {"status": "x" * 100_000, "requestId": 4}
        )
    of_requests = [data for kind, data in heard if kind.endswith("_status")]
    assert {data["request_id"] for data in of_requests} == {4}
    assert [data["status"] for data in of_requests] == [
        "uploading",
        "upload_failed",
        "install_rebooting",
        "signature_verified",
    ]
    counted = charge_point.deviations.counts
    assert counted["enum_unknown:FirmwareStatusNotification.status"] == 3


@pytest.mark.parametrize(
    "data", [None, "text", 5, [1, {"a": None}], {"deep": {"er": True}}, "€" * 20_000]
)
async def test_a_message_of_the_vendor_with_any_data(world: World, data: Any) -> None:
    """P02: no vendor is known; listeners get it as it is."""
    charge_point = world.adopt()
    heard: list[Json] = []
    charge_point.listen(
        lambda kind, told: heard.append(told) if kind == "data_transfer" else None
    )
    async with V2Station.of(world) as station:
        await station.booted(world)
        answer = await station.call(
            "DataTransfer", {"vendorId": "V", "messageId": "M", "data": data}
        )
        assert answer == {"status": "UnknownVendorId"}
        await until(lambda: heard)
    assert heard == [
        {
            "direction": "received",
            "vendor_id": "V",
            "message_id": "M",
            "data": data,
            "status": "unknown_vendor_id",
            "answer": None,
        }
    ]


async def test_what_nobody_asked_for_is_answered(world: World) -> None:
    """Pieces without a request, published firmware, a reservation that there is not."""
    charge_point = world.adopt()
    heard: list[Json] = []
    charge_point.listen(
        lambda kind, told: heard.append(told) if kind == "publish_firmware" else None
    )
    async with V2Station.of(world) as station:
        await station.booted(world)
        piece = {"requestId": 1, "seqNo": 0, "generatedAt": "x", "data": "d"}
        assert await station.call("NotifyCustomerInformation", piece) == {}
        assert await station.call("NotifyDisplayMessages", {"requestId": 1}) == {}
        assert (
            await station.call("NotifyMonitoringReport", {"requestId": 1, "seqNo": 0})
            == {}
        )
        update = {"reservationId": 1, "reservationUpdateStatus": "NoTransaction"}
        assert await station.call("ReservationStatusUpdate", update) == {}
        told = {"status": "Published", "requestId": 2, "location": ["http://h/fw"]}
        assert await station.call("PublishFirmwareStatusNotification", told) == {}
        await until(lambda: heard)
    assert heard == [
        {"status": "published", "request_id": 2, "location": ["http://h/fw"]}
    ]
