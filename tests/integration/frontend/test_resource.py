"""The JavaScript of the dashboard: served, and loaded by Home Assistant's pages."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import (
    ResourceStorageCollection,
    ResourceYAMLCollection,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import mock_component
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.frontend import resource
from tests.integration.conftest import make_entry, setup
from tests.integration.helpers.repairs import Mending, fixture_mend, raised, shown  # noqa: F401 - pytest looks for fixtures here

pytestmark = pytest.mark.usefixtures("socket_enabled")

OTHER = {"res_type": "module", "url": "/local/other.js"}
CONTENT = b"customElements.define('ocpp-cs-card', class extends HTMLElement {});\n"


@pytest.fixture(name="script", autouse=True)
def fixture_script(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], None]:
    """Put a file in the place of the JavaScript; return what writes another one."""
    path = tmp_path / "ocpp-cs.js"
    path.write_bytes(CONTENT)
    monkeypatch.setattr(resource, "FILE", path)

    def write(content: bytes) -> None:
        path.write_bytes(content)

    return write


@pytest.fixture(name="lovelace")
async def fixture_lovelace(hass: HomeAssistant) -> None:
    """Home Assistant's dashboards, whose resources are kept in its storage."""
    # Its dependency needs the bundle of the pages, which is not there.
    mock_component(hass, "frontend")
    assert await async_setup_component(hass, "lovelace", {})


@pytest.fixture(name="yaml_mode")
async def fixture_yaml_mode(hass: HomeAssistant) -> None:
    """Home Assistant's dashboards, whose resources are in configuration.yaml."""
    mock_component(hass, "frontend")
    assert await async_setup_component(
        hass, "lovelace", {"lovelace": {"resource_mode": "yaml", "resources": []}}
    )


def stored(hass: HomeAssistant) -> ResourceStorageCollection:
    """Return the resources that are kept in Home Assistant's storage."""
    resources = hass.data[LOVELACE_DATA].resources
    assert isinstance(resources, ResourceStorageCollection)
    return resources


def urls(hass: HomeAssistant) -> list[str]:
    """Return the addresses of all resources."""
    return [item["url"] for item in hass.data[LOVELACE_DATA].resources.async_items()]


@pytest.mark.usefixtures("lovelace")
async def test_the_resource_comes_and_goes_with_the_servers(
    hass: HomeAssistant, unused_tcp_port_factory: Callable[[], int]
) -> None:
    """Two servers have one resource; the last one takes it away, others stay."""
    await stored(hass).async_create_item(dict(OTHER))
    one, two = (make_entry(unused_tcp_port_factory()) for _ in range(2))
    await setup(hass, one)
    other, url = urls(hass)
    assert other == OTHER["url"]
    assert url.startswith("/ocpp_cs/ocpp-cs.js?v=0.1.0-")
    await setup(hass, two)
    await hass.config_entries.async_reload(one.entry_id)
    assert urls(hass) == [other, url]
    await hass.config_entries.async_remove(one.entry_id)
    assert urls(hass) == [other, url]
    await hass.config_entries.async_remove(two.entry_id)
    assert urls(hass) == [other]
    three = make_entry(unused_tcp_port_factory())
    await setup(hass, three)
    assert urls(hass) == [other, url]


