"""What a station tells of the grid, payments and batteries: answered, kept and told on."""

from typing import Any

import pytest

from tests.csms.test_central_system import until

from .conftest import Box

NOON = "2026-11-30T12:00:00Z"
TOKEN = {"idToken": "00AABBCCDD", "type": "EVCCID"}


@pytest.mark.parametrize(
    ("action", "payload", "kind", "told", "kept"),
    [
        (
            "NotifyDERAlarm",
            {
                "controlType": "HVMustTrip",
                "gridEventFault": "OverVoltage",
                "timestamp": NOON,
                "extraInfo": "x" * 200,
            },
            "der_alarm",
            {
                "control_type": "hv_must_trip",
                "grid_event_fault": "over_voltage",
                "ended": False,
                "timestamp": NOON,
                "info": "x" * 200,
            },
            {"control_type", "grid_event_fault", "ended", "timestamp", "info"},
        ),
        (
            "NotifyDERStartStop",
            {
                "controlId": "q-1",
                "started": True,
                "timestamp": NOON,
                "supersededIds": ["q-0"],
            },
            "der_control",
            {
                "control_id": "q-1",
                "started": True,
                "superseded_ids": ["q-0"],
                "timestamp": NOON,
            },
            {"control_id", "started", "superseded_ids", "timestamp"},
        ),
        (
            "NotifySettlement",
            {
                "pspRef": "ref",
                "status": "Settled",
                "settlementAmount": 4.2,
                "settlementTime": NOON,
                "vatCompany": {
                    "name": "Acme",
                    "address1": "Road 1",
                    "city": "Town",
                    "country": "DE",
                },
            },
            "settlement",
            {
                "status": "settled",
                "amount": 4.2,
                "timestamp": NOON,
                "transaction_id": None,
                "info": None,
                "psp_ref": "ref",
                "receipt_id": None,
                "receipt_url": None,
                "vat_number": None,
                "vat_company": {
                    "name": "Acme",
                    "address1": "Road 1",
                    "city": "Town",
                    "country": "DE",
                },
            },
            {"status", "amount", "timestamp"},
        ),
        (
            "BatterySwap",
            {
                "eventType": "BatteryIn",
                "requestId": 5,
                "idToken": TOKEN,
                "batteryData": [
                    {"evseId": 2, "serialNumber": "B-1", "soC": 10.5, "soH": 99}
                ],
            },
            "battery_swap",
            {
                "event": "battery_in",
                "request_id": 5,
                "batteries": [{"connector_id": 2, "soc": 10.5, "soh": 99}],
                "id_tag": "00AABBCCDD",
                "serial_numbers": ["B-1"],
            },
            {"event", "request_id", "batteries"},
        ),
    ],
)
async def test_a_notice_is_kept_and_told_on(
    box: Box,
    action: str,
    payload: dict[str, Any],
    kind: str,
    told: dict[str, Any],
    kept: set[str],
) -> None:
    """Who it is about is not in diagnostics."""
    assert await box.station.call(action, payload) == {}
    await until(lambda: (kind, told) in box.told)
    assert box.charge_point.reported["notices"]() == [
        {"kind": kind, **{name: told[name] for name in kept}}
    ]


async def test_wrong_words_are_mended(box: Box) -> None:
    """What is not essential is taken as it can be; the rest is refused by its field."""
    assert (
        await box.station.call("NotifyDERAlarm", {"gridEventFault": "Lightning"}) == {}
    )
    assert (
        await box.station.call(
            "BatterySwap",
            {
                "eventType": "battery_out",
                "idToken": {"idToken": "X"},
                "batteryData": [{"serialNumber": 7}],
            },
        )
        == {}
    )
    kinds = [(one["kind"], one) for one in box.charge_point.reported["notices"]()]
    assert [kind for kind, _ in kinds] == ["der_alarm", "battery_swap"]
    assert kinds[0][1]["grid_event_fault"] == "lightning"
    assert kinds[1][1]["event"] == "battery_out"
    for _ in range(60):
        await box.station.call("NotifyDERAlarm", {})
    assert len(box.charge_point.reported["notices"]()) == 50


async def test_the_controls_of_the_grid_are_collected(box: Box) -> None:
    """They come in pieces of several types (R04.FR.32)."""

    def report(payload: dict[str, Any]) -> dict[str, Any]:
        gradient = {"priority": 1, "gradient": 2, "softGradient": 3}
        for number in range(2):
            box.station.later(
                "ReportDERControl",
                {
                    "requestId": payload["requestId"],
                    "tbc": number == 0,
                    "gradient": [{"id": f"g{number}", "gradient": gradient}],
                },
            )
        return {"status": "Accepted"}

    box.station.answers["GetDERControl"] = report
    answer = await box.charge_point.commands.call("get_der_control", is_default=True)
    assert answer["complete"] is True
    assert [one["id"] for one in answer["controls"]["gradient"]] == ["g0", "g1"]


async def test_what_nobody_can_tell_here_is_told_as_such(box: Box) -> None:
    """No VAT number is vouched for, and no certificate."""
    answer = await box.station.call("VatNumberValidation", {"vatNumber": "DE1"})
    assert answer["status"] == "Rejected"
    assert answer["vatNumber"] == "DE1"
    hashes = {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "a",
        "issuerKeyHash": "b",
        "serialNumber": "c",
    }
    answer = await box.station.call(
        "GetCertificateChainStatus",
        {
            "certificateStatusRequests": [
                {"certificateHashData": hashes, "source": "CRL", "urls": ["http://x"]}
            ]
        },
    )
    (told,) = answer["certificateStatus"]
    assert (told["status"], told["certificateHashData"]) == ("Failed", hashes)
