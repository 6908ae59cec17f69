"""The security of a station of OCPP 2.0.1 in its form."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.flows import charger_security
from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.secure_station import SecureStation
from tests.integration.conftest import HOST, charger_subentry, wait_for
from tests.integration.helpers.goe import Flow
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
)
from tests.integration.helpers.raising_v2 import ready

NONE, PASSWORD, TLS, CERTIFICATE = SecurityLevel


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charger_security, "SETTLING", 0)


async def page(hass: HomeAssistant, entry: MockConfigEntry) -> Flow:
    """Open the page about security."""
    (subentry,) = entry.subentries.values()
    manager = hass.config_entries.subentries
    flow = Flow(hass, manager, "config_subentries.charger")
    result = await manager.async_init(
        (entry.entry_id, "charger"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    assert await flow.take(result) == "menu"
    assert await flow.choose("security") == "security"
    return flow


async def test_all_levels_with_two_clicks_each(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    tls_port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point

        flow = await page(hass, setup_integration)
        assert await flow.choose("raise_password") == "raise_confirm"
        assert not station.calls("SetNetworkProfile")
        assert await flow.go() == "raising"
        assert await flow.wait() == "abort:raised_password"
        assert flow.said["password"] == station.password
        assert charge_point.security.level is PASSWORD
        # The address has the secret of the charger, which has its password as well.
        (profile,) = station.calls("SetNetworkProfile")
        url: str = profile["connectionData"]["ocppCsmsUrl"]
        port = hub.central_system.port
        assert url.startswith(f"ws://{HOST}:{port}/")
        assert len(url) > len(f"ws://{HOST}:{port}/")
        assert charge_point.came_with_proof

        await ready(hass, hub)
        flow = await page(hass, setup_integration)
        assert await flow.choose("raise_certificate") == "raise_confirm"
        assert await flow.go() == "raising"
        assert await flow.wait() == "abort:raised"
        assert charge_point.security.level is CERTIFICATE
        assert station.profile["url"].startswith(f"wss://{HOST}:{tls_port}/")
        await wait_for(hass, lambda: credential_of(hub).level is CERTIFICATE)
        assert station.password is not None
        logged = [
            record.getMessage()
            for record in caplog.records
            if record.name.startswith("custom_components")
        ]
        for secret in (station.password, url):
            assert secret not in str(logged)
            assert secret not in str(list(charge_point.frames))


async def test_a_new_password_is_written(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    async with SecureStation(server_url, level=1) as station:
        station.password = "the first of its passwords"
        # Whoever comes with one for the first time is not asked for it yet.
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point
        flow = await page(hass, setup_integration)
        assert await flow.choose("raise_password") == "raise_confirm"
        assert await flow.go() == "raising"
        assert await flow.wait() == "abort:raised_password"
        await ready(hass, hub)

        first = station.password
        flow = await page(hass, setup_integration)
        assert await flow.choose("new_password") == "new_password"
        assert await flow.go() == "abort:password_written"
        assert flow.said["password"] == station.password != first
        await wait_for(hass, lambda: credential_of(hub).pending_password is None)
        await ready(hass, hub)
        assert charge_point.security.with_password
        # What it had before opens nothing any more (A01.FR.03).
        assert len(credential_of(hub).passwords) == 1

        # What is refused is not the password (A01.FR.04).
        station.answers["SetVariables"] = lambda payload: {
            "setVariableResult": [
                {**one, "attributeStatus": "Rejected"}
                for one in (
                    {key: part[key] for key in ("component", "variable")}
                    for part in payload["setVariableData"]
                )
            ]
        }
        flow = await page(hass, setup_integration)
        assert await flow.choose("new_password") == "new_password"
        assert await flow.go() == "new_password"
        assert flow.result["errors"] == {"base": "not_sent"}
        station.restart()
        count = charge_point.connections
        await wait_for(hass, lambda: charge_point.connections > count)
        await ready(hass, hub)
        assert charge_point.security.with_password


@pytest.mark.parametrize("allowed", [True, False])
async def test_less_protection(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    allowed: bool,
) -> None:
    """A station that allows it is told so; of another it is only accepted."""
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.allows_downgrade = allowed
    async with station:
        await ready(hass, hub)
        flow = await page(hass, setup_integration)
        await flow.choose("raise_certificate")
        await flow.go()
        assert (await flow.wait()).startswith("abort:raised")
        await wait_for(hass, lambda: credential_of(hub).level is CERTIFICATE)
        await ready(hass, hub)
        count = len(station.calls("SetNetworkProfile"))
        flow = await page(hass, setup_integration)
        assert await flow.choose("lower") == "lower"
        step = await flow.go(level="tls")
        assert credential_of(hub).level is TLS
        charge_point = charger_of(hub).charge_point
        if not allowed:
            assert step == "abort:lowered"
            assert len(station.calls("SetNetworkProfile")) == count
            assert charge_point.security.level is CERTIFICATE
            return
        assert step == "raising"
        assert await flow.wait() == "abort:goe_lowered"
        assert charge_point.security.level is TLS
        assert charge_point.security.with_password
        assert len(station.priority) == 1
        assert station.profile["level"] == 2


async def test_a_station_that_falls_back_is_told_of(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.profiles[1]["interface"] = station.interface = "Wireless0"
    async with station:
        await ready(hass, hub)
        flow = await page(hass, setup_integration)
        await flow.choose("raise_tls")
        await flow.go()
        assert await flow.wait() == "raise_failed"
        assert "keeps connecting without" in flow.said["reason"]
        assert flow.said["reason"].endswith(
            "The charger is connected as before, and nothing is lost."
        )
        assert await flow.choose("raise_again") == "raise_confirm"
        await flow.go()
        assert (await flow.wait()).startswith("abort:raised")
        assert charger_of(hub).charge_point.security.level is TLS
