"""Plays the steps of a report, and looks at what a user has of them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.naming import device_identifier, unique_id
from custom_components.ocpp_cs.const import DOMAIN
from tests.integration.conftest import wait_for

from .charger import Charger

type Json = Any

IN_WORDS = "(a check in words: see want)"
_SECONDS = 6.0
"""How long an entity has to get where it belongs; none needs as long."""


class Replay:
    """One report, its charger, and Home Assistant beside them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        charger: Charger,
        log: pytest.LogCaptureFixture,
        case: Json,
    ) -> None:
        """Take the two sides."""
        self.hass = hass
        self.entry = entry
        self.charger = charger
        self.log = log
        self.case = case
        self.cpid: str = case["cpid"]
        self.transaction_id: Json = None
        self.answer: Json = None
        """What the last action of the integration returned."""

    # What steps say.

    def filled(self, value: Json) -> Json:
        """Return a payload with the times and the transaction id of now."""
        match value:
            case {"now_plus_s": seconds}:
                moment = datetime.now(UTC) + timedelta(seconds=seconds)
                return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            case dict():
                return {key: self.filled(one) for key, one in value.items()}
            case list():
                return [self.filled(one) for one in value]
            case "$tx":
                return self.transaction_id
        return value

    async def call(self, action: str, payload: Json = None, how: Json = None) -> Json:
        """Have the charger call; the id of a transaction is kept."""
        answer = await self.charger.call(
            action, self.filled(payload), (how or {}).get("uid")
        )
        if action == "StartTransaction":
            self.transaction_id = answer["transactionId"]
        return answer

    async def status(self, connector: int, status: str, more: Json = None) -> None:
        """Have the charger tell a status."""
        await self.charger.status(
            status, connector, timestamp=self.filled({"now_plus_s": 0}), **(more or {})
        )

    async def wait(self, seconds: float) -> None:
        """Let time go by, as it does between two messages of a charger."""
        await asyncio.sleep(seconds)
        await self.hass.async_block_till_done()

    # What a user sees and does.

    def entity_id(self, key: str, platform: str | None = None) -> str | None:
        """Return the entity of `<connector>_<key>`; a sensor before any other."""
        connector, _, name = key.partition("_")
        wanted = unique_id(self.cpid, name, int(connector))
        registry = er.async_get(self.hass)
        for domain in (
            (platform,) if platform else ("sensor", "binary_sensor", "switch")
        ):
            found = registry.async_get_entity_id(domain, DOMAIN, wanted)
            if found is not None:
                return found
        return None

    def state(self, key: str, how: Json) -> Json:
        """Return state and unit of an entity, or None."""
        entity_id = self.entity_id(key, how.get("platform"))
        state = None if entity_id is None else self.hass.states.get(entity_id)
        return (
            None
            if state is None
            else (
                state.state,
                state.attributes.get("unit_of_measurement"),
            )
        )

    def fits(self, key: str, value: Json, how: Json) -> bool:
        """Return whether an entity shows a value, or one of a list of them."""
        if (told := self.state(key, how)) is None:
            return False
        state, unit = told
        if isinstance(value, list):
            return state in value
        if isinstance(value, str):
            return bool(state == value)
        try:
            number = float(state)
        except ValueError:
            return False
        return abs(number - value) <= how.get("tol", 0.01) and unit == how.get(
            "unit", unit
        )

    async def shows(self, key: str, value: Json, how: Json = None) -> None:
        """Fail unless an entity ends at a value."""
        how = how or {}
        try:
            await wait_for(
                self.hass,
                lambda: self.fits(key, value, how),
                how.get("seconds", _SECONDS),
            )
        except TimeoutError:
            pytest.fail(f"{key} is {self.state(key, how)}, not {value!r}")

    async def service(
        self, domain: str, name: str, key: str, data: Json = None, how: Json = None
    ) -> None:
        """Use an entity. `fails`: it has to; None, it may."""
        fails = (how or {}).get("fails", False)
        entity_id = self.entity_id(key, domain)
        assert entity_id is not None, f"no {domain} {key}"
        try:
            await self.hass.services.async_call(
                domain, name, {"entity_id": entity_id, **(data or {})}, blocking=True
            )
        except HomeAssistantError:
            if fails is False:
                raise
        else:
            assert fails is not True, f"{domain}.{name} should have failed"

    async def act(self, action: str, data: Json = None) -> Json:
        """Run an action of the integration; return its answer."""
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            device_identifier(self.cpid), self.entry.entry_id
        )
        assert device is not None
        self.answer = await self.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": device.id, **(data or {})},
            blocking=True,
            return_response=True,
        )
        return self.answer

    async def session(self, wanted: Json) -> None:
        """Fail unless the sessions end so."""

        async def problem() -> str | None:
            sessions = (await self.act("get_sessions"))["sessions"]
            if len(sessions) != wanted["count"]:
                return f"{len(sessions)} sessions: {sessions}"
            return _differs(sessions[-1], wanted)

        deadline = asyncio.get_running_loop().time() + _SECONDS
        while (told := await problem()) is not None:
            assert asyncio.get_running_loop().time() < deadline, told
            await asyncio.sleep(0.05)

    @property
    def log_lines(self) -> list[str]:
        """What the integration logged, from INFO on."""
        return [
            record.getMessage()
            for record in self.log.records
            if "ocpp_cs" in record.name and record.levelno >= 20
        ]


def _differs(session: Json, wanted: Json) -> str | None:
    """Return in what a session is not as wanted; None if in nothing."""
    now = datetime.now(UTC)
    running = session["end"] is None
    checks: dict[str, Callable[[Json], bool]] = {
        "count": lambda _: True,
        "running": lambda value: running is value,
        "wh": lambda value: (
            session["energy_wh"] is not None and abs(session["energy_wh"] - value) < 1
        ),
        "tag": lambda value: bool(session["id_tag"] == value),
        "reason": lambda value: bool(session["reason"] == value),
        "started": lambda value: (
            abs(
                (datetime.fromisoformat(session["start"]) - now).total_seconds() - value
            )
            < 60
        ),
        "minutes": lambda value: (
            not running
            and abs(
                (
                    datetime.fromisoformat(session["end"])
                    - datetime.fromisoformat(session["start"])
                ).total_seconds()
                / 60
                - value
            )
            < 1
        ),
    }
    wrong = [key for key, value in wanted.items() if not checks[key](value)]
    return f"{wrong} of {session}, wanted {wanted}" if wrong else None
