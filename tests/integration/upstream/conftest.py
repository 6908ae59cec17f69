"""A house, and the backend of an employer, over real sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import FormData
from homeassistant.components import file_upload
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_UPSTREAM
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from tests.csms.test_central_system import World
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.goe import Flow

type Upload = Callable[[str | bytes], Awaitable[str]]
type AddBackend = Callable[..., ConfigSubentry]
type OpenForm = Callable[..., Awaitable[Flow]]


@pytest.fixture
def subentries() -> list[Any]:
    """Return the charger of the house."""
    return [charger_subentry("BOX", "Garage", connectors=1)]


@pytest.fixture
async def employer(socket_enabled: None) -> AsyncIterator[World]:
    """Return a backend that has adopted the charger."""
    employer = World(MemoryStore())
    await employer.start()
    employer.adopt("BOX")
    yield employer
    await employer.central_system.stop()


@pytest.fixture
def url(employer: World) -> str:
    """Return the address of the backend."""
    return f"ws://127.0.0.1:{employer.central_system.port}/ocpp"


@pytest.fixture
def add_backend(
    hass: HomeAssistant, setup_integration: MockConfigEntry, url: str
) -> AddBackend:
    """Return a function that adds a backend without a form."""

    def add(title: str = "Employer", **data: Any) -> ConfigSubentry:
        subentry = ConfigSubentry(
            data=MappingProxyType({"url": url, "chargers": ["BOX"], **data}),
            subentry_type=SUBENTRY_UPSTREAM,
            title=title,
            unique_id=None,
        )
        hass.config_entries.async_add_subentry(setup_integration, subentry)
        return subentry

    return add


@pytest.fixture
def form(hass: HomeAssistant, setup_integration: MockConfigEntry) -> OpenForm:
    """Return a function that opens the form of a new backend, or of one that exists."""

    async def open_it(changing: ConfigSubentry | None = None) -> Flow:
        manager = hass.config_entries.subentries
        flow = Flow(hass, manager, f"config_subentries.{SUBENTRY_UPSTREAM}")
        context: Any = {"source": SOURCE_USER}
        if changing is not None:
            context = {
                "source": SOURCE_RECONFIGURE,
                "subentry_id": changing.subentry_id,
            }
        await flow.take(
            await manager.async_init(
                (setup_integration.entry_id, SUBENTRY_UPSTREAM), context=context
            )
        )
        return flow

    return open_it


@pytest.fixture
async def upload(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Upload:
    """Return a function that uploads a file as the frontend does, and returns its id."""
    # Home Assistant has one folder for all of the machine, and deletes it in the end.
    monkeypatch.setattr(file_upload, "TEMP_DIR_NAME", str(tmp_path / "uploads"))
    assert await async_setup_component(hass, DOMAIN, {})
    client = await hass_client()

    async def send(content: str | bytes) -> str:
        form = FormData()
        raw = content.encode() if isinstance(content, str) else content
        form.add_field("file", raw, filename="file.pem")
        response = await client.post("/api/file_upload", data=form)
        assert response.status == 200, await response.text()
        file_id: str = (await response.json())["file_id"]
        return file_id

    return send


def entered(address: str, **other: Any) -> dict[str, Any]:
    """Return what a user enters in the first form."""
    return {
        "name": "Employer",
        "url": address,
        "version": "1.6",
        "chargers": ["BOX"],
        **other,
    }


def backends(entry: MockConfigEntry) -> list[ConfigSubentry]:
    """Return the backends that are saved."""
    return list(entry.get_subentries_of_type(SUBENTRY_UPSTREAM))