@pytest.mark.usefixtures("lovelace")
async def test_servers_that_start_together_add_one(
    hass: HomeAssistant,
    unused_tcp_port_factory: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where adding one takes its time."""
    create = ResourceStorageCollection.async_create_item

    async def slowly(self: ResourceStorageCollection, data: dict[str, Any]) -> Any:
        await asyncio.sleep(0.1)
        return await create(self, data)

    monkeypatch.setattr(ResourceStorageCollection, "async_create_item", slowly)
    for _ in range(3):
        make_entry(unused_tcp_port_factory()).add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    assert len(urls(hass)) == 1


@pytest.mark.usefixtures("lovelace")
async def test_an_update_changes_its_version_in_place(
    hass: HomeAssistant, port: int, script: Callable[[bytes], None]
) -> None:
    """Also where a former version, or somebody, has added it twice."""
    resources = stored(hass)
    kept = await resources.async_create_item(
        {"res_type": "module", "url": "/ocpp_cs/ocpp-cs.js?v=0.0.9"}
    )
    await resources.async_create_item(
        {"res_type": "module", "url": "/ocpp_cs/ocpp-cs.js"}
    )
    entry = make_entry(port)
    await setup(hass, entry)
    (item,) = resources.async_items()
    assert item["id"] == kept["id"]
    before = item["url"]
    assert before != kept["url"]
    # A restart reads the file anew.
    hass.data.pop(resource._SCRIPT)
    script(CONTENT + b"// changed\n")
    await hass.config_entries.async_reload(entry.entry_id)
    (item,) = resources.async_items()
    assert item["id"] == kept["id"]
    assert item["url"] != before


@pytest.mark.usefixtures("lovelace")
async def test_without_the_file_chargers_are_served_all_the_same(
    hass: HomeAssistant,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    caplog: pytest.LogCaptureFixture,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    monkeypatch.setattr(resource, "FILE", tmp_path / "missing.js")
    await setup(hass, make_entry(port))
    assert urls(hass) == []
    assert "The JavaScript of the dashboard cannot be read" in caplog.text
    client = await hass_client_no_auth()
    response = await client.get("/ocpp_cs/ocpp-cs.js")
    assert response.status == HTTPStatus.NOT_FOUND


@pytest.mark.usefixtures("lovelace")
@pytest.mark.parametrize("error", [HomeAssistantError("damaged"), KeyError("items")])
async def test_resources_that_cannot_be_read_stop_no_charging(
    hass: HomeAssistant,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    resources, entry = stored(hass), make_entry(port)
    monkeypatch.setattr(resources, "async_get_info", AsyncMock(side_effect=error))
    await setup(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert "The resource of the dashboard cannot be added" in caplog.text
    monkeypatch.undo()
    await hass.config_entries.async_reload(entry.entry_id)
    assert len(urls(hass)) == 1


async def test_without_dashboards(hass: HomeAssistant, port: int) -> None:
    entry = make_entry(port)
    await setup(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    assert shown(hass) == []


async def test_the_file(
    hass: HomeAssistant, port: int, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Without a login, as the browser loads it; kept for good only with its version."""
    await setup(hass, make_entry(port))
    client = await hass_client_no_auth()
    response = await client.get("/ocpp_cs/ocpp-cs.js?v=1")
    assert response.status == HTTPStatus.OK
    assert await response.read() == CONTENT
    assert response.content_type == "text/javascript"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    response = await client.get("/ocpp_cs/ocpp-cs.js", headers={"Accept-Encoding": ""})
    assert await response.read() == CONTENT
    response = await client.get("/ocpp_cs/ocpp-cs.js")
    assert response.headers["Cache-Control"] == "no-cache"
    response = await client.get(
        "/ocpp_cs/ocpp-cs.js", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert response.status == HTTPStatus.NOT_MODIFIED


@pytest.mark.usefixtures("yaml_mode")
async def test_yaml_needs_a_line(
    hass: HomeAssistant, mend: Callable[[], Mending], port: int
) -> None:
    """It goes once the line is there, whatever its version."""
    entry = make_entry(port)
    await setup(hass, entry)
    issue = await raised(hass, "dashboard_resource")
    mending = mend()
    step = await mending.start(issue)
    assert step["description_placeholders"]["url"] == "/ocpp_cs/ocpp-cs.js"
    await mending.go(next_step_id="confirm")
    step = await mending.go()
    assert step["errors"] == {"base": "not_loaded"}
    resources = hass.data[LOVELACE_DATA].resources
    assert isinstance(resources, ResourceYAMLCollection)
    resources.data.append({"type": "module", "url": "/ocpp_cs/ocpp-cs.js?v=7"})
    assert (await mending.go())["type"] == "create_entry"
    assert shown(hass) == []
    await hass.config_entries.async_reload(entry.entry_id)
    assert shown(hass) == []


@pytest.mark.usefixtures("yaml_mode")
async def test_the_line_can_be_declined(
    hass: HomeAssistant, mend: Callable[[], Mending], port: int
) -> None:
    """The repair stays ignored, and goes with the last server."""
    entry = make_entry(port)
    await setup(hass, entry)
    issue = await raised(hass, "dashboard_resource")
    mending = mend()
    await mending.start(issue)
    assert (await mending.go(next_step_id="ignore"))["type"] == "abort"
    (issue,) = shown(hass)
    assert issue.dismissed_version
    await hass.config_entries.async_remove(entry.entry_id)
    assert shown(hass) == []


@pytest.mark.usefixtures("lovelace")
async def test_pages_find_it(
    hass: HomeAssistant, port: int, hass_ws_client: WebSocketGenerator
) -> None:
    """As the pages ask, also those of users who are no administrators."""
    await setup(hass, make_entry(port))
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "lovelace/resources"})
    (item,) = (await client.receive_json())["result"]
    assert item["type"] == "module"
    assert item["url"].startswith("/ocpp_cs/ocpp-cs.js?v=")
