"""A go-eCharger is moved to encrypted connections over HTTP, or is as it was."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
import json
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
from custom_components.ocpp_cs.goe.errors import UnreachableError
from custom_components.ocpp_cs.goe.settings import TLS
from custom_components.ocpp_cs.goe_setup import client as goe_client, raising
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.goe_setup.raising import (
    GoERaiser,
    GoERaises,
    async_raise_records,
)
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
    assert home.accepted is SecurityLevel.TLS
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
    await wait_for(hass, lambda: records.get(home.charger) is None, 20.0)
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
