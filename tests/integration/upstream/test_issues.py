"""The repairs of backends: each is raised when its cause lasts, and says what to do."""

from datetime import timedelta
import json
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate
from custom_components.ocpp_cs.csms.upstream.client import Trouble, TroubleKind
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.upstream.secrets import Secrets
from custom_components.ocpp_cs.upstream.seen.issues import ISSUES, BackendIssues
from devtools import COMPONENT
from tests.csms.pki import ca, new_key
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.encryption import key_pem
from tests.integration.helpers.repairs import shown

from .conftest import AddBackend

HOUR = timedelta(hours=1)
PASSING = {"unreachable", "closed", "silent", "http", "pending"}


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("BOX", "Garage", connectors=1),
        charger_subentry("YARD", "Yard", connectors=1),
    ]


@pytest.fixture
async def backend(
    hass: HomeAssistant, hub: Hub, add_backend: AddBackend, unused_tcp_port_factory: Any
) -> str:
    """Return the id of a backend that is not there."""
    away = f"ws://127.0.0.1:{unused_tcp_port_factory()}/path?token=c0ffee"
    found = add_backend(url=away, chargers=["BOX", "YARD"]).subentry_id
    await wait_for(
        hass,
        lambda: all(one.trouble is not None for one in hub.backends.states.values()),
    )
    # They say nothing more by themselves.
    for station in hub.backends.upstreams.stations.values():
        await station.stop()
    return found


def say(
    hub: Hub, backend: str, charger: str, kind: str | None, words: str = ""
) -> None:
    """Let the connection of a charger have a trouble, or be there."""
    station = hub.backends.upstreams.stations[backend, charger]
    station.trouble = None if kind is None else Trouble(TroubleKind(kind), words)
    station.connected = kind is None
    station.changed()


def look(hub: Hub) -> None:
    hub.part(BackendIssues).async_minute_passed()


def test_each_trouble_has_an_issue() -> None:
    assert ISSUES.keys() == set(TroubleKind)


@pytest.mark.parametrize("kind", [one.value for one in TroubleKind])
async def test_a_trouble_that_lasts_is_told(
    hass: HomeAssistant,
    hub: Hub,
    backend: str,
    freezer: FrozenDateTimeFactory,
    kind: str,
) -> None:
    for charger in ("BOX", "YARD"):
        say(hub, backend, charger, None)
        say(hub, backend, charger, kind, "its words `*")
    patience = HOUR if kind in PASSING else timedelta(minutes=5)
    freezer.tick(patience - timedelta(seconds=10))
    look(hub)
    assert shown(hass) == []
    freezer.tick(timedelta(seconds=20))
    look(hub)
    (issue,) = shown(hass)
    assert issue.translation_key == ISSUES[TroubleKind(kind)]
    assert issue.issue_id == f"{issue.translation_key}_{backend}"
    words = issue.translation_placeholders or {}
    assert words["name"] == "Employer"
    assert words["chargers"] == "Garage, Yard"
    assert "c0ffee" not in str(words)
    for language in ("en", "de"):
        texts = json.loads(
            (COMPONENT / "translations" / f"{language}.json").read_text("utf-8")
        )["issues"][issue.translation_key]
        for text in texts.values():
            assert "{" not in text.format(**words)
    # One of them is there again: it is no longer named.
    say(hub, backend, "BOX", None)
    (issue,) = shown(hass)
    assert (issue.translation_placeholders or {})["chargers"] == "Yard"
    say(hub, backend, "YARD", None)
    assert shown(hass) == []


async def test_a_trouble_that_becomes_another_is_told_as_that(
    hass: HomeAssistant, hub: Hub, backend: str, freezer: FrozenDateTimeFactory
) -> None:
    say(hub, backend, "YARD", None)
    say(hub, backend, "BOX", "unreachable")
    freezer.tick(2 * HOUR)
    look(hub)
    assert [one.translation_key for one in shown(hass)] == ["backend_unreachable"]
    say(hub, backend, "BOX", "unauthorized", "HTTP 401")
    assert [one.translation_key for one in shown(hass)] == ["backend_unauthorized"]


async def test_they_go_with_the_backend(
    hass: HomeAssistant,
    hub: Hub,
    backend: str,
    freezer: FrozenDateTimeFactory,
    setup_integration: MockConfigEntry,
) -> None:
    freezer.tick(2 * HOUR)
    look(hub)
    assert len(shown(hass)) == 1
    hass.config_entries.async_remove_subentry(setup_integration, backend)
    await hass.async_block_till_done()
    assert shown(hass) == []


async def test_they_go_with_the_server(
    hass: HomeAssistant,
    hub: Hub,
    backend: str,
    freezer: FrozenDateTimeFactory,
    setup_integration: MockConfigEntry,
) -> None:
    freezer.tick(2 * HOUR)
    look(hub)
    assert len(shown(hass)) == 1
    await hass.config_entries.async_remove(setup_integration.entry_id)
    await hass.async_block_till_done()
    assert [one for one in ir.async_get(hass).issues if "backend" in one[1]] == []


async def test_a_session_that_waits_for_a_day_is_told(
    hass: HomeAssistant, hub: Hub, backend: str, charger: AddCharger
) -> None:
    one = await charger("BOX")
    await one.plug(1)
    one.start_transaction(one.connector(1), "TAG1")
    station = hub.backends.upstreams.stations[backend, "BOX"]
    await wait_for(hass, lambda: len(station.outbox))
    # It is connected, but does not take the session.
    say(hub, backend, "BOX", None)
    say(hub, backend, "YARD", None)
    look(hub)
    assert shown(hass) == []
    with freeze_time(dt_util.utcnow() + 24 * HOUR + timedelta(minutes=1)):
        look(hub)
    (issue,) = shown(hass)
    assert issue.translation_key == "backend_session_waits"
    words = issue.translation_placeholders or {}
    assert words["chargers"] == "Garage"
    while (report := station.outbox.oldest) is not None:
        station.outbox.drop(report)
    look(hub)
    assert shown(hass) == []


async def test_a_certificate_that_ends_is_told(
    hass: HomeAssistant,
    hub: Hub,
    add_backend: AddBackend,
    setup_integration: MockConfigEntry,
) -> None:
    key = new_key()
    # It has five days.
    pair = KeyAndCertificate(key=key_pem(key), chain=ca().sign(key, "BOX"))
    number = await hub.backends.secrets.async_put(Secrets(client=pair))
    backend = add_backend(secrets=number)
    await hass.async_block_till_done()
    (issue,) = shown(hass)
    assert issue.translation_key == "backend_client_certificate_ends"
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Employer"
    hass.config_entries.async_update_subentry(
        setup_integration, backend, data={**backend.data, "secrets": ""}
    )
    await hass.async_block_till_done()
    assert shown(hass) == []
