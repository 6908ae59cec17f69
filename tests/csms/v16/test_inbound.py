"""DataTransfer and the security extension, as charge points send them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import DiagnosticsStatus, FirmwareStatus
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.v16.version import load_schemas
from tests.csms.client import CallFailed, Client, Json
from tests.csms.test_central_system import World, until

ISO15118 = "org.openchargealliance.iso15118pnc"


@dataclass
class Box:
    """A charge point that is set up, and what was heard of it."""

    charge_point: ChargePoint
    client: Client
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def call(self, action: str, payload: Json) -> Json:
        """Return the answer to a call, which has to be a valid one."""
        answer = await self.client.call(action, payload)
        schema = load_schemas().response(action)
        assert schema is not None
        assert schema.valid(answer)
        return answer


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    """Return a charge point that is connected and set up."""
    world = World(MemoryStore())
    await world.start()
    charge_point = world.adopt()
    async with world.client() as client:
        await client.boot()
        await until(lambda: charge_point.ready)
        box = Box(charge_point, client)
        charge_point.listen(
            lambda kind, data: (
                box.heard.append((kind, data)) if kind != "boot" else None
            )
        )
        yield box
    await world.central_system.stop()


@pytest.mark.parametrize(
    ("vendor_id", "message_id", "status"),
    [
        *(
            (ISO15118, name, "Rejected")
            for name in (
                "Authorize",
                "CertificateSigned",
                "DeleteCertificate",
                "Get15118EVCertificate",
                "GetCertificateStatus",
                "GetInstalledCertificateIds",
                "InstallCertificate",
                "SignCertificate",
                "TriggerMessage",
            )
        ),
        (ISO15118.upper(), "Authorize", "Rejected"),
        (ISO15118, "Reset", "UnknownMessageId"),
        (ISO15118, None, "UnknownMessageId"),
        ("com.example", "Authorize", "UnknownVendorId"),
        ("", None, "UnknownVendorId"),
    ],
)
async def test_a_data_transfer_is_answered_and_told(
    box: Box, vendor_id: str, message_id: str | None, status: str
) -> None:
    told = {"messageId": message_id} if message_id is not None else {}
    payload = {"vendorId": vendor_id, "data": '{"a": 1}', **told}
    assert await box.call("DataTransfer", payload) == {"status": status}
    await until(lambda: box.heard)
    assert box.heard == [
        (
            "data_transfer",
            {
                "direction": "received",
                "vendor_id": vendor_id,
                "message_id": message_id,
                "data": '{"a": 1}',
                "status": {
                    "Rejected": "rejected",
                    "UnknownMessageId": "unknown_message_id",
                    "UnknownVendorId": "unknown_vendor_id",
                }[status],
                "answer": None,
            },
        )
    ]


async def test_data_that_is_no_text_is_told_as_json(box: Box) -> None:
    answer = await box.call("DataTransfer", {"vendorId": "V", "data": {"a": [1]}})
    assert answer == {"status": "UnknownVendorId"}
    await until(lambda: box.heard)
    assert box.heard[0][1]["data"].replace(" ", "") == '{"a":[1]}'


async def test_a_request_for_a_certificate_is_passed_on(box: Box) -> None:
    csr = "-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----"
    answer = await box.call("SignCertificate", {"csr": f"{csr}\n"})
    assert answer == {"status": "Accepted"}
    await until(lambda: box.heard)
    assert box.heard == [("sign_certificate", {"csr": csr})]


async def test_a_request_that_cannot_be_signed_is_rejected(box: Box) -> None:
    asked: list[str] = []

    def check(csr: str) -> bool:
        asked.append(csr)
        return csr == "good"

    box.charge_point.check_csr = check
    for csr, status in (("bad", "Rejected"), (" good\n", "Accepted")):
        answer = await box.call("SignCertificate", {"csr": csr})
        assert answer == {"status": status}
    assert asked == ["bad", "good"]
    await until(lambda: box.heard)
    assert box.heard == [("sign_certificate", {"csr": "good"})]


async def test_nobody_else_gets_a_certificate(box: Box) -> None:
    """It would be the charge point, from then on."""
    box.charge_point.acquaintance.address = "192.0.2.1"
    assert not box.charge_point.acquaintance.is_known
    answer = await box.call("SignCertificate", {"csr": "good"})
    assert answer == {"status": "Rejected"}
    await until(lambda: box.heard)
    assert box.heard == [("withheld", {"action": "CertificateSigned"})]


async def test_a_request_for_nothing_is_rejected(box: Box) -> None:
    answer = await box.call("SignCertificate", {"csr": " \n"})
    assert answer == {"status": "Rejected"}
    assert await box.call("Heartbeat", {})
    assert box.heard == []


async def test_security_events_are_passed_on(box: Box) -> None:
    for more in ({"techInfo": "door"}, {}):
        payload = {
            "type": "TamperDetectionActivated",
            "timestamp": "2026-11-20T12:00:00+01:00",
            **more,
        }
        assert await box.call("SecurityEventNotification", payload) == {}
    await until(lambda: len(box.heard) == 2)
    time = datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert box.heard == [
        (
            "security_event",
            {
                "type": "TamperDetectionActivated",
                "timestamp": time,
                "tech_info": tech_info,
            },
        )
        for tech_info in ("door", None)
    ]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("BadMessage", DiagnosticsStatus.BAD_MESSAGE),
        ("Idle", DiagnosticsStatus.IDLE),
        ("NotSupportedOperation", DiagnosticsStatus.NOT_SUPPORTED_OPERATION),
        ("PermissionDenied", DiagnosticsStatus.PERMISSION_DENIED),
        ("Uploaded", DiagnosticsStatus.UPLOADED),
        ("UploadFailure", DiagnosticsStatus.UPLOAD_FAILED),
        ("Uploading", DiagnosticsStatus.UPLOADING),
    ],
)
async def test_the_upload_of_a_log_is_followed(
    box: Box, told: str, status: DiagnosticsStatus
) -> None:
    payload = {"status": told, "requestId": 1}
    assert await box.call("LogStatusNotification", payload) == {}
    assert box.charge_point.diagnostics_status is status


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("Downloaded", FirmwareStatus.DOWNLOADED),
        ("DownloadFailed", FirmwareStatus.DOWNLOAD_FAILED),
        ("Downloading", FirmwareStatus.DOWNLOADING),
        ("DownloadScheduled", FirmwareStatus.DOWNLOAD_SCHEDULED),
        ("DownloadPaused", FirmwareStatus.DOWNLOAD_PAUSED),
        ("Idle", FirmwareStatus.IDLE),
        ("InstallationFailed", FirmwareStatus.INSTALLATION_FAILED),
        ("Installing", FirmwareStatus.INSTALLING),
        ("Installed", FirmwareStatus.INSTALLED),
        ("InstallRebooting", FirmwareStatus.INSTALL_REBOOTING),
        ("InstallScheduled", FirmwareStatus.INSTALL_SCHEDULED),
        ("InstallVerificationFailed", FirmwareStatus.INSTALL_VERIFICATION_FAILED),
        ("InvalidSignature", FirmwareStatus.INVALID_SIGNATURE),
        ("SignatureVerified", FirmwareStatus.SIGNATURE_VERIFIED),
    ],
)
async def test_a_signed_update_is_followed(
    box: Box, told: str, status: FirmwareStatus
) -> None:
    payload = {"status": told, "requestId": 1}
    assert await box.call("SignedFirmwareStatusNotification", payload) == {}
    assert box.charge_point.firmware_status is status


def test_every_status_is_followed() -> None:
    """Those above are all that the specification has."""
    for action, tested in (
        ("LogStatusNotification", test_the_upload_of_a_log_is_followed),
        ("SignedFirmwareStatusNotification", test_a_signed_update_is_followed),
    ):
        schema = load_schemas().request(action)
        assert schema is not None
        cases = tested.pytestmark[0].args[1]  # type: ignore[attr-defined]
        statuses = schema.definition["properties"]["status"]["enum"]
        assert {told for told, _ in cases} == set(statuses)


@pytest.mark.parametrize(
    "action",
    [
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "SignedFirmwareStatusNotification",
    ],
)
@pytest.mark.parametrize("payload", [{"status": "Dancing"}, {"status": 5}, {}])
async def test_a_status_that_there_is_not_changes_nothing(
    box: Box, action: str, payload: dict[str, Any]
) -> None:
    box.charge_point.set_firmware_status(FirmwareStatus.INSTALLING)
    box.charge_point.set_diagnostics_status(DiagnosticsStatus.UPLOADING)
    assert await box.client.call(action, payload) == {}
    assert box.charge_point.firmware_status is FirmwareStatus.INSTALLING
    assert box.charge_point.diagnostics_status is DiagnosticsStatus.UPLOADING
    assert box.charge_point.deviations.counts


@pytest.mark.parametrize(
    "action",
    [
        "DataTransfer",
        "LogStatusNotification",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
    ],
)
async def test_nobody_hears_of_a_charge_point_that_is_not_adopted(action: str) -> None:
    world = World(MemoryStore())
    await world.start()
    async with world.client() as client:
        await client.boot()
        with pytest.raises(CallFailed) as err:
            await client.call(action, {"csr": "X", "vendorId": "V", "status": "Idle"})
        assert err.value.code == "SecurityError"
    await world.central_system.stop()
