"""The least that any integration for OCPP chargers has to do, for the benchmark.

A bare websocket server that parses each message, answers it, and sets the states of
the eight values in MeterValues. No checks, no entities, no registries.

It also counts what the garbage collector takes of the event loop's thread, for either
server: the websocket command `ocpp_floor/collections` returns the seconds so far.

    ocpp_floor:
      port: 9100
"""

import gc
import threading
import time
from types import MappingProxyType
from typing import Any

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
import orjson
import voluptuous as vol
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

DOMAIN = "ocpp_floor"

CONFIG_SCHEMA = vol.Schema(
    {DOMAIN: vol.Schema({vol.Required("port"): cv.port})}, extra=vol.ALLOW_EXTRA
)

_CLASSES = {
    "Wh": ("energy", "total_increasing"),
    "W": ("power", "measurement"),
    "A": ("current", "measurement"),
    "V": ("voltage", "measurement"),
}

_ACCEPTED = {
    "currentTime": "2026-01-01T00:00:00Z",
    "interval": 3600,
    "status": "Accepted",
    "transactionId": 1,
    "idTagInfo": {"status": "Accepted"},
}
"""Answers everything but MeterValues well enough for the benchmark's chargers."""


class Collections:
    """The CPU time of garbage collections in the event loop's thread."""

    def __init__(self) -> None:
        """Start counting; this runs in that thread."""
        self.seconds = 0.0
        self._thread = threading.get_ident()
        self._begin = 0.0
        gc.callbacks.append(self._observe)

    def _observe(self, phase: str, info: dict[str, int]) -> None:
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._begin = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._begin


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen until Home Assistant stops."""
    collections = Collections()

    @callback
    @websocket_command({vol.Required("type"): "ocpp_floor/collections"})
    def tell(
        hass: HomeAssistant,
        connection: ActiveConnection,
        message: dict[str, Any],
    ) -> None:
        connection.send_result(message["id"], collections.seconds)

    async_register_command(hass, tell)

    @callback
    @websocket_command(
        {
            vol.Required("type"): "ocpp_floor/subentry",
            vol.Required("entry_id"): str,
            vol.Required("kind"): str,
            vol.Required("title"): str,
            vol.Required("data"): dict,
        }
    )
    def add_subentry(
        hass: HomeAssistant,
        connection: ActiveConnection,
        message: dict[str, Any],
    ) -> None:
        # As its form does in the end, without what it tries before.
        entry = hass.config_entries.async_get_known_entry(message["entry_id"])
        hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(message["data"]),
                subentry_type=message["kind"],
                title=message["title"],
                unique_id=None,
            ),
        )
        connection.send_result(message["id"])

    async_register_command(hass, add_subentry)

    async def charger(connection: ServerConnection) -> None:
        assert connection.request is not None
        name = connection.request.path.rpartition("/")[2].lower().replace("-", "_")
        known: dict[tuple[str, str | None], tuple[str, dict[str, Any]]] = {}
        try:
            async for message in connection:
                _, number, action, payload = orjson.loads(message)
                answer = _ACCEPTED
                if action == "MeterValues":
                    answer = {}
                    for sample in payload["meterValue"][0]["sampledValue"]:
                        key = (sample["measurand"], sample.get("phase"))
                        if key not in known:
                            known[key] = _describe(name, sample)
                        entity_id, attributes = known[key]
                        hass.states.async_set(entity_id, sample["value"], attributes)
                await connection.send(orjson.dumps([3, number, answer]).decode())
        except ConnectionClosed:
            pass

    server = await serve(
        charger,
        "127.0.0.1",
        config[DOMAIN]["port"],
        subprotocols=[Subprotocol("ocpp1.6")],
    )

    async def stop(_: Event) -> None:
        server.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return True


def _describe(name: str, sample: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the entity id and the attributes that a sensor would have."""
    device_class, state_class = _CLASSES[sample["unit"]]
    phase = sample.get("phase", "")
    key = f"{device_class}_{phase}".rstrip("_").lower()
    return f"sensor.{name}_{key}", {
        "state_class": state_class,
        "unit_of_measurement": sample["unit"],
        "device_class": device_class,
        "friendly_name": f"{name} {device_class} {phase}".strip(),
    }
