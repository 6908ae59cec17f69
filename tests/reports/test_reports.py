"""Each report of `reports.json`, with the right value: what is not seen here is not so."""

from collections.abc import AsyncIterator
from functools import partial
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.conftest import (  # noqa: F401 - pytest looks for fixtures here
    charger_subentry,
    entry,
    hass_config_dir,
    options,
    port,
    server_url,
    setup_integration,
    unused_tcp_port,
    unused_tcp_port_factory,
    wait_for,
)

from .charger import Charger
from .in_words import AFTER, ANSWERS, FITS, LATE_BOOT, SETTINGS, STEPS
from .replay import IN_WORDS, Replay

type Json = Any

REPORTS: list[Json] = json.loads(
    (Path(__file__).parent / "reports.json").read_text(encoding="utf-8")
)


@pytest.fixture
def subentries(case: Json) -> list[Any]:
    """Return the charger of the report, where it is adopted."""
    if case.get("adopt") is False:
        return []
    settings = SETTINGS.get(case["name"], {})
    return [charger_subentry(case["cpid"], "Carport", **settings)]


@pytest.fixture
async def replay(
    hass: HomeAssistant,
    socket_enabled: None,
    setup_integration: MockConfigEntry,  # noqa: F811
    server_url: str,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    case: Json,
) -> AsyncIterator[Replay]:
    """Return the replay of a report, with its charger connected as the report says."""
    name = case["name"]
    caplog.set_level("INFO", logger="custom_components.ocpp_cs")
    async with Charger(server_url, case["cpid"], keys=case.get("keys")) as charger:
        one = Replay(hass, setup_integration, charger, caplog, case)
        for action, answer in case.get("says", {}).items():
            charger.answers[action] = (
                ANSWERS[name, action] if answer == IN_WORDS else answer
            )
        for action in case.get("after", ()):
            charger.after[action] = partial(AFTER[name, action], one)
        if case.get("adopt") is not False:
            await _connect(charger, case)
            if name not in LATE_BOOT:
                await charger.boot(**case.get("identity", {}))
                await charger.status("Available")
                hub = setup_integration.runtime_data
                charge_point = hub.central_system.charge_points[case["cpid"]]
                await wait_for(hass, lambda: charge_point.ready, 60)
                await wait_for(hass, lambda: one.entity_id("1_status"))
        yield one
        # Whatever it said, the connection has to outlast it.
        if (
            case.get("adopt") is not False
            and name != "second_link_before_the_first_ends"
        ):
            assert charger.alive is case.get("ends_alive", True)


async def _connect(charger: Charger, case: Json) -> None:
    way = case.get("open", {})
    headers = dict(way.get("headers", ()))
    if headers:
        await charger.connect(
            subprotocols=None,
            headers={"User-Agent": headers["User-Agent"]},
            origin=headers["Origin"],
        )
    else:
        await charger.connect(way.get("path"))


@pytest.mark.parametrize("case", REPORTS, ids=lambda case: case["name"])
async def test_report(replay: Replay, case: Json) -> None:
    for step in case["steps"]:
        await play(replay, case["name"], *step)


async def play(replay: Replay, name: str, kind: str, *rest: Json) -> None:
    """Play one step."""
    charger = replay.charger
    match kind, rest:
        case "call", (action, *more):
            await replay.call(action, *more)
        case "status", (connector, status, *more):
            await replay.status(connector, status, *more)
        case "wait", (seconds,):
            await replay.wait(seconds)
        case "is", (key, value, *more):
            await replay.shows(key, value, *more)
        case "isnt", (key, value):
            await replay.wait(0.2)
            assert not replay.fits(key, value, {})
        case "session", (wanted,):
            await replay.session(wanted)
        case "service", _:
            await replay.service(*rest)
        case "act", (action, data, _):
            assert FITS[name, action](await replay.act(action, data)), replay.answer
        case "reply", (action, payload, _, complaint):
            answer = await replay.call(action, payload)
            assert FITS[name, action](answer), f"{complaint}: {answer}"
        case "says", (action, answer):
            charger.answers[action] = (
                ANSWERS[name, action] if answer == IN_WORDS else answer
            )
        case "heard", (action, words, *more):
            fits = (lambda _: True) if words is None else FITS[name, action]
            seconds = more[1]["seconds"] if len(more) > 1 else 6
            assert await charger.hears(action, fits, seconds), (
                more[:1],
                charger.asked(action),
            )
        case "not_heard", (action, words, complaint, how):
            fits = (lambda _: True) if words is None else FITS[name, action]
            heard = await charger.hears(action, fits, how["seconds"])
            assert not heard, (complaint, charger.asked(action))
        case "forget", ():
            charger.heard.clear()
        case "raw", (text,):
            await charger.websocket.send(text)
        case "alive", ():
            assert "currentTime" in await charger.call("Heartbeat")
        case "py", _:
            await STEPS[name](replay)
        case _:
            pytest.fail(f"unknown step {kind} {rest}")
