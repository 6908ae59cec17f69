"""Actions of a feature profile that a charger does not declare."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    PROFILE,
    Call,
    fixture_call,
    fixture_device_id,
    key_of,
)
from tests.integration.helpers.entities import Wallbox


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.mark.parametrize(
    ("answer", "key", "text"),
    [
        (
            "NotImplemented",
            "not_supported_undeclared",
            (
                "Garage unterstützt SetChargingProfile nicht: NotImplemented. Auch das"
                " Funktionsprofil SmartCharging nennt die Wallbox nicht."
            ),
        ),
        (
            {"status": "Rejected"},
            "refused_undeclared",
            (
                "Garage hat SetChargingProfile abgelehnt: Rejected. Das Funktionsprofil"
                " SmartCharging nennt die Wallbox nicht, womöglich kann sie das gar nicht."
            ),
        ),
        (
            lambda payload: None,
            "call_timeout_undeclared",
            (
                "Garage hat nicht innerhalb von 0.1 Sekunden auf SetChargingProfile"
                " geantwortet. Das Funktionsprofil SmartCharging nennt die Wallbox nicht,"
                " womöglich kennt sie den Befehl gar nicht."
            ),
        ),
    ],
)
async def test_that_it_does_not_declare_it_is_told(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    call: Call,
    answer: Any,
    key: str,
    text: str,
) -> None:
    """It is tried all the same, as some can do more than they declare."""
    async with Wallbox(server_url) as box:
        charge_point = await box.begin(hass, hub)
        assert charge_point.link is not None
        box.received.clear()
        box.answers["SetChargingProfile"] = answer
        if key == "call_timeout_undeclared":
            charge_point.link.connection.call_timeout = 0.1  # type: ignore[attr-defined]
        with pytest.raises(HomeAssistantError) as err:
            await call("set_charging_profile", charging_profile=PROFILE)
        assert key_of(err.value) == f"ocpp_cs.{key}"
        texts = await async_get_translations(hass, "de", "exceptions", [DOMAIN])
        translated = texts[f"component.{DOMAIN}.exceptions.{key}.message"]
        assert translated.format(**err.value.translation_placeholders or {}) == text
        assert [action for action, _ in box.received] == ["SetChargingProfile"]


async def test_what_is_declared_is_told_as_it_is(
    hass: HomeAssistant, hub: Hub, server_url: str, call: Call
) -> None:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        box.answers["ClearCache"] = {"status": "Rejected"}
        with pytest.raises(HomeAssistantError) as err:
            await call("clear_cache")
        assert str(err.value) == "Garage refused ClearCache: Rejected"
