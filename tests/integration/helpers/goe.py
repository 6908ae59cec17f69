"""A simulated go-eCharger with its HTTP API, and the way through the flow that adds it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
import pytest
import voluptuous as vol

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_CHARGER
from custom_components.ocpp_cs.goe_setup import client as goe_client, setup as goe_setup
from simulator import GoE
from tests.goe.devices import SERIAL, device, http
from tests.integration.conftest import HOST, settled, wait_for
from tests.integration.helpers.forms import missing_in_sections, sections_of

type Json = dict[str, Any]
type AddGoE = Callable[..., Awaitable[GoE]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second of the charger take 10 ms for us, too."""
    monkeypatch.setattr(
        goe_client, "TIMING", goe_client.SetUpTiming(settle=0.03, poll=0.02, wait=5.0)
    )
    monkeypatch.setattr(goe_setup, "ARRIVAL_WAIT", 5.0)


@pytest.fixture(name="goe")
async def fixture_goe(socket_enabled: None) -> AsyncIterator[AddGoE]:
    """Return a function that switches a charger on; OCPP is off."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> GoE:
            return await stack.enter_async_context(device(**options))

        yield start


def host_of(charger: GoE) -> str:
    """Return the address of a charger as a user types it."""
    return f"127.0.0.1:{http(charger).port}"


async def seen(condition: Callable[[], Any]) -> None:
    """Return as soon as something is so, with what is under way still under way."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.002)


class Flow:
    """A flow that adds a charger, whoever runs it."""

    def __init__(self, hass: HomeAssistant, manager: Any, category: str) -> None:
        """Begin with `start`."""
        self._hass = hass
        self._manager = manager
        self._category = category
        self.result: Json = {}

    @property
    def step(self) -> str:
        """What is shown, or why it ended."""
        kind = self.result["type"]
        if kind is FlowResultType.ABORT:
            return f"abort:{self.result['reason']}"
        if kind is FlowResultType.CREATE_ENTRY:
            return "created"
        return str(self.result["step_id"])

    @property
    def said(self) -> Json:
        """What the texts are filled with."""
        return dict(self.result["description_placeholders"] or {})

    async def take(self, result: Any) -> str:
        """Take in what is shown, and see that each language has words for it."""
        self.result = result
        await self._check_texts()
        if result["type"] is FlowResultType.FORM:
            assert missing_in_sections(self._schema) == []
        return self.step

    @property
    def _schema(self) -> vol.Schema:
        return self.result["data_schema"] or vol.Schema({})

    async def go(self, **user_input: Any) -> str:
        """Answer a form; sections that are not named go as they are proposed."""
        if self.result["type"] is FlowResultType.FORM:
            user_input = {**sections_of(self._schema), **user_input}
        return await self.take(
            await self._manager.async_configure(self.result["flow_id"], user_input)
        )

    async def choose(self, option: str) -> str:
        """Choose from a menu."""
        assert option in self.result["menu_options"]
        return await self.go(next_step_id=option)

    async def wait(self) -> str:
        """Return what is shown when there is no progress any more."""
        while self.result["type"] is FlowResultType.SHOW_PROGRESS:
            task = self._manager._progress[
                self.result["flow_id"]
            ].async_get_progress_task()
            if task is not None:
                await wait_for(self._hass, task.done)
            await self.take(await self._manager.async_configure(self.result["flow_id"]))
        await self._hass.async_block_till_done()
        return self.step

    async def _check_texts(self) -> None:
        result = self.result
        match result["type"]:
            case FlowResultType.FORM | FlowResultType.MENU:
                keys = [f"step.{result['step_id']}.title"]
                keys += [
                    f"step.{result['step_id']}.menu_options.{option}"
                    for option in result.get("menu_options", ())
                ]
                keys += [
                    f"error.{key}" for key in (result.get("errors") or {}).values()
                ]
                schema = result.get("data_schema")
                if result["type"] is FlowResultType.FORM and schema is not None:
                    for key, value in schema.schema.items():
                        part = "sections" if hasattr(value, "options") else "data"
                        name = ".name" if part == "sections" else ""
                        keys.append(f"step.{result['step_id']}.{part}.{key}{name}")
            case FlowResultType.ABORT:
                keys = [f"abort.{result['reason']}"]
            case FlowResultType.SHOW_PROGRESS:
                keys = [f"progress.{result['progress_action']}"]
            case _:
                return
        for language in ("en", "de"):
            texts = await async_get_translations(
                self._hass, language, self._category.partition(".")[0], [DOMAIN]
            )
            for key in keys:
                full = f"component.{DOMAIN}.{self._category}.{key}"
                # Home Assistant has these texts itself.
                if full not in texts and key in {
                    "abort.already_in_progress",
                    "abort.reconfigure_successful",
                }:
                    continue
                text = texts[full]
                text.format(**(result.get("description_placeholders") or {}))


async def add_charger(hass: HomeAssistant, entry: ConfigEntry) -> Flow:
    """Begin to add a charger to a server."""
    manager = hass.config_entries.subentries
    flow = Flow(hass, manager, f"config_subentries.{SUBENTRY_CHARGER}")
    assert (
        await flow.take(
            await manager.async_init(
                (entry.entry_id, SUBENTRY_CHARGER), context={"source": SOURCE_USER}
            )
        )
        == "user"
    )
    return flow


def choices(flow: Flow, **other: Any) -> Json:
    """Return what a user submits who leaves everything as it is offered."""
    filled: Json = flow.result["data_schema"]({"server": {}})
    return filled | other


KEYS = (
    *("ocppd", "ocppi", "ocpph", "ocppu", "ocppe", "ocppf"),
    *("lmo", "fup", "awe", "psm", "acp", "acs", "amp", "frc"),
)


def settings(charger: GoE) -> dict[str, Any]:
    """Return what a set-up may change."""
    return {key: charger.api.get(key) for key in KEYS}


async def found(hass: HomeAssistant, entry: Any, charger: GoE) -> Flow:
    """Go as far as to what was found."""
    flow = await add_charger(hass, entry)
    await flow.choose("goe_address")
    assert await flow.go(host=host_of(charger)) == "goe_found"
    return flow


def at(flow: Flow, address: str = HOST, **server: Any) -> dict[str, Any]:
    """Return the choices with another address of the server."""
    filled = choices(flow)
    filled["server"] |= {"address": address, **server}
    return filled


async def set_up(hass: HomeAssistant, entry: ConfigEntry, charger: GoE) -> str:
    """Add a charger that is called Garage; return the id of its subentry."""
    flow = await add_charger(hass, entry)
    await flow.choose("goe_address")
    await flow.go(host=host_of(charger))
    await flow.go(**choices(flow, name="Garage"))
    await flow.choose("goe_apply")
    assert await flow.wait() == "created"
    await settled(hass, charger)
    return next(
        subentry_id
        for subentry_id, subentry in entry.subentries.items()
        if subentry.unique_id == charger.charge_point_id
    )


__all__ = [
    "SERIAL",
    "AddGoE",
    "Flow",
    "add_charger",
    "at",
    "choices",
    "found",
    "host_of",
    "seen",
    "set_up",
    "settings",
]
