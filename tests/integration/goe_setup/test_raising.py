"""A go-eCharger is moved to encrypted connections over HTTP, or is as it was."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.ca_renewal import CaRenewal
from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.const import CONF_BACKUP, DOMAIN
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.authority import facts
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.goe import apply as goe_apply
from custom_components.ocpp_cs.goe.errors import UnreachableError
from custom_components.ocpp_cs.goe.restore import Backup
from custom_components.ocpp_cs.goe.settings import SETTINGS, TLS
from custom_components.ocpp_cs.goe_setup import client as goe_client, raising
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.goe_setup.raising import (
    GoERaiser,
    GoERaises,
    RaiseRecord,
    RaiseRecords,
    async_raise_records,
    async_wanted,
)
from custom_components.ocpp_cs.goe_setup.store import GoERecords
from custom_components.ocpp_cs.goe_setup.texts import WORDS
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from custom_components.ocpp_cs.security.raising import RaiseFailedError
from simulator import Car, GoE
from tests.goe.devices import http, sets
from tests.goe.pem import authority
from tests.integration.conftest import HOST, make_entry, settled, setup, wait_for
from tests.integration.helpers.goe import (  # noqa: F401 - pytest looks for fixtures here
    SERIAL,
    AddGoE,
    fixture_goe,
    quick,
    seen,
    set_up,
    settings,
)
from tests.integration.helpers.repairs import Mending, cleared, fixture_mend, raised  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.storage import fixture_real_storage  # noqa: F401 - pytest looks for fixtures here

from .test_unfinished import home_assistant

STORE = f"{DOMAIN}.goe_raises"
FOREIGN = authority("Somebody else")


@pytest.fixture(autouse=True)
def quick_raise(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Wait seconds instead of minutes."""
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03, poll=0.02, wait=5.0, raise_wait=5.0, arrival=5.0
        ),
    )


@pytest.fixture(name="entry")
def fixture_entry(unused_tcp_port_factory: Any) -> MockConfigEntry:
    """Return a server with encryption."""
    return make_entry(
        unused_tcp_port_factory(),
        encryption={"enabled": True, "port": unused_tcp_port_factory()},
    )


