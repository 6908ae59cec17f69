"""The secret in the address of a charger stands in no log, repair, card or diagnostics."""

from contextlib import suppress
import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import cards, charger_subentry
from tests.sampling import sample

pytestmark = pytest.mark.usefixtures("socket_enabled")

SECRET = "Zm9vYmFyLWJhel9xdXV4QQ"
AWAITED = "YXdhaXRlZC1zZWNyZXQtMQ"


async def knock(url: str) -> None:
    """Try to get in."""
    for version in ("ocpp1.6", "ocpp2.0.1") * 3:
        with suppress(WebSocketException):
            async with connect(
                url, subprotocols=[Subprotocol(version)], close_timeout=0.5
            ) as one:
                await one.send('[2,"1","Heartbeat",{}]')
                await one.recv()


@pytest.mark.parametrize(
    "subentries",
    [[charger_subentry("CP1", path_secret=SECRET)]],
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"secret_only": True},
        {"allowed": "listed", "allowed_addresses": ["192.0.2.1"]},
    ],
)
@pytest.mark.parametrize(
    "path",
    sample(
        [
            "{secret}/CP1",
            "{secret}",
            "{secret}/",
            "CP1/{secret}",
            "{secret}//CP1",
            "{secret}%2FCP1",
            "{secret}\\CP1",
            "{secret}/%ff",
            "{secret}/CP1%00",
            "{escaped}/CP1",
            "{secret}/OTHER",
            "ocpp?id={secret}",
            "{secret}?id=CP1",
            "{secret}/?id=CP1",
            "{secret}#CP1",
            "{secret}CP1",
            "{secret}/CP1/{secret}",
            "{secret}/*",
            "{secret}:CP1",
        ],
        7,
    ),
)
@pytest.mark.parametrize("which", ["own", "awaited"])
async def test_whatever_is_made_of_an_address(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    port: int,
    caplog: pytest.LogCaptureFixture,
    path: str,
    which: str,
) -> None:
    secret = SECRET if which == "own" else AWAITED
    hub.central_system.await_secret(AWAITED)
    caplog.set_level(logging.DEBUG, "custom_components.ocpp_cs")
    caplog.set_level(logging.DEBUG, "websockets")
    caplog.clear()
    escaped = "".join(f"%{ord(one):02X}" for one in secret)
    target = path.format(secret=secret, escaped=escaped)
    await knock(f"ws://127.0.0.1:{port}/{target}")
    await hass.async_block_till_done()
    for name, one in ir.async_get(hass).issues.items():
        assert secret not in str(name), name
        assert secret not in str(one.translation_placeholders), one
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("custom_components.ocpp_cs", "websockets.server"))
    ]
    leaks = [line for line in lines if secret in line]
    assert not leaks
    assert secret not in str(cards(hass))
    assert secret not in str(hub.central_system.pending)
    told = str(await async_get_config_entry_diagnostics(hass, setup_integration))
    assert secret not in told
