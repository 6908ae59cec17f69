"""The download of the CA certificate, for people and chargers that have no login."""

from cryptography import x509
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.const import DOMAIN


@pytest.mark.parametrize("form", ["pem", "der"])
async def test_there_is_nothing_before_there_is_a_ca(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, form: str
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client_no_auth()
    assert (await client.get(f"/api/ocpp_cs/ca.{form}")).status == 404
    # To ask for it does not make one.
    assert (await async_certificates(hass)).root is None


async def test_anybody_may_have_the_ca_and_nothing_else(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client_no_auth()
    certificates = await async_certificates(hass)
    await certificates.async_pairs(["homeassistant.local"])
    pem = await client.get("/api/ocpp_cs/ca.pem")
    assert pem.status == 200
    assert pem.headers["Content-Type"] == "application/x-pem-file"
    assert pem.headers["Content-Disposition"] == 'attachment; filename="ocpp-ca.pem"'
    assert await pem.text() == certificates.root
    der = await client.get("/api/ocpp_cs/ca.der")
    assert der.status == 200
    assert der.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert der.headers["Content-Disposition"] == 'attachment; filename="ocpp-ca.der"'
    assert certificates.root is not None
    assert x509.load_der_x509_certificate(
        await der.read()
    ) == x509.load_pem_x509_certificate(certificates.root.encode())


async def test_the_next_one_is_there_as_well(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client_no_auth()
    certificates = await async_certificates(hass)
    await certificates.async_begin_renewal()
    both = await (await client.get("/api/ocpp_cs/ca.pem")).text()
    assert certificates.root is not None and certificates.next_root is not None
    assert both == certificates.root + certificates.next_root
    assert "PRIVATE" not in both
    assert len(x509.load_pem_x509_certificates(both.encode())) == 2
