"""A station of OCPP 2.0.1 over real TLS while its certificate, and the CA, are replaced."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.certificates.ca_renewal import CaRenewal
from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.authority import facts
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from tests.csms.v2.secure_station import SecureStation
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
)
from tests.integration.helpers.raising_v2 import Raised, fixture_raised, ready  # noqa: F401 - pytest looks for fixtures here


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def test_a_station_stays_through_the_replacement_of_the_ca(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        assert (await raised(SecurityLevel.CERTIFICATE))[0] is None
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point
        certificates = await async_certificates(hass)
        renewal = hub.part(CaRenewal)
        old = certificates.root
        assert old is not None

        def shown() -> str:
            """Return who signed the certificate that the station shows."""
            tls = charge_point.security.tls
            assert tls is not None
            return "" if tls.certificate is None else tls.certificate.issuer

        async def minute(condition: Callable[[], bool]) -> None:
            def passed() -> bool:
                renewal.async_minute_passed()
                hub.part(Signer).async_minute_passed()
                return condition()

            await wait_for(hass, passed)

        assert shown() == facts(old).subject
        await certificates.async_begin_renewal()
        new = certificates.next_root
        assert new is not None
        await minute(lambda: certificates.root == new)
        assert station.roots == [old, new]
        # It has its own one renewed, and connects again with it (A02.FR.08).
        await minute(lambda: charge_point.connected and shown() == facts(new).subject)
        assert charge_point.security.level is SecurityLevel.CERTIFICATE
        await minute(lambda: certificates.roots == (new,))


async def test_a_certificate_is_renewed_in_time(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        assert (await raised(SecurityLevel.CERTIFICATE))[0] is None
        await ready(hass, hub)
        first = station.chain
        charge_point = charger_of(hub).charge_point
        count = charge_point.connections
        await hub.part(Levels).credentials.async_change(
            charge_point.id, certificate_ends=dt_util.utcnow() + timedelta(days=59)
        )
        hub.part(Signer).async_minute_passed()
        await wait_for(hass, lambda: station.chain != first)
        await wait_for(hass, lambda: charge_point.connections > count)
        await ready(hass, hub)
        assert charge_point.security.level is SecurityLevel.CERTIFICATE
        ends = credential_of(hub).certificate_ends
        assert ends is not None
        assert ends - dt_util.utcnow() > timedelta(days=700)


async def test_a_request_that_nobody_asked_for_is_signed(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    """A03; the next one, of another name, is not."""
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        assert (await raised(SecurityLevel.TLS))[0] is None
        await ready(hass, hub)
        station.organization = "Somebody"
        assert await station.ask_for_certificate() == {"status": "Accepted"}
        await wait_for(hass, lambda: station.chain)
        assert station.chain is not None
        assert "S2-0815" in facts(station.chain).subject
        await wait_for(hass, lambda: credential_of(hub).certificate_ends)
        station.serial = "CP2"
        assert await station.ask_for_certificate() == {"status": "Rejected"}
        assert len(station.calls("CertificateSigned")) == 1
