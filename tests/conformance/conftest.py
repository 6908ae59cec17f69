"""A server with one charge point and some tags, and the charge point's end of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_CONNECTORS
from tests.integration.conftest import (  # noqa: F401 - pytest looks for fixtures here
    charger_subentry,
    entry,
    hass_config_dir,
    hub,
    id_tag_subentry,
    options,
    port,
    server_url,
    setup_integration,
    unused_tcp_port,
    unused_tcp_port_factory,
)

from .cases import MARK
from .charge_point import ChargePoint
from .home import Home
from .results import OPTION, Results, told
from .tags import BLOCKED, EXPIRED, FAMILY, SECOND, VALID
from .v21.requirements import MARK as REQUIREMENT_MARK, marked


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the results of the cases be asked for."""
    parser.addoption(OPTION, type=Path, help="write the results of the cases there")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known, and collect results where they are wanted."""
    config.addinivalue_line("markers", f"{MARK}(case): a case of the OCA")
    config.addinivalue_line(
        "markers", f"{REQUIREMENT_MARK}(*numbers): requirements of OCPP 2.1"
    )
    path = config.getoption(OPTION, None)
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test the case that it is about."""
    for item in items:
        if (mark := item.get_closest_marker(MARK)) is not None:
            item.user_properties.append(told(mark.args[0]))
        item.user_properties.extend(told(one) for one in marked(item))


@pytest.fixture
def connectors() -> int:
    """Return how many connectors the charge point has."""
    return 1


@pytest.fixture
def subentries(connectors: int) -> list[Any]:
    """Return the charge point, and the tags that the user entered."""
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: connectors}),
        id_tag_subentry(VALID, "Anna", parent_id_tag=FAMILY),
        id_tag_subentry(SECOND, "Ben", parent_id_tag=FAMILY),
        id_tag_subentry(BLOCKED, "Carl", blocked=True),
        id_tag_subentry(EXPIRED, "Dora", valid_until="2020-01-01T00:00:00+00:00"),
    ]


@pytest.fixture
def home(hass: HomeAssistant, setup_integration: MockConfigEntry) -> Home:  # noqa: F811
    """Return the user's side."""
    return Home(hass, setup_integration)


@pytest.fixture
async def line(
    home: Home,
    server_url: str,  # noqa: F811
    connectors: int,
) -> AsyncIterator[ChargePoint]:
    """Return a charge point that has not connected yet."""
    charge_point = ChargePoint(server_url, connectors=connectors)
    yield charge_point
    await charge_point.disconnect()
    charge_point.check()


@pytest.fixture
async def cp(home: Home, line: ChargePoint) -> ChargePoint:
    """Return a charge point that has booted, and been asked all that there is to ask."""
    await line.connect()
    await line.boot()
    await line.statuses()
    # The last question of a set-up.
    await line.is_asked("TriggerMessage")
    await home.shows_status("available")
    line.frames.clear()
    return line


@pytest.fixture
async def transaction_id(home: Home, cp: ChargePoint) -> int:
    """Return the id of a transaction that runs, begun with a valid tag."""
    assert await cp.authorize(VALID) == "Accepted"
    await cp.status("Preparing")
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_charging("on")
    cp.frames.clear()
    number: int = answer["transactionId"]
    return number