class Home:
    """A server with one go-e that was set up over HTTP."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry, one: GoE) -> None:
        """Begin with the charger connected without encryption."""
        self.hass = hass
        self.entry = entry
        self.one = one
        self.steps: list[str] = []

    @property
    def hub(self) -> Hub:
        hub: Hub = self.entry.runtime_data
        return hub

    @property
    def charger(self) -> Charger:
        (charger,) = self.hub.chargers.values()
        return charger

    @property
    def raiser(self) -> GoERaiser:
        return GoERaiser(self.hass, self.entry, self.charger)

    @property
    def level(self) -> SecurityLevel:
        """The level of the open connection."""
        charge_point = self.charger.charge_point
        assert charge_point.connected
        return charge_point.security.level

    @property
    def accepted(self) -> SecurityLevel:
        return self.hub.part(Levels).credentials.get(SERIAL).level

    @property
    def backup(self) -> dict[str, Any]:
        (subentry,) = self.entry.subentries.values()
        return dict(subentry.data[CONF_BACKUP])

    async def comes(self, level: SecurityLevel) -> None:
        """Return when the charger is here at a level, and nothing is under way."""
        await self.hass.async_block_till_done(wait_background_tasks=True)
        await self.one.wait_accepted()
        await settled(self.hass, self.one)
        assert self.level is level

    async def raise_to(self, level: SecurityLevel) -> None:
        await self.raiser.run(level, self.steps.append)
        await settled(self.hass, self.one)

    async def fails(self, level: SecurityLevel) -> RaiseFailedError:
        with pytest.raises(RaiseFailedError) as failed:
            await self.raiser.run(level, self.steps.append)
        return failed.value

    def everything(self) -> dict[str, Any]:
        return settings(self.one) | {key: self.one.api.get(key) for key in TLS}

    async def back(self) -> None:
        """Return when the charger is here again, without encryption."""
        await self.one.wait_accepted()
        await settled(self.hass, self.one)
        await wait_for(self.hass, lambda: self.charger.charge_point.ready)
        assert self.level is SecurityLevel.NONE
        assert self.accepted is SecurityLevel.NONE
        credential = self.hub.part(Levels).credentials.get(SERIAL)
        assert credential.raising_to is None
        assert (credential.root, credential.certificate_ends) == (None, None)
        assert (await async_raise_records(self.hass)).get(self.charger) is None


@pytest.fixture(name="home")
async def fixture_home(
    hass: HomeAssistant, entry: MockConfigEntry, goe: AddGoE
) -> Home:
    """Return a home with a go-e."""
    hub = await setup(hass, entry)
    await wait_for(hass, lambda: hub.part(Encryption).root)
    one = await goe()
    one.global_roots = FOREIGN.pem
    await set_up(hass, entry, one)
    made = Home(hass, entry, one)
    assert made.level is SecurityLevel.NONE
    return made


async def test_raised_and_lowered(home: Home) -> None:
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ()
    assert await home.raiser.notes(SecurityLevel.TLS) == ()
    before, told = home.everything(), home.backup
    http(home.one).requests.clear()
    await home.raise_to(SecurityLevel.TLS)
    assert home.level is SecurityLevel.TLS
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.TLS)
    assert [*dict.fromkeys(home.steps)] == ["checking", "goe_writing", "goe_waiting"]
    port = home.entry.options["encryption"]["port"]
    secret = home.charger.subentry.data["path_secret"]
    url = f"wss://{HOST}:{port}/{secret}/{SERIAL}"
    assert home.everything() == before | {
        "ocppu": url,
        "ocppsc": True,
        "ocppg": False,
    }
    keys = [pair.partition("=")[0] for q in sets(home.one) for pair in q.split("&")]
    assert keys == ["ocppsc", "ocppg", "ocppu"]
    assert home.backup["before"] == told["before"] | {"ocppsc": False, "ocppg": True}
    assert home.backup["plain_url"] == told["url"]
    assert "BEGIN" not in json.dumps(home.backup)
    # Plain is not taken any more.
    home.one.link.url = before["ocppu"]
    home.one.link.tls = None
    home.one.link.abort()
    await seen(lambda: home.one.link.http_status == 426)
    home.one.aim(url)
    home.one.link.go_online()
    await home.one.wait_accepted()
    # And down again, with all that belongs to it.
    await settled(home.hass, home.one)
    await home.raiser.lower(SecurityLevel.NONE, home.steps.append)
    await home.back()
    assert home.everything() == before
    assert home.backup["url"] == told["url"]
    assert "ocppsc" not in home.backup["before"]


async def test_with_a_certificate_of_its_own(home: Home) -> None:
    home.one.version = (60, 5)
    before = home.everything()
    notes = await home.raiser.notes(SecurityLevel.CERTIFICATE)
    assert notes == ("key_in_the_open",)
    await home.raise_to(SecurityLevel.TLS)
    home.steps.clear()
    # Ours is no one else's.
    notes = await home.raiser.notes(SecurityLevel.CERTIFICATE)
    assert notes == ("key_in_the_open",)
    await home.raise_to(SecurityLevel.CERTIFICATE)
    assert home.level is SecurityLevel.CERTIFICATE
    tls = home.charger.charge_point.security.tls
    assert tls is not None
    assert tls.certificate is not None
    assert tls.certificate.common_name == SERIAL
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.CERTIFICATE)
    assert {key for key in TLS if home.one.api.get(key)} == {
        "ocppsc",
        "ocppcc",
        "ocppck",
    }
    assert "BEGIN" not in json.dumps(home.backup)
    assert home.backup["before"]["ocppe"] is False
    assert home.backup["ours"]["ocppe"] is True
    await home.raiser.lower(SecurityLevel.TLS, home.steps.append)
    await home.one.wait_accepted()
    await settled(home.hass, home.one)
    assert home.level is SecurityLevel.TLS
    assert not home.one.api.get("ocppck")
    await home.raiser.lower(SecurityLevel.NONE, home.steps.append)
    await home.back()
    assert home.everything() == before


async def test_both_at_once(home: Home) -> None:
    await home.raise_to(SecurityLevel.CERTIFICATE)
    assert home.level is SecurityLevel.CERTIFICATE


async def _reason(home: Home, err: RaiseFailedError) -> str:
    """Return what the user is told, for which there are words in each language."""
    for language in ("en", "de"):
        texts = await async_get_translations(home.hass, language, "selector", [DOMAIN])
        key = f"component.{DOMAIN}.selector.goe_raise_failure.options.{err.key}"
        words = texts[key].format(**{"name": "Garage"} | err.placeholders)
    return words


async def test_a_certificate_that_it_does_not_trust(home: Home) -> None:
    before, told = home.everything(), home.backup
    encryption = home.hub.part(Encryption)
    # As it is when the file of the CA is not that of the certificate.
    object.__setattr__(encryption._loaded, "root", FOREIGN.pem)
    err = await home.fails(SecurityLevel.TLS)
    assert err.key == "goe_failed"
    reason = str(err.placeholders["reason"])
    assert "does not trust the certificate" in reason
    assert "Everything on the charger is as it was before." in reason
    assert "tls_flags=8" in str(err.placeholders["words"])
    assert home.steps[-1] == "goe_undoing"
    await _reason(home, err)
    await home.back()
    assert home.everything() == before
    assert home.backup == told


async def test_a_name_that_is_not_in_the_certificate(home: Home) -> None:
    encryption = home.hub.part(Encryption)
    object.__setattr__(encryption._loaded, "names", ("home.example",))
    link = home.hub.part(GoELinks).of(home.charger)
    assert link is not None
    # It is asked for a name that the certificate has.
    assert "//home.example:" in str(await link.async_own_url(tls=True))
    object.__setattr__(encryption._loaded, "names", ("*.example",))
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("name_missing",)
    assert (await home.fails(SecurityLevel.TLS)).key == "name_missing"
    assert home.level is SecurityLevel.NONE


async def test_a_clock_of_1970(home: Home) -> None:
    home.one.clock.freeze(datetime(1970, 1, 2, tzinfo=UTC))
    await home.raise_to(SecurityLevel.TLS)
    assert home.level is SecurityLevel.TLS


async def test_a_firmware_that_refuses_the_certificate(home: Home) -> None:
    before = home.everything()
    home.one.version = (60, 5)
    encryption = home.hub.part(Encryption)
    object.__setattr__(encryption._loaded, "root", "-----BEGIN CERTIFICATE-----\nx")
    err = await home.fails(SecurityLevel.TLS)
    reason = str(err.placeholders["reason"])
    assert "`ocppsc`: " in reason
    assert "BEGIN" not in reason + str(err.placeholders["words"])
    # It never lost its connection.
    assert home.one.connected
    await home.back()
    assert home.everything() == before


async def test_it_does_not_come_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03, poll=0.02, wait=5.0, raise_wait=0.5, arrival=0.5
        ),
    )
    before = home.everything()
    # A firewall: nothing answers at the new port.
    connect = home.one.link._connect

    async def lost() -> Any:
        if home.one.link.url.startswith("wss"):
            raise TimeoutError
        return await connect()

    monkeypatch.setattr(home.one.link, "_connect", lost)
    task = asyncio.create_task(home.raiser.run(SecurityLevel.TLS, home.steps.append))
    await seen(lambda: str(home.one.api.get("ocppu")).startswith("wss"))
    credential = home.hub.part(Levels).credentials.get(SERIAL)
    assert credential.raising_to is SecurityLevel.TLS
    with pytest.raises(RaiseFailedError) as failed:
        await task
    assert "Nobody answers" in str(failed.value.placeholders["reason"])
    await home.back()
    assert home.everything() == before


async def test_it_comes_without_its_certificate(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03, poll=0.02, wait=5.0, raise_wait=5.0, arrival=0.5
        ),
    )
    before = home.everything()
    aim = home.one.aim

    def forgetful(url: str) -> None:
        kept = home.one.api.values["ocppcc"]
        home.one.api.values["ocppcc"] = ""
        aim(url)
        home.one.api.values["ocppcc"] = kept

    monkeypatch.setattr(home.one, "aim", forgetful)
    await home.fails(SecurityLevel.CERTIFICATE)
    # It was here with encryption, which must not be demanded of it now.
    await home.back()
    assert home.everything() == before


async def test_what_is_in_the_way(home: Home) -> None:
    assert await home.raiser.hindrances(SecurityLevel.PASSWORD) == ("no_password",)
    await home.one.plug(1, Car())
    await wait_for(home.hass, lambda: home.raiser._session_runs)
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("session",)
    assert (await home.fails(SecurityLevel.TLS)).key == "session"
    await home.one.unplug(1)
    await wait_for(home.hass, lambda: not home.raiser._session_runs)
    for name in TLS:
        home.one.api.values.pop(name)
    monkey = home.one.api._listed
    home.one.api._listed = lambda name: name not in TLS and monkey(name)
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("no_tls",)
    home.one.api.values["hai"] = False
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("api_off",)
    encryption = home.hub.part(Encryption)
    loaded = encryption._loaded
    assert loaded is not None
    encryption._loaded = replace(loaded, ends=datetime(2020, 1, 1, tzinfo=UTC))
    assert await home.raiser.hindrances(SecurityLevel.TLS) == (
        "certificate_expired",
        "api_off",
    )
    encryption._loaded = loaded
    await home.hub.central_system.close_tls()
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("encryption_fails",)
    home.hass.config_entries.async_update_entry(
        home.entry, options={"encryption": {"enabled": False}}
    )
    await home.hass.async_block_till_done()
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ("encryption_off",)
    known = {*WORDS["goe_raise_hindrance"], "session", "name_missing"}
    assert {"no_password", "no_tls", "api_off"} <= known


async def test_somebodys_certificate(home: Home) -> None:
    home.one.api.values["ocppsc"] = FOREIGN.pem
    assert await home.raiser.notes(SecurityLevel.TLS) == ("overwritten",)
    await home.raise_to(SecurityLevel.TLS)
    await home.raiser.lower(SecurityLevel.NONE, home.steps.append)
    assert home.backup["before"]["ocppsc"] is True
    await home.back()


async def test_lowering_fails(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.raise_to(SecurityLevel.TLS)
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.TLS)
    credentials = home.hub.part(Levels).credentials
    await credentials.async_change(SERIAL, passwords=(hashed("one of its own"),))
    credential = credentials.get(SERIAL)
    before, told = home.everything(), home.backup
    connect = home.one.link._connect

    async def lost() -> Any:
        if not home.one.link.url.startswith("wss"):
            raise ConnectionRefusedError(111, "refused")
        return await connect()

    monkeypatch.setattr(home.one.link, "_connect", lost)

    def slowly(step: str) -> None:
        if step == "goe_undoing":
            home.one.reconnect_seconds = 1000.0

    with pytest.raises(RaiseFailedError):
        await home.raiser.lower(SecurityLevel.NONE, slowly)
    # Before it is here again.
    assert credentials.get(SERIAL) == credential
    home.one.reconnect_seconds = 4.0
    home.one.apply_ocpp_settings()
    await home.one.wait_accepted()
    await settled(home.hass, home.one)
    assert home.level is SecurityLevel.TLS
    assert home.accepted is SecurityLevel.TLS
    assert (home.everything(), home.backup) == (before, told)


async def reconnects(home: Home) -> None:
    """Cut the connection, and return when it is there again."""
    home.one.link.abort()
    await wait_for(home.hass, lambda: not home.charger.charge_point.connected)
    await home.one.wait_accepted()
    await settled(home.hass, home.one)


async def test_the_next_root(home: Home) -> None:
    await home.raise_to(SecurityLevel.TLS)
    certificates = await async_certificates(home.hass)
    await certificates.async_begin_renewal()
    assert certificates.next_root is not None
    await raising.async_install_root(
        home.hass, home.entry, home.charger, certificates.next_root
    )
    await settled(home.hass, home.one)
    assert home.level is SecurityLevel.TLS
    await certificates.async_finish_renewal()
    encryption = home.hub.part(Encryption)
    await wait_for(home.hass, lambda: encryption.root == certificates.root)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    await reconnects(home)
    await home.comes(SecurityLevel.TLS)
    # What it cannot take leaves it as it can connect.
    home.one.version = (60, 5)
    with pytest.raises(RaiseFailedError):
        await raising.async_install_root(
            home.hass, home.entry, home.charger, "-----BEGIN CERTIFICATE-----\nx"
        )
    await reconnects(home)
    await home.comes(SecurityLevel.TLS)


async def test_the_authority_is_replaced(home: Home) -> None:
    await home.raise_to(SecurityLevel.CERTIFICATE)
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.CERTIFICATE)
    certificates = await async_certificates(home.hass)
    old = certificates.root
    credential = home.hub.part(Levels).credentials.get(SERIAL)
    assert old is not None
    assert credential.root == facts(old).fingerprint
    assert credential.certificate_ends is not None
    # Nothing is due: nothing is written.
    http(home.one).requests.clear()
    home.hub.part(GoERaises).async_minute_passed()
    home.hub.part(CaRenewal).async_minute_passed()
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert sets(home.one) == []
    await certificates.async_begin_renewal()
    await home.hub.part(CaRenewal).async_finish()
    encryption = home.hub.part(Encryption)
    await wait_for(home.hass, lambda: encryption.root == certificates.root)
    assert certificates.root != old
    new = facts(str(certificates.root))

    def has_root() -> bool:
        found = home.hub.part(Levels).credentials.get(SERIAL)
        return found.root == new.fingerprint

    home.hub.part(CaRenewal).async_minute_passed()
    await wait_for(home.hass, has_root)
    await reconnects(home)
    await home.comes(SecurityLevel.CERTIFICATE)

    def issuer() -> str | None:
        tls = home.charger.charge_point.security.tls
        return tls.certificate.issuer if tls and tls.certificate else None

    assert issuer() == facts(old).subject
    home.hub.part(GoERaises).async_minute_passed()
    await wait_for(home.hass, lambda: issuer() == new.subject)
    await home.comes(SecurityLevel.CERTIFICATE)


async def test_a_certificate_is_known_before_it_is_written(home: Home) -> None:
    credentials = home.hub.part(Levels).credentials
    link = home.hub.part(GoELinks).of(home.charger)
    assert link is not None
    get, known = link.client._get, list[tuple[str, ...]]()

    async def look(what: str, query: str) -> tuple[int, bytes]:
        if "ocppcc=" in query:
            known.append(credentials.get(SERIAL).certificates)
        return await get(what, query)

    link.client._get = look  # type: ignore[method-assign]

    def shown() -> str:
        tls = home.charger.charge_point.security.tls
        assert tls is not None
        assert tls.certificate is not None
        return tls.certificate.fingerprint

    await home.raise_to(SecurityLevel.CERTIFICATE)
    first = shown()
    assert known[-1] == (first,)
    for _ in range(6):
        # Those that it never came with leave the one that it has.
        credentials.async_issued(SERIAL, first)
        await raising.async_install_certificate(home.hass, home.entry, home.charger)
        assert known[-1][-2:] == (first, shown())
        first = shown()


async def test_a_certificate_of_another_authority_stays(home: Home) -> None:
    await home.raise_to(SecurityLevel.CERTIFICATE)
    charge_point = home.charger.charge_point
    tls = charge_point.security.tls
    assert tls is not None
    assert tls.certificate is not None
    raises, soon = home.hub.part(GoERaises), datetime.now(UTC) + timedelta(days=3)
    assert not raises._is_due(home.charger, datetime.now(UTC))
    for issuer, end, due in (
        (tls.certificate.issuer, soon, True),
        ("CN=Somebody else", tls.certificate.not_after, False),
        ("CN=Somebody else", soon, False),
    ):
        other = replace(tls.certificate, issuer=issuer, not_after=end)
        charge_point.security = replace(
            charge_point.security, tls=replace(tls, certificate=other)
        )
        assert raises._is_due(home.charger, datetime.now(UTC)) is due


async def test_nothing_is_replaced_in_a_session(home: Home) -> None:
    await home.raise_to(SecurityLevel.CERTIFICATE)
    await home.one.plug(1, Car())
    await wait_for(home.hass, lambda: home.raiser._session_runs)
    http(home.one).requests.clear()
    with pytest.raises(RaiseFailedError) as failed:
        await raising.async_install_certificate(home.hass, home.entry, home.charger)
    assert failed.value.key == "session"
    assert sets(home.one) == []


# Interrupted.


def written(one: GoE) -> bool:
    return bool(one.api.get("ocppsc"))


def pointed(one: GoE) -> bool:
    return str(one.api.get("ocppu")).startswith("wss")


async def test_the_server_is_loaded_anew_meanwhile(home: Home) -> None:
    before, told = home.everything(), home.backup
    home.one.reconnect_seconds = 100.0
    task = home.entry.async_create_background_task(
        home.hass, home.raiser.run(SecurityLevel.TLS, home.steps.append), "raise"
    )
    await seen(lambda: pointed(home.one))
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert task.cancelled()
    home.one.reconnect_seconds = 4.0
    records = await async_raise_records(home.hass)
    await wait_for(home.hass, lambda: records.get(home.charger) is None)
    home.one.apply_ocpp_settings()
    await home.back()
    assert home.everything() == before
    assert home.backup == told


async def test_it_is_given_up(home: Home) -> None:
    before = home.everything()
    task = home.hass.async_create_task(
        home.raiser.run(SecurityLevel.TLS, home.steps.append)
    )
    await seen(lambda: written(home.one))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    records = await async_raise_records(home.hass)
    await wait_for(home.hass, lambda: records.get(home.charger) is None)
    await home.back()
    assert home.everything() == before
    assert await home.raiser.hindrances(SecurityLevel.TLS) == ()


async def test_home_assistant_stops(home: Home) -> None:
    before = home.everything()
    home.one.reconnect_seconds = 1000.0
    task = home.hass.async_create_background_task(
        home.raiser.run(SecurityLevel.TLS, home.steps.append), "raise"
    )
    await seen(lambda: pointed(home.one))
    home.hass.bus.async_fire("homeassistant_stop")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert home.everything() == before


@pytest.mark.parametrize(
    ("half_way", "comes", "finished"),
    [
        (written, True, False),
        (pointed, True, True),
        (pointed, False, False),
    ],
)
async def test_killed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    hass_config_dir: str,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    half_way: Callable[[GoE], bool],
    comes: bool,
    finished: bool,
) -> None:
    one = await goe(time_factor=20)
    one.global_roots = FOREIGN.pem
    async with home_assistant(hass_config_dir) as first:
        hub = await setup(first, entry)
        await wait_for(first, lambda: hub.part(Encryption).root)
        await set_up(first, entry, one)
        home = Home(first, entry, one)
        before, told = home.everything(), home.backup
        one.reconnect_seconds = 100.0
        task = first.async_create_background_task(
            home.raiser.run(SecurityLevel.TLS, home.steps.append), "raise"
        )
        await seen(lambda: half_way(one))
        link = hub.part(GoELinks).of(home.charger)
        assert link is not None

        async def dead(*_: Any) -> Any:
            raise UnreachableError("nowhere", "dead")

        monkeypatch.setattr(link.client, "_get", dead)
        on_disk = deepcopy(hass_storage)
        assert len(on_disk[STORE]["data"]) == 1
        assert "BEGIN" not in json.dumps(on_disk[STORE])
        (subentry,) = entry.subentries.values()
        kept = subentry.as_dict()
        task.cancel()
    monkeypatch.undo()
    hass_storage.clear()
    hass_storage.update(on_disk)
    assert (half_way(one), home.everything() == before) == (True, False)
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03,
            poll=0.02,
            wait=5.0,
            raise_wait=10.0 if comes else 0.3,
            arrival=5.0,
        ),
    )
    second = MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry.entry_id,
        title=entry.title,
        data=dict(entry.data),
        options=dict(entry.options),
        subentries_data=[kept],
    )
    one.reconnect_seconds = 4.0
    if not comes:
        one.link.go_offline()
    await setup(hass, second)
    home = Home(hass, second, one)
    if comes:
        one.apply_ocpp_settings()
    records = await async_raise_records(hass)
    await wait_for(hass, lambda: records.get(home.charger) is None, 60)
    assert hass_storage[STORE]["data"] == {}
    if finished:
        await one.wait_accepted()
        await settled(hass, one)
        assert home.level is SecurityLevel.TLS
        assert home.backup["before"]["ocppsc"] is False
        await home.raiser.lower(SecurityLevel.NONE, home.steps.append)
        await home.back()
    else:
        await home.back()
        assert home.backup == told
    assert home.everything() == before


async def interrupted(home: Home) -> str:
    """Leave the charger as it is when a raise was killed; return its new address."""
    link = home.hub.part(GoELinks).of(home.charger)
    assert link is not None
    url = await link.async_own_url(tls=True)
    assert url is not None
    wanted = await async_wanted(home.hass, home.entry, home.charger, SecurityLevel.TLS)
    new = {"ocppsc": wanted.root, "ocppg": False, "ocppu": url}
    backup = Backup(
        url=url,
        before={key: home.one.api.get(key) for key in new},
        ours={key: SETTINGS[key].reported(value) for key, value in new.items()},
    )
    record = RaiseRecord(
        entry_id=home.entry.entry_id,
        subentry_id=home.charger.subentry_id,
        target=SecurityLevel.TLS,
        before=SecurityLevel.NONE,
        backup=backup,
    )
    await (await async_raise_records(home.hass)).async_begin(record)
    await link.client.write(new)
    return url


async def test_somebody_else_does_not_end_a_raise(
    home: Home, goe: AddGoE, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03, poll=0.02, wait=5.0, raise_wait=1.0, arrival=0.5
        ),
    )
    before, told = home.everything(), home.backup
    connect = home.one.link._connect

    async def lost() -> Any:
        if home.one.link.url.startswith("wss"):
            raise TimeoutError
        return await connect()

    monkeypatch.setattr(home.one.link, "_connect", lost)
    url = await interrupted(home)
    # From the same address, with the id; all but the secret.
    port = home.entry.options["encryption"]["port"]
    other = await goe()
    other.api.values |= {
        "ocppsc": home.hub.part(Encryption).root,
        "ocppg": False,
        "ocppu": f"wss://{HOST}:{port}/{SERIAL}",
        "ocppe": True,
    }
    other.apply_ocpp_settings()
    await other.wait_accepted()
    charge_point = home.charger.charge_point
    await wait_for(home.hass, lambda: charge_point.ready)
    assert home.level is SecurityLevel.TLS
    assert not await home.raiser.async_arrived(SecurityLevel.TLS, url, 0.2)
    home.hub.part(GoERaises).async_undo_soon(home.charger)
    records = await async_raise_records(home.hass)
    await wait_for(home.hass, lambda: records.get(home.charger) is None)
    other.link.go_offline()
    assert home.everything() == before
    assert home.backup == told
    await home.back()


@pytest.mark.parametrize(
    ("work", "point"),
    # The certificate, its key, OCPP off, OCPP on.
    [*(("lower", point) for point in range(3)), *(("install", n) for n in range(4))],
)
async def test_killed_between_two_writes(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    goe: AddGoE,
    hass_config_dir: str,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    work: str,
    point: int,
) -> None:
    one = await goe(time_factor=20)
    one.global_roots = FOREIGN.pem
    async with home_assistant(hass_config_dir) as first:
        hub = await setup(first, entry)
        await wait_for(first, lambda: hub.part(Encryption).root)
        await set_up(first, entry, one)
        home = Home(first, entry, one)
        await home.raise_to(SecurityLevel.CERTIFICATE)
        await wait_for(first, lambda: home.accepted is SecurityLevel.CERTIFICATE)
        monkeypatch.setattr(
            goe_client,
            "TIMING",
            goe_client.SetUpTiming(
                settle=0.03, poll=0.02, wait=0.3, raise_wait=0.3, arrival=0.3
            ),
        )
        link = hub.part(GoELinks).of(home.charger)
        assert link is not None
        get, dead, on_disk = link.client._get, asyncio.Event(), dict[str, Any]()
        http(one).requests.clear()

        async def mortal(what: str, query: str) -> tuple[int, bytes]:
            if dead.is_set():
                raise UnreachableError("nowhere", "dead")
            if what == "set" and len(sets(one)) == point:
                on_disk.update(deepcopy(hass_storage))
                dead.set()
                raise UnreachableError("nowhere", "dead")
            return await get(what, query)

        link.client._get = mortal  # type: ignore[method-assign]
        task = first.async_create_background_task(
            home.raiser.lower(SecurityLevel.TLS, home.steps.append)
            if work == "lower"
            else raising.async_install_certificate(first, entry, home.charger),
            "work",
        )
        await asyncio.wait_for(dead.wait(), 60)
        assert len(on_disk[STORE]["data"]) == 1
        assert "BEGIN" not in json.dumps(on_disk[STORE])
        (subentry,) = entry.subentries.values()
        kept = subentry.as_dict()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
    monkeypatch.undo()
    hass_storage.clear()
    hass_storage.update(on_disk)
    await seen(lambda: not goe_apply._going_on)
    if point == (2 if work == "lower" else 3):
        await one.wait_for(lambda: one.api.get("ocppe") is False)
    monkeypatch.setattr(
        goe_client,
        "TIMING",
        goe_client.SetUpTiming(
            settle=0.03, poll=0.02, wait=5.0, raise_wait=5.0, arrival=5.0
        ),
    )
    second = MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry.entry_id,
        title=entry.title,
        data=dict(entry.data),
        options=dict(entry.options),
        subentries_data=[kept],
    )
    await setup(hass, second)
    home = Home(hass, second, one)
    records = await async_raise_records(hass)
    await wait_for(hass, lambda: records.get(home.charger) is None, 60)
    assert one.api.get("ocppe") is True
    await one.wait_accepted()
    await settled(hass, one)
    await wait_for(hass, lambda: home.charger.charge_point.ready)
    lowered = work == "lower"
    assert home.level is (SecurityLevel.TLS if lowered else SecurityLevel.CERTIFICATE)
    assert bool(one.api.get("ocppcc")) is bool(one.api.get("ocppck")) is not lowered
    assert ("ocppcc" in home.backup["before"]) is not lowered


async def test_parts_of_two_certificates(home: Home) -> None:
    await home.raise_to(SecurityLevel.CERTIFICATE)
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.CERTIFICATE)
    certificates = await async_certificates(home.hass)
    other = await certificates.async_client_pair(SERIAL)
    url = str(home.one.api.get("ocppu"))
    backup = Backup(
        url=url,
        before={"ocppcc": True, "ocppck": True},
        ours={"ocppcc": True, "ocppck": True},
    ).with_switch()
    records = await async_raise_records(home.hass)
    await records.async_begin(
        RaiseRecord(
            work=raising.Work.INSTALL,
            entry_id=home.entry.entry_id,
            subentry_id=home.charger.subentry_id,
            target=SecurityLevel.CERTIFICATE,
            before=SecurityLevel.CERTIFICATE,
            backup=backup,
        )
    )
    # The certificate is that of another key.
    home.one.api.values |= {"ocppcc": other.chain, "ocppe": False}
    home.one.apply_ocpp_settings()
    home.hub.part(GoERaises).async_undo_soon(home.charger)
    await wait_for(home.hass, lambda: records.get(home.charger) is None, 60)
    await home.comes(SecurityLevel.CERTIFICATE)


# A damaged file.


@pytest.mark.usefixtures("real_storage")
@pytest.mark.parametrize(
    "content",
    [
        "[]",
        '"x"',
        "5",
        '{"a": 1}',
        '{"version": "x", "data": {}}',
        *(
            json.dumps({"version": 1, "minor_version": 1, "key": STORE, "data": data})
            for data in ([1], "x", 5, {"a": 1}, {"a": {"backup": []}})
        ),
    ],
)
@pytest.mark.parametrize(
    ("key", "made"), [("goe_raises", RaiseRecords), ("goe", GoERecords)]
)
async def test_a_damaged_file(
    hass: HomeAssistant,
    content: str,
    key: str,
    made: type[RaiseRecords | GoERecords],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = Path(hass.config.path(".storage", f"{DOMAIN}.{key}"))
    path.parent.mkdir(exist_ok=True)
    for kept in path.parent.glob(f"{path.name}*"):
        kept.unlink()
    path.write_text(content)
    await made(hass).async_load()
    (kept,) = path.parent.glob(f"{path.name}.corrupt.*")
    assert kept.read_text() == content
    assert not path.exists()
    assert caplog.text.count("is damaged") == 1
    await made(hass).async_load()
    assert caplog.text.count("is damaged") == 1
    kept.unlink()
