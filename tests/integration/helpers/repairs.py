"""Repairs as the frontend sees them, and their flows over its HTTP API."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import wait_for

type Json = dict[str, Any]


def shown(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the repairs of the integration."""
    return [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


async def raised(hass: HomeAssistant, kind: str) -> ir.IssueEntry:
    """Return the only repair there is, which is of that kind, once it is there."""
    await wait_for(hass, lambda: shown(hass))
    (issue,) = shown(hass)
    assert issue.translation_key == kind
    return issue


async def cleared(hass: HomeAssistant) -> None:
    """Return when there is no repair any more."""
    await wait_for(hass, lambda: not shown(hass))


def said(issue: ir.IssueEntry) -> dict[str, str]:
    """Return what its text is filled with."""
    assert issue.translation_placeholders is not None
    return issue.translation_placeholders


class Mending:
    """The flow of one repair, over HTTP."""

    def __init__(self, hass: HomeAssistant, client: TestClient[Any, Any]) -> None:
        """Begin with `start`."""
        self._hass = hass
        self._client = client
        self._flow_id = ""
        self._kind = ""

    async def _post(self, path: str, data: Json) -> Json:
        response = await self._client.post(f"/api/repairs/issues/fix{path}", json=data)
        assert response.status == HTTPStatus.OK, await response.text()
        result: Json = await response.json()
        await self._check_texts(result)
        await self._hass.async_block_till_done()
        return result

    async def _check_texts(self, result: Json) -> None:
        """What is shown has its text in each language, and what fills it."""
        match result["type"]:
            case "form" | "menu":
                keys = [f"step.{result['step_id']}.{part}" for part in _PARTS]
                keys += [
                    f"step.{result['step_id']}.menu_options.{option}"
                    for option in result.get("menu_options", ())
                ]
                keys += [
                    f"error.{key}" for key in (result.get("errors") or {}).values()
                ]
            case "abort":
                keys = [f"abort.{result['reason']}"]
            case "progress":
                keys = [f"progress.{result['progress_action']}"]
            case _:
                return
        for language in ("en", "de"):
            texts = await async_get_translations(
                self._hass, language, "issues", [DOMAIN]
            )
            for key in keys:
                text = texts[f"component.{DOMAIN}.issues.{self._kind}.fix_flow.{key}"]
                text.format(**result["description_placeholders"] or {})

    async def start(self, issue: ir.IssueEntry) -> Json:
        """Return the first step."""
        assert issue.is_fixable
        self._kind = str(issue.translation_key)
        result = await self._post("", {"handler": DOMAIN, "issue_id": issue.issue_id})
        self._flow_id = result["flow_id"]
        return result

    async def look(self) -> Json:
        """Return the step that is shown now: after a progress, the next one."""
        response = await self._client.get(f"/api/repairs/issues/fix/{self._flow_id}")
        assert response.status == HTTPStatus.OK, await response.text()
        result: Json = await response.json()
        await self._check_texts(result)
        await self._hass.async_block_till_done()
        return result

    async def go(self, **user_input: Any) -> Json:
        """Return the next step."""
        return await self._post(f"/{self._flow_id}", user_input)


_PARTS = ("title", "description")


@pytest.fixture(name="mend")
async def fixture_mend(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> Callable[[], Mending]:
    """Return the way to a new flow."""
    assert await async_setup_component(hass, "repairs", {})
    # No address can be added to a test's server once it runs.
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()
    return lambda: Mending(hass, client)
