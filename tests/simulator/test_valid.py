"""Whatever a charger that behaves sends fits the schemas of OCPP 1.6.

And the simulator is a witness of its own: it knows nothing of the integration.
"""

import ast
import asyncio
from collections.abc import Callable
from functools import cache
import json
from pathlib import Path
from typing import Any

import jsonschema
import ocpp
import pytest

import simulator
from simulator import Bender, Car, ChargePoint, Evc5, Generic, GoE
from simulator.security.certificates import hash_data
from tests.simulator.central import Central
from tests.simulator.helpers import FAST, IN_AN_HOUR, default_profile
from tests.simulator.pki import authority

SCHEMAS = Path(ocpp.__file__).parent / "v16" / "schemas"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("GetConfiguration", {}),
    ("GetConfiguration", {"key": ["NoSuchKey", "HeartbeatInterval"]}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "5"}),
    ("ChangeConfiguration", {"key": "NumberOfConnectors", "value": "5"}),
    ("ChangeConfiguration", {"key": "NoSuchKey", "value": "5"}),
    ("SetChargingProfile", default_profile(10)),
    ("SetChargingProfile", default_profile(10, stackLevel=99)),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}),
    ("ClearChargingProfile", {}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "x", "messageId": "y", "data": "z"}),
    ("GetLocalListVersion", {}),
    (
        "SendLocalList",
        {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "A", "idTagInfo": {"status": "Accepted"}}
            ],
        },
    ),
    ("UnlockConnector", {"connectorId": 1}),
    ("UnlockConnector", {"connectorId": 7}),
    *(
        ("TriggerMessage", {"requestedMessage": message})
        for message in (
            "BootNotification",
            "DiagnosticsStatusNotification",
            "FirmwareStatusNotification",
            "Heartbeat",
            "MeterValues",
            "StatusNotification",
        )
    ),
    ("GetDiagnostics", {"location": "ftp://x/"}),
    ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
    ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    (
        "ReserveNow",
        {
            "connectorId": 1,
            "expiryDate": IN_AN_HOUR,
            "idTag": "A",
            "reservationId": 1,
        },
    ),
    ("CancelReservation", {"reservationId": 1}),
    ("RemoteStartTransaction", {"idTag": "A", "connectorId": 1}),
    ("RemoteStopTransaction", {"transactionId": 1}),
    ("UpdateFirmware", {"location": "ftp://x/", "retrieveDate": IN_AN_HOUR}),
    ("Reset", {"type": "Soft"}),
]


@cache
def validator(name: str) -> jsonschema.Draft4Validator:
    text = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8-sig")
    return jsonschema.Draft4Validator(json.loads(text))


def check(name: str, payload: dict[str, Any]) -> None:
    errors = list(validator(name).iter_errors(payload))
    assert not errors, (name, payload, errors)


@pytest.mark.parametrize("make", [Generic, Bender, Evc5, GoE])
async def test_everything_that_is_sent(
    central: Central, make: Callable[..., ChargePoint]
) -> None:
    options = FAST | {"sample_interval": 10, "reboot_seconds": 0.01, "noise": 1.0}
    answered = 0
    async with make(central.url, "237512", **options) as charger:
        await charger.wait_idle()
        for action, payload in CALLS:
            answer = await central.call(action, payload)
            if answer[0] == 3:
                check(f"{action}Response", answer[2])
                answered += 1
            else:
                assert answer[2] == "NotImplemented"
        await central.wait(lambda: central.actions.count("BootNotification") >= 3)
        await charger.wait_idle()
        await charger.plug(1, Car())
        await charger.wait_idle()
        if charger.connector(1).transaction is None:
            await charger.present_card("CARD")
        await charger.drop()
        await charger.clock.sleep(30)
        await charger.reconnect()
        before = len(central.of("MeterValues"))
        await central.expect("MeterValues", before + 2)
        await charger.set_status(1, "Faulted", error_code="GroundFailure")
        await charger.unplug(1)
        await central.expect("StopTransaction")
        if isinstance(charger, Bender):
            charger.web_login()
            charger.send_totals()
        await charger.wait_idle()
        assert charger.violations == []
    assert answered > 20
    for action, payload in central.calls:
        check(action, payload)


async def test_all_twenty_eight_messages(central: Central) -> None:
    async with Generic(central.url, "CP", **FAST) as charger:
        await charger.wait_idle()
        for action, payload in CALLS:
            assert (await central.call(action, payload))[0] == 3, action
    assert len({action for action, _ in CALLS}) == 19  # the rest the charger calls


async def test_security_extension(central: Central) -> None:
    """As the others, but not all chargers know it."""
    home = authority()
    root = "CentralSystemRootCertificate"
    central.rules["SignCertificate"] = {"status": "Accepted"}
    async with Generic(central.url, "CP", **FAST) as charger:
        await charger.wait_idle()
        await charger.request_certificate()
        csr = central.of("SignCertificate")[0]["csr"]
        for action, payload in (
            ("GetInstalledCertificateIds", {"certificateType": root}),
            ("InstallCertificate", {"certificateType": root, "certificate": home.pem}),
            ("GetInstalledCertificateIds", {"certificateType": root}),
            ("ExtendedTriggerMessage", {"requestedMessage": "LogStatusNotification"}),
            ("CertificateSigned", {"certificateChain": "nonsense"}),
            ("CertificateSigned", {"certificateChain": home.answer(csr)}),
            ("DeleteCertificate", {"certificateHashData": hash_data(home.certificate)}),
        ):
            check(action, payload)
            answer = await central.call(action, payload)
            assert answer[0] == 3, action
            check(f"{action}Response", answer[2])
        await charger.wait_idle()
    assert {"LogStatusNotification", "SecurityEventNotification"} <= {*central.actions}
    for action, payload in central.calls:
        check(action, payload)


async def test_many_at_once(central: Central) -> None:
    chargers = [Generic(central.url, f"CP{n}", seed=n) for n in range(100)]
    await asyncio.gather(*(charger.start() for charger in chargers))
    await asyncio.gather(*(charger.wait_idle(30) for charger in chargers))
    await asyncio.gather(*(charger.stop() for charger in chargers))
    assert len(set(central.paths)) == 100
    assert central.actions.count("BootNotification") == 100


def test_the_simulator_does_not_know_the_integration() -> None:
    allowed = {"aiohttp", "cryptography", "websockets", "simulator"}
    paths = list(Path(simulator.__file__).parent.rglob("*.py"))
    assert paths
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in allowed or top in _standard(), (path, name)


def _standard() -> frozenset[str]:
    import sys

    return frozenset(sys.stdlib_module_names)
