"""What others say stays text: nowhere does it become a link, a picture or a heading."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from custom_components.ocpp_cs import config_flow
from custom_components.ocpp_cs.chargers.subentries import identity_data
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.model import Identity
from custom_components.ocpp_cs.foreign_text import for_markdown, plain, shown
from custom_components.ocpp_cs.hub import Hub

from .conftest import AddCharger, cards, wait_for
from .helpers.repairs import said, shown as repairs

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVIL = "[x](http://evil) ![i](http://evil) <b>http://evil</b> \n# evil\n\n`evil` |evil| \x1b\u202e"

TRANSLATIONS = Path(config_flow.__file__).parent / "translations"

COMPOSED = {
    # Put together here, with what others said as code: see the tests below.
    "config": {"changes", "notes", "reason", "words", "warning"},
    "config_subentries": {
        *("changes", "notes", "reason", "words", "warning", "before", "left"),
        # What is wrong with a backend, by charger.
        "problems",
        *("path", "offered", "makes", "page", "asked_id", "encrypted"),
        # The page about its security.
        *("level", "state", "undone", "reasons", "problem", "ca"),
        # The page with the charger's own settings.
        *("result", "possible", "note"),
    },
    "issues": {
        *("error", "expected", "found", "reason", "words", "left", "entities"),
        # Words of OCPP in the user's language, networks, times and other numbers.
        *("status", "network", "minutes", "old", "copied", "date", "end"),
        *("since", "ends"),
        *("chargers", "names", "link"),
        # Our own address, in a block of code.
        "url",
    },
    # Our own addresses and certificate.
    "options": {"chargers", "pem", "der", "url", "fingerprint"},
}
NUMBERS = {
    "connector",
    "waiting",
    "limit",
    "difference",
    "port",
    "plain_port",
    "seconds",
    "watts",
    "power",
    "fuse",
    "share",
    # The version of OCPP that its owner chose, and numbers of a profile.
    "version",
    "profile",
    "level",
}
USERS = {"server", "entity", "value", "positive", "negative"}
"""What users called things, or other integrations' entities tell."""


def is_markdown(path: tuple[str, ...]) -> bool:
    """Tell where the frontend renders a text as Markdown."""
    kind, *rest = path
    if kind == "issues":
        return rest[-1] == "description" or "abort" in rest
    if kind == "config_subentries":
        rest = rest[1:]
    elif kind not in {"config", "options"}:
        return False
    return rest[-1] == "description" or rest[0] in {"abort", "progress"}


def texts(data: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from texts(value, *path, key)
    else:
        yield path, data


def assert_harmless(markdown: str) -> None:
    """See that whatever is evil is within code, and code is what it seems."""
    for paragraph in re.split(r"\n", markdown.replace("```", "")):
        assert paragraph.count("`") % 2 == 0, markdown
        parts = paragraph.split("`")
        assert not any("evil" in outside for outside in parts[::2]), markdown
        assert all(parts[1::2]), markdown


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_placeholder_of_markdown_stands_as_code(language: str) -> None:
    data = json.loads((TRANSLATIONS / f"{language}.json").read_text(encoding="utf-8"))
    seen = 0
    for path, text in texts(data):
        if not is_markdown(path):
            continue
        names = set(re.findall(r"{(\w+)}", text))
        filled = for_markdown(
            **dict.fromkeys(names - COMPOSED[path[0]] - NUMBERS - USERS, EVIL)
        ) | dict.fromkeys(names & (COMPOSED[path[0]] | NUMBERS | USERS), "0")
        seen += len(names)
        assert_harmless(text.format(**filled))
    assert seen > 50


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Garage", "`Garage`"),
        ("", "–"),
        ("\n\t\0", "–"),
        ("a`b|c\nd\x1be\u202ef", "`a b c d e f`"),
        ("`" * 500, "`…`"),
        ("x" * 101, f"`{'x' * 100}…`"),
        ("x" * 100, f"`{'x' * 100}`"),
        (5, "`5`"),
    ],
)
def test_what_others_said_is_code(text: object, becomes: str) -> None:
    assert shown(text) == becomes
    assert plain(text) == becomes.strip("`").replace("–", "")


def test_what_a_charger_says_of_itself_is_tidied() -> None:
    told = identity_data(
        Identity(
            vendor="go\n# e\x1b[31m",
            model="x" * 1000,
            serial=" 1\0\0",
            firmware="\r\n",
        )
    )
    assert told == {"vendor": "go # e [31m", "model": "x" * 50, "serial": "1"}


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.ocpp_cs.chargers.discovery.GRACE", 0.1)


async def test_a_stranger_in_cards_and_repairs(
    hass: HomeAssistant, hub: Hub, server_url: str, charger: AddCharger
) -> None:
    """All that a handshake and a boot can say, to the places where it is shown."""
    for _ in range(2):
        async with connect(
            f"{server_url}NEW",
            subprotocols=[
                Subprotocol("ocpp9"),
            ],
            additional_headers={"Sec-WebSocket-Protocol": f"x {EVIL[:36]}"},
        ) as websocket:
            with pytest.raises(ConnectionClosed):
                await websocket.recv()
    await wait_for(hass, lambda: repairs(hass))
    (issue,) = repairs(hass)
    translated = await async_get_translations(hass, "en", "issues", [DOMAIN])
    key = f"component.{DOMAIN}.issues.{issue.translation_key}.fix_flow.step.confirm"
    assert "evil" in said(issue)["offered"]
    assert_harmless(translated[f"{key}.description"].format(**said(issue)))

    await charger(
        "[x](http:evil)",
        accepted=False,
        vendor="[evil](http://evil)\n#evil",
        model="![evil](http://evil)",
    )
    await wait_for(hass, lambda: cards(hass))
    (card,) = cards(hass)
    name = card["context"]["title_placeholders"]["name"]
    assert name.isprintable() and "`" not in name
    form = await hass.config_entries.flow.async_configure(card["flow_id"])
    translated = await async_get_translations(hass, "en", "config", [DOMAIN])
    described = translated[f"component.{DOMAIN}.config.step.confirm.description"]
    assert_harmless(described.format(**form["description_placeholders"]))
    (default,) = [key.default() for key in form["data_schema"].schema if key == "name"]
    assert default.isprintable() and len(default) <= 101
