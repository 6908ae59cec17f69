"""Passwords, certificates and network profiles of the simulated station."""

from base64 import b64decode
from typing import Any

from cryptography import x509

from simulator.security.certificates import hash_data, read
from simulator.security.settings import SecuritySettings
from tests.simulator.pki import authority, pem
from tests.simulator.v2.csms import Csms, make

PASSWORD = "correct horse battery"


def passwords(csms: Csms) -> list[str]:
    """Return what each connection came with, in order; empty without a password."""
    return [
        b64decode(headers["Authorization"].split()[1]).decode().partition(":")[2]
        if "Authorization" in headers
        else ""
        for headers in csms.headers
    ]


def profile(csms: Csms, level: int, slot: int = 2) -> dict[str, Any]:
    """Return a SetNetworkProfile that leads to a CSMS."""
    return {
        "configurationSlot": slot,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": csms.url,
            "messageTimeout": 30,
            "securityProfile": level,
            "ocppInterface": "Wired0",
        },
    }


async def write(csms: Csms, component: str, name: str, value: str) -> str:
    """Send SetVariables with one variable; return what became of it."""
    data = {
        "component": {"name": component},
        "variable": {"name": name},
        "attributeValue": value,
    }
    answer = await csms.ask("SetVariables", {"setVariableData": [data]})
    return str(answer["setVariableResult"][0]["attributeStatus"])


async def test_a_new_password_counts_from_the_next_connection_on(csms: Csms) -> None:
    settings = SecuritySettings(profile=1)
    async with make(csms, security=settings, password="first password!!") as station:
        await station.wait_idle()
        password = ("SecurityCtrlr", "BasicAuthPassword")
        assert await write(csms, *password, "short") == "Rejected"
        assert await write(csms, *password, PASSWORD) == "Accepted"
        await csms.wait(lambda: len(csms.paths) == 2)
        assert passwords(csms) == ["first password!!", PASSWORD]


async def test_it_moves_to_another_csms_after_a_restart(csms: Csms) -> None:
    async with Csms() as other, make(csms) as station:
        await station.wait_idle()
        answer = await csms.ask("SetNetworkProfile", profile(other, 0))
        assert answer == {"status": "Accepted"}
        priority = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
        assert await write(csms, *priority, "2,1") == "RebootRequired"
        assert await csms.ask("Reset", {"type": "Immediate"}) == {"status": "Accepted"}
        await other.expect("BootNotification")
        await station.wait_idle()
        assert other.paths == ["/ocpp/CS%201%2F%C3%BC"]
        assert station.model.text("OCPPCommCtrlr", "ActiveNetworkProfile") == "2"
        # The slot in use is not changed.
        answer = await other.ask("SetNetworkProfile", profile(csms, 0))
        assert answer["status"] == "Rejected"
        assert other.wrong == []


async def test_it_comes_back_from_an_address_where_nobody_is(csms: Csms) -> None:
    async with make(csms) as station:
        await station.wait_idle()
        nobody = profile(csms, 0)
        nobody["connectionData"]["ocppCsmsUrl"] = "ws://127.0.0.1:9"
        await csms.ask("SetNetworkProfile", nobody)
        await write(csms, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1")
        await csms.ask("Reset", {"type": "Immediate"})
        await csms.expect("BootNotification", 2)
        assert station.model.text("OCPPCommCtrlr", "ActiveNetworkProfile") == "1"


async def test_a_lower_profile_is_refused(csms: Csms) -> None:
    settings = SecuritySettings(profile=1)
    async with make(csms, security=settings, password=PASSWORD) as station:
        await station.wait_idle()
        answer = await csms.ask("SetNetworkProfile", profile(csms, 0))
        assert answer["statusInfo"]["reasonCode"] == "NoSecurityDowngrade"
        # A profile with TLS needs a root.
        answer = await csms.ask("SetNetworkProfile", profile(csms, 2))
        assert answer == {"status": "Accepted"}
        priority = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
        assert await write(csms, *priority, "2") == "Rejected"


async def test_from_a_password_to_a_certificate_of_its_own(csms: Csms) -> None:
    home = authority()
    async with (
        Csms(home.server("127.0.0.1", trusts=True)) as encrypted,
        make(csms, password=PASSWORD) as station,
    ):
        await station.wait_idle()
        root = {"certificateType": "CSMSRootCertificate", "certificate": home.pem}
        assert await csms.ask("InstallCertificate", root) == {"status": "Accepted"}
        installed = await csms.ask("GetInstalledCertificateIds", {})
        (entry,) = installed["certificateHashDataChain"]
        assert entry["certificateType"] == "CSMSRootCertificate"
        (certificate,) = read(home.pem)
        assert entry["certificateHashData"] == hash_data(certificate)
        priority = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
        await csms.ask("SetNetworkProfile", profile(encrypted, 2))
        assert await write(csms, *priority, "2,1") == "RebootRequired"
        await csms.ask("Reset", {"type": "Immediate"})
        await encrypted.expect("BootNotification")
        await station.wait_idle()
        assert station.identity.profile == 2
        # What is less secure is never used again (A05).
        assert list(station.security.slots) == [2]
        assert await station.request_certificate() == "Accepted"
        csr = (await encrypted.expect("SignCertificate"))["csr"]
        request = x509.load_pem_x509_csr(csr.encode())
        assert request.is_signature_valid
        chain = home.answer(csr)
        signed = {
            "certificateChain": chain,
            "certificateType": "ChargingStationCertificate",
        }
        answer = await encrypted.ask("CertificateSigned", signed)
        assert answer == {"status": "Accepted"}
        wrong = pem(home.sign(request.public_key(), "somebody else"))
        answer = await encrypted.ask(
            "CertificateSigned", signed | {"certificateChain": wrong}
        )
        assert answer["status"] == "Rejected"
        event = await encrypted.expect("SecurityEventNotification")
        assert event["type"] == "InvalidChargingStationCertificate"
        await encrypted.ask("SetNetworkProfile", profile(encrypted, 3, slot=3))
        assert await write(encrypted, *priority, "3,2") == "RebootRequired"
        await encrypted.ask("Reset", {"type": "Immediate"})
        await encrypted.expect("BootNotification", 2)
        assert station.identity.profile == 3
        assert encrypted.wrong == []
        named = {"certificateHashData": entry["certificateHashData"]}
        assert await encrypted.ask("DeleteCertificate", named) == {"status": "Accepted"}
