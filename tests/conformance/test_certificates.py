"""Certificates that are signed, installed and deleted, and events about them."""

from cryptography import x509
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from .cases import case
from .charge_point import ChargePoint, at
from .home import Home
from .pki import Authority, PrivateKey, new_key, signing_request

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}
SERIAL = "SN-0001"


async def _request_is_signed(
    home: Home, cp: ChargePoint, key: PrivateKey, authority: Authority
) -> str:
    """Ask for a request, and let an automation have it signed; return the answer."""
    cp.answers["ExtendedTriggerMessage"] = ACCEPTED
    events = async_capture_events(home.hass, "ocpp_cs_event")
    answer = await home.act(
        "extended_trigger_message", requested_message="sign_charge_point_certificate"
    )
    assert answer == {"status": "accepted"}
    assert cp.asked("ExtendedTriggerMessage") == [
        {"requestedMessage": "SignChargePointCertificate"}
    ]
    request = signing_request(key, SERIAL)
    assert await cp.call("SignCertificate", csr=request) == ACCEPTED
    await home.hass.async_block_till_done()
    (event,) = events
    assert event.data["type"] == "sign_certificate"
    assert event.data["device_id"] == home.device_id
    return authority.sign(event.data["data"]["csr"])


@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA"])
async def test_somebody_else_signs(home: Home, cp: ChargePoint, algorithm: str) -> None:
    """Where there is no encryption: an automation takes the event, and the action."""
    key, authority = new_key(algorithm), Authority(algorithm)
    signed = await _request_is_signed(home, cp, key, authority)
    cp.answers["CertificateSigned"] = ACCEPTED
    answer = await home.act("certificate_signed", certificate_chain=signed)
    assert answer == {"status": "accepted"}
    (asked,) = cp.asked("CertificateSigned")
    certificate = x509.load_pem_x509_certificate(asked["certificateChain"].encode())
    assert certificate.public_key() == key.public_key()
    assert certificate.subject.rfc4514_string() == f"CN={SERIAL},O=Example"


@case("TC_075_1_CSMS", "Install a certificate, ManufacturerRootCertificate")
async def test_install_manufacturer_root(home: Home, cp: ChargePoint) -> None:
    await _installed(home, cp, "ManufacturerRootCertificate")


@case("TC_075_2_CSMS", "Install a certificate, CentralSystemRootCertificate")
async def test_install_central_system_root(home: Home, cp: ChargePoint) -> None:
    await _installed(home, cp, "CentralSystemRootCertificate")


async def _installed(
    home: Home, cp: ChargePoint, kind: str, algorithm: str = "SHA256"
) -> dict[str, str]:
    """Install a certificate; return what the charge point says that it has."""
    authority = Authority()
    hash_data = authority.hash_data(algorithm)
    cp.answers["InstallCertificate"] = ACCEPTED
    cp.answers["GetInstalledCertificateIds"] = {
        "status": "Accepted",
        "certificateHashData": [hash_data],
    }
    answer = await home.act(
        "install_certificate", certificate_type=kind, certificate=authority.pem
    )
    assert answer == {"status": "accepted"}
    assert cp.asked("InstallCertificate") == [
        {"certificateType": kind, "certificate": authority.pem}
    ]
    answer = await home.act("get_installed_certificate_ids", certificate_type=kind)
    assert cp.asked("GetInstalledCertificateIds") == [{"certificateType": kind}]
    (found,) = answer["certificate_hash_data"]
    assert found == {
        "hash_algorithm": algorithm.lower(),
        "issuer_name_hash": hash_data["issuerNameHash"],
        "issuer_key_hash": hash_data["issuerKeyHash"],
        "serial_number": hash_data["serialNumber"],
    }
    return hash_data


@case("TC_076_CSMS", "Delete a certificate")
@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_delete(home: Home, cp: ChargePoint, algorithm: str) -> None:
    kind = "CentralSystemRootCertificate"
    hash_data = await _installed(home, cp, kind, algorithm)
    listed = await home.act("get_installed_certificate_ids", certificate_type=kind)
    cp.answers["DeleteCertificate"] = ACCEPTED
    answer = await home.act(
        "delete_certificate", certificate_hash_data=listed["certificate_hash_data"][0]
    )
    assert answer == {"status": "accepted"}
    assert cp.asked("DeleteCertificate") == [{"certificateHashData": hash_data}]
    cp.answers["GetInstalledCertificateIds"] = {"status": "NotFound"}
    listed = await home.act("get_installed_certificate_ids", certificate_type=kind)
    assert listed == {"status": "not_found"}


async def _security_event(home: Home, cp: ChargePoint, name: str, shown: str) -> None:
    answer = await cp.call("SecurityEventNotification", type=name, timestamp=at())
    assert answer == {}
    await home.shows_event("security", shown)


@case("TC_077_CSMS", "Security event, invalid charge point certificate")
async def test_invalid_charge_point_certificate(home: Home, cp: ChargePoint) -> None:
    signed = await _request_is_signed(home, cp, new_key("ECDSA"), Authority())
    cp.answers["CertificateSigned"] = REJECTED
    with home.told("Garage refused CertificateSigned: Rejected"):
        await home.act("certificate_signed", certificate_chain=signed)
    assert len(cp.asked("CertificateSigned")) == 1
    await _security_event(
        home, cp, "InvalidChargePointCertificate", "invalid_charge_point_certificate"
    )


@case("TC_078_CSMS", "Security event, invalid central system certificate")
async def test_invalid_central_system_certificate(home: Home, cp: ChargePoint) -> None:
    kind, certificate = "CentralSystemRootCertificate", Authority().pem
    cp.answers["InstallCertificate"] = REJECTED
    with home.told("Garage refused InstallCertificate: Rejected"):
        await home.act(
            "install_certificate", certificate_type=kind, certificate=certificate
        )
    assert cp.asked("InstallCertificate") == [
        {"certificateType": kind, "certificate": certificate}
    ]
    await _security_event(
        home,
        cp,
        "InvalidCentralSystemCertificate",
        "invalid_central_system_certificate",
    )
