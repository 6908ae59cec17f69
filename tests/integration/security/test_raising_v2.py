"""Stations of OCPP 2.0.1 are raised by network profiles: real sockets, real TLS."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.v2.security.network_profiles import NetworkProfiles
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import raises as raises_module
from custom_components.ocpp_cs.security.raises import Raises
from simulator import ChargingStation, SecuritySettings
from tests.csms.v2.secure_station import SecureStation
from tests.integration.conftest import HOST, AddCharger, charger_subentry, wait_for
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
)
from tests.integration.helpers.raising_v2 import Raised, fixture_raised, ready  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.repairs import shown

NONE, PASSWORD, TLS, CERTIFICATE = SecurityLevel


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def test_from_nothing_to_a_certificate_step_by_step(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point
        assert charge_point.security.level is NONE

        assert await raised(PASSWORD) == (
            None,
            ["password", "level", "restart", "waiting"],
        )
        assert charge_point.security.level is PASSWORD
        await wait_for(hass, lambda: credential_of(hub).level is PASSWORD)
        (profile,) = station.calls("SetNetworkProfile")
        assert profile["configurationSlot"] == 0
        assert profile["connectionData"] == {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": server_url.rstrip("/"),
            "messageTimeout": 25,
            "securityProfile": 1,
            "ocppInterface": "Wired0",
        }
        assert station.calls("Reset") == [{"type": "OnIdle"}]

        assert await raised(TLS) == (
            None,
            ["root", "level", "restart", "waiting"],
        )
        assert charge_point.security.level is TLS
        assert charge_point.security.with_password
        await wait_for(hass, lambda: credential_of(hub).level is TLS)

        assert await raised(CERTIFICATE) == (
            None,
            ["request", "level", "restart", "waiting"],
        )
        assert charge_point.security.level is CERTIFICATE
        await wait_for(hass, lambda: credential_of(hub).level is CERTIFICATE)
        assert station.organization == "Home Assistant"
        assert credential_of(hub).raising_to is None
        assert not shown(hass)


async def test_from_nothing_to_a_certificate_at_once(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        failure, steps = await raised(CERTIFICATE)
        assert failure is None
        assert steps == [
            *("password", "root", "level", "restart", "waiting"),
            *("request", "level", "restart", "waiting"),
        ]
        assert charger_of(hub).charge_point.security.level is CERTIFICATE
        await wait_for(hass, lambda: len(station.priority) == 1)


async def test_a_station_that_keeps_its_lower_profile_is_told_to_drop_it(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.removes_lower = False
    async with station:
        await ready(hass, hub)
        assert (await raised(TLS))[0] is None
        await wait_for(hass, lambda: credential_of(hub).level is TLS)
        # It could fall back otherwise, and be refused.
        await wait_for(hass, lambda: station.priority == [0])
        assert station.profiles[0]["level"] == 2


async def test_a_station_that_cannot_connect_falls_back(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    # Nothing tells that it has no cable.
    station.profiles[1]["interface"] = station.interface = "Wireless0"
    async with station:
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point
        failure, steps = await raised(TLS)
        assert failure == "came_back_unchanged"
        assert steps == ["password", "root", "level", "restart", "waiting"]
        assert charge_point.connected
        assert charge_point.security.level < TLS
        assert station.failures == ["no network"] * station.attempts
        # It does not try in vain each time that it connects.
        assert station.priority == [1]
        assert credential_of(hub).raising_to is None
        assert credential_of(hub).level < TLS
        # The next attempt is made with another interface.
        await ready(hass, hub)
        assert (await raised(TLS))[0] is None
        assert charge_point.security.level is TLS


async def test_a_profile_that_is_refused_changes_nothing(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        station.answers["SetNetworkProfile"] = {"status": "Rejected"}
        assert (await raised(TLS))[0] == "level_refused"
        assert station.priority == [1]
        assert not station.calls("Reset")
        assert credential_of(hub).raising_to is None


async def test_a_station_without_network_profiles_is_raised_by_hand(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised, tls_port: int
) -> None:
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        station.answers["SetNetworkProfile"] = "NotImplemented"
        raising = asyncio.create_task(raised(TLS))
        one = await wait_for(hass, lambda: hub.part(Raises).of(charger_of(hub)))
        await wait_for(hass, lambda: one.step == "by_hand")
        # What its owner enters at the station.
        station.profiles[1] = {
            "url": f"wss://{HOST}:{tls_port}",
            "level": 2,
            "interface": "Wired0",
        }
        station.restart()
        failure, steps = await raising
        assert (failure, steps[-1]) == (None, "by_hand")
        assert not station.calls("Reset")


async def test_a_certificate_with_another_serial_number(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    """B01.FR.12: whoever has another serial number than its certificate has to go."""
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        assert (await raised(CERTIFICATE))[0] is None
        charge_point = charger_of(hub).charge_point
        await wait_for(hass, lambda: charge_point.ready)
        count = charge_point.connections
        station.serial = "S2-0816"
        station.restart()
        await wait_for(
            hass, lambda: "serial_of_another" in charge_point.deviations.counts
        )
        assert charge_point.identity.serial == "S2-0815"
        station.serial = "S2-0815"
        await wait_for(hass, lambda: charge_point.connections > count + 1)
        await ready(hass, hub)


async def test_a_station_that_takes_long_to_fall_back(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    raised: Raised,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.profiles[1]["interface"] = station.interface = "Wireless0"
    station.attempts = 1_000_000
    async with station:
        await ready(hass, hub)
        charge_point = charger_of(hub).charge_point
        assert (await raised(TLS))[0] == "stayed_away"
        assert [one.translation_key for one in shown(hass)] == ["raise_stayed_away"]
        station.attempts = 1
        await ready(hass, hub)
        assert not shown(hass)
        assert charge_point.security.level < TLS
        assert station.priority == [0, 1]
        # It may still come, until it has stayed for a while.
        monkeypatch.setattr(raises_module, "_GIVEN_UP", timedelta(0))
        hub.part(Raises).async_minute_passed()
        await wait_for(hass, lambda: station.priority == [1])
        assert credential_of(hub).raising_to is None


async def test_a_station_that_comes_late(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    """It has its new level, and drops the old profile, as if it had come in time."""
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.removes_lower = False
    station.interface = "Wired0"
    async with station:
        await ready(hass, hub)
        station.attempts = 1_000_000
        station.answers["Reset"] = unplugged(station)
        assert (await raised(TLS))[0] == "stayed_away"
        station.interface = "Wired0"
        await wait_for(hass, lambda: credential_of(hub).level is TLS)
        await wait_for(hass, lambda: station.priority == [0])
        assert credential_of(hub).raising_to is None


def unplugged(station: SecureStation) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return an answer to Reset of a station that loses its network meanwhile."""

    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        station.interface = "none"
        asyncio.get_running_loop().call_later(0.05, station.restart)
        return {"status": "Accepted"}

    return answer


