"""A go-eCharger is raised and lowered in its form, with nothing to type."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.goe.settings import TLS
from custom_components.ocpp_cs.goe_setup.texts import WORDS
from tests.integration.conftest import settled, wait_for
from tests.integration.flows.test_charger_security import page
from tests.integration.helpers.goe import fixture_goe, quick  # noqa: F401 - pytest looks for fixtures here

from .test_raising import FOREIGN, Home, fixture_entry, fixture_home, quick_raise  # noqa: F401 - pytest looks for fixtures here


async def test_up_and_down(home: Home) -> None:
    before = home.everything()
    flow = await page(home.hass, home.entry)
    # It has no password.
    assert flow.result["menu_options"] == ["raise_tls", "raise_certificate"]
    assert await flow.choose("raise_tls") == "raise_confirm"
    assert "puts everything back" in flow.said["undone"]
    assert "cannot put it back" not in flow.said["undone"]
    assert await flow.go() == "raising"
    assert await flow.wait() == "abort:raised"
    await settled(home.hass, home.one)
    assert home.level is SecurityLevel.TLS
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.TLS)

    flow = await page(home.hass, home.entry)
    assert flow.result["menu_options"] == ["raise_certificate", "goe_lower", "lower"]
    assert await flow.choose("raise_certificate") == "raise_confirm"
    assert "without encryption" in flow.said["undone"]
    assert await flow.go() == "raising"
    assert await flow.wait() == "abort:raised"
    await wait_for(home.hass, lambda: home.accepted is SecurityLevel.CERTIFICATE)

    flow = await page(home.hass, home.entry)
    assert await flow.choose("goe_lower") == "goe_lower"
    (field,) = flow.result["data_schema"].schema
    assert field.default() == "tls"
    assert await flow.go(level="none") == "raising"
    assert await flow.wait() == "abort:goe_lowered"
    await home.back()
    assert home.everything() == before
    assert not {key for key in TLS if home.one.api.get(key)} - {"ocppg"}


async def test_what_it_loses_is_told_before(home: Home) -> None:
    home.one.api.values["ocppsc"] = FOREIGN.pem
    flow = await page(home.hass, home.entry)
    await flow.choose("raise_tls")
    assert "cannot put it back later" in flow.said["undone"]


async def test_it_fails_and_is_tried_again(home: Home) -> None:
    encryption = home.hub.part(Encryption)
    assert encryption._loaded is not None
    right = encryption._loaded.root
    object.__setattr__(encryption._loaded, "root", FOREIGN.pem)
    flow = await page(home.hass, home.entry)
    await flow.choose("raise_tls")
    await flow.go()
    assert await flow.wait() == "raise_failed"
    assert "does not trust the certificate" in flow.said["reason"]
    assert "tls_flags=8" in flow.said["reason"]
    assert flow.result["menu_options"] == ["raise_again"]
    await home.back()
    object.__setattr__(encryption._loaded, "root", right)
    assert await flow.choose("raise_again") == "raise_confirm"
    await flow.go()
    assert await flow.wait() == "abort:raised"


async def test_what_is_in_the_way_has_words(home: Home) -> None:
    home.one.api.values["hai"] = False
    flow = await page(home.hass, home.entry)
    assert await flow.choose("raise_tls") == "raise_hindered"
    assert "Allow local HTTP API v2" in flow.said["reasons"]
    home.one.api.values["hai"] = True
    assert await flow.choose("raise_check") == "raise_confirm"


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_word(hass: HomeAssistant, language: str) -> None:
    texts: dict[str, Any] = await async_get_translations(
        hass, language, "selector", [DOMAIN]
    )
    for kind in ("goe_raise_hindrance", "goe_raise_failure", "goe_raise_note"):
        for key in WORDS[kind]:
            text = texts[f"component.{DOMAIN}.selector.{kind}.options.{key}"]
            assert text.format(name="", reason="", words="") or key == "goe_failed"
    texts = await async_get_translations(hass, language, "config_subentries", [DOMAIN])
    for step in ("writing", "waiting", "undoing"):
        key = f"component.{DOMAIN}.config_subentries.charger.progress.raise_goe_{step}"
        assert texts[key].format(name="", level="", url="", ca="", problem="")
