"""A browser that asks while a server is reloaded, or for a charger that was removed."""

import asyncio
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.api.conftest import Browse, Browser


def commands(entry: ConfigEntry, device_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return each command that asks about one server or connector."""
    server = {"entry_id": entry.entry_id}
    session = {
        **server,
        "charge_point_id": "CP1",
        "transaction_id": "1",
        "reported_start": "2026-11-30T08:00:00+00:00",
    }
    return [
        ("live", server),
        ("chargers", server),
        ("sessions", server),
        ("sessions/csv", server),
        ("session/curve", session),
        ("session/correct", {**session, "struck_out": True}),
        ("plan", {"device_id": device_id}),
        ("plan/preview", {"device_id": device_id, "energy_kwh": 10}),
    ]


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of the commands."""
    return [
        one.getMessage()
        for one in caplog.records
        if one.levelno >= logging.WARNING and "websocket_api" in one.name
    ]


async def test_nothing_is_logged_of_what_is_not_there(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    browse: Browse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = next(iter(hub.chargers.values()))
    browser = await browse()

    async def codes() -> dict[str, str]:
        answers = {}
        for kind, asked in commands(setup_integration, one.device_id)[2:]:
            answer = await browser.answer(kind, **asked)
            if not answer["success"]:
                answers[kind] = answer["error"]["code"]
                assert answer["error"]["message"]
        return answers

    hass.config_entries.async_remove_subentry(setup_integration, one.subentry_id)
    await hass.async_block_till_done()
    expected = {
        "session/curve": "home_assistant_error",
        "session/correct": "home_assistant_error",
        "plan": "not_found",
        "plan/preview": "not_found",
    }
    assert await codes() == expected
    one = next(iter(hub.chargers.values()))
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert await codes() == expected
    assert told(caplog) == []


async def test_nothing_is_logged_of_a_reload(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    browse: Browse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At no moment of it."""
    one = next(iter(hub.chargers.values()))
    asked = commands(setup_integration, one.device_id)[1:]
    browsers = [await browse() for _ in asked]
    failed: set[str] = set()
    reloading = hass.async_create_task(
        hass.config_entries.async_reload(setup_integration.entry_id)
    )

    async def ask(browser: Browser, kind: str, data: dict[str, Any]) -> None:
        while not reloading.done():
            if not (await browser.answer(kind, **data))["success"]:
                failed.add(kind)

    await asyncio.gather(
        *(
            ask(browser, kind, data)
            for browser, (kind, data) in zip(browsers, asked, strict=True)
        )
    )
    assert await reloading
    # While the server was away.
    assert "plan" in failed
    assert told(caplog) == []