async def test_a_station_that_comes_before_it_has_answered(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    """Some connect anew with the first profile, without an answer and a restart."""
    await encrypted(hass, hub)
    async with SecureStation(server_url) as station:
        await ready(hass, hub)
        station.answers["SetVariables"] = impatient(station)
        assert (await raised(TLS))[0] is None
        assert charger_of(hub).charge_point.security.level is TLS
        assert not station.calls("Reset")
        assert len(station.calls("SetNetworkProfile")) == 1


def impatient(station: SecureStation) -> Callable[[dict[str, Any]], Any]:
    """Return an answer to SetVariables of a station that obeys before it answers."""

    def answer(payload: dict[str, Any]) -> Any:
        result = station._set_variables(payload)
        (one,) = payload["setVariableData"]
        if one["variable"]["name"] != "NetworkConfigurationPriority":
            return result
        if len(station.priority) > 1:
            station.restart()
            return None
        return result

    return answer


async def test_a_restart_of_the_server_forgets_no_profile(
    hass: HomeAssistant, hub: Hub, server_url: str, raised: Raised
) -> None:
    await encrypted(hass, hub)
    station = SecureStation(server_url)
    station.removes_lower = False
    async with station:
        await ready(hass, hub)
        assert (await raised(TLS))[0] is None
        await wait_for(hass, lambda: station.priority == [0])
        charge_point = charger_of(hub).charge_point
        # Nothing is known of what was written before.
        profiles = charge_point.part(NetworkProfiles)
        await wait_for(hass, lambda: profiles._change is None)
        station.priority = [0, 1]
        await ready(hass, hub)
        await charge_point.commands.keep_security_level()
        assert station.priority == [0]


@pytest.mark.versions("2.0.1")
async def test_the_simulated_station_is_raised_step_by_step(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, raised: Raised
) -> None:
    """It was written without knowledge of this integration."""
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings(), reboot_seconds=0.1)
    assert isinstance(one, ChargingStation)
    charge_point = charger_of(hub).charge_point
    for level in (PASSWORD, TLS, CERTIFICATE):
        await ready(hass, hub)
        failure, steps = await raised(level)
        assert failure is None, (level, steps)
        assert charge_point.security.level is level
        assert one.security.identity.profile == level
        await wait_for(hass, lambda level=level: credential_of(hub).level is level)
    await wait_for(
        hass,
        lambda: (
            one.model.text("OCPPCommCtrlr", "NetworkConfigurationPriority")
            == str(one.security.slot)
        ),
    )
    assert not shown(hass)


@pytest.mark.versions("2.0.1")
async def test_the_simulated_station_falls_back(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    raised: Raised,
    unused_tcp_port_factory: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings(), reboot_seconds=0.1)
    assert isinstance(one, ChargingStation)
    nowhere = unused_tcp_port_factory()
    accepts = one.handlers["SetNetworkProfile"]

    def mistaken(payload: dict[str, Any]) -> Any:
        """Store an address where nobody listens."""
        data = payload["connectionData"] | {"ocppCsmsUrl": f"wss://{HOST}:{nowhere}"}
        return accepts(payload | {"connectionData": data})

    monkeypatch.setitem(one.handlers, "SetNetworkProfile", mistaken)
    monkeypatch.setattr(raises_module, "_GIVEN_UP", timedelta(0))
    await ready(hass, hub)
    failure, _ = await raised(TLS)
    assert failure in ("came_back_unchanged", "stayed_away")
    await ready(hass, hub)
    charge_point = charger_of(hub).charge_point
    assert charge_point.security.level < TLS

    def left() -> bool:
        hub.part(Raises).async_minute_passed()
        return one.model.text("OCPPCommCtrlr", "NetworkConfigurationPriority") == "1"

    await wait_for(hass, left)
    assert credential_of(hub).raising_to is None
    assert not shown(hass)
