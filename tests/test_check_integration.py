"""scripts/check_integration.py finds each thing that can be wrong, in a copy of the checkout that is broken that way."""

from collections.abc import Callable
import importlib
import json
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "check_integration.py"
COMPONENT = Path("custom_components") / "ocpp_cs"

type Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def checker() -> Any:
    """Return the script as a module."""
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        return importlib.import_module("check_integration")
    finally:
        sys.path.remove(str(SCRIPT.parent))


@pytest.fixture(scope="module")
def code(checker: Any) -> dict[str, Any]:
    """Return what the code has, as long as it is not broken."""
    return checker.read_code(ROOT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of what is checked."""
    shutil.copytree(
        ROOT / COMPONENT,
        tmp_path / COMPONENT,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "custom_components" / "__init__.py", tmp_path / COMPONENT.parent)
    shutil.copy(ROOT / "hacs.json", tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "actions.md", tmp_path / "docs")
    return tmp_path


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, root], capture_output=True, text=True, check=False
    )


def in_json(name: str, change: Change) -> Callable[[Path], None]:
    """Return the way to change a JSON file of the integration, or hacs.json."""

    def apply(root: Path) -> None:
        path = root / name if name == "hacs.json" else root / COMPONENT / name
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return apply


def in_yaml(name: str, change: Change) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / COMPONENT / name
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    return apply


def in_both(change: Change) -> Callable[[Path], None]:
    """Return the way to change both languages alike."""

    def apply(root: Path) -> None:
        for language in ("en", "de"):
            in_json(f"translations/{language}.json", change)(root)

    return apply


def in_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / COMPONENT / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r} any more"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def in_docs(name: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / "docs" / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r} any more"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def put(value: Any, *path: str) -> Change:
    """Return a change that puts a value at a path."""

    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content.setdefault(key, {})
        content[path[-1]] = value

    return change


def drop(*path: str) -> Change:
    """Return a change that removes what is at a path."""

    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return change


def resized(name: str, width: int, height: int) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / COMPONENT / "brand" / name
        data = path.read_bytes()
        size = width.to_bytes(4) + height.to_bytes(4)
        path.write_bytes(data[:16] + size + data[24:])

    return apply


def removed(name: str) -> Callable[[Path], None]:
    return lambda root: (root / COMPONENT / name).unlink()


def added(name: str, text: str = "{}") -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        (root / COMPONENT / name).write_text(text, encoding="utf-8")

    return apply


def reordered(content: dict[str, Any]) -> None:
    content["name"] = content.pop("name")


EN = "translations/en.json"
DE = "translations/de.json"
MANIFEST = "manifest.json"
NOT_CONNECTED = ("exceptions", "not_connected", "message")

BROKEN_FILES = {
    # Manifest.
    "manifest without issue tracker": (
        in_json(MANIFEST, drop("issue_tracker")),
        "manifest.json: issue_tracker: is missing",
    ),
    "manifest with an unknown key": (
        in_json(MANIFEST, put("x", "homeassistant")),
        "manifest.json: homeassistant: is not allowed",
    ),
    "manifest out of order": (
        in_json(MANIFEST, reordered),
        "manifest.json: after_dependencies: keys have to be",
    ),
    "manifest of another domain": (
        in_json(MANIFEST, put("ocpp", "domain")),
        "manifest.json: domain: is not the name",
    ),
    "manifest without a version": (
        in_json(MANIFEST, put("latest", "version")),
        "manifest.json: version: is not a version",
    ),
    "documentation over http": (
        in_json(MANIFEST, put("http://example.com", "documentation")),
        "manifest.json: documentation: is not an address",
    ),
    "documentation at Home Assistant": (
        in_json(
            MANIFEST,
            put("https://www.home-assistant.io/integrations/x", "documentation"),
        ),
        "manifest.json: documentation: is kept for",
    ),
    "unknown iot class": (
        in_json(MANIFEST, put("local", "iot_class")),
        "manifest.json: iot_class: is none of",
    ),
    "unknown integration type": (
        in_json(MANIFEST, put("server", "integration_type")),
        "manifest.json: integration_type: is none of",
    ),
    "code owner who is not in a list": (
        in_json(MANIFEST, put("@someone", "codeowners")),
        "manifest.json: codeowners: is not a list",
    ),
    "requirement that is none": (
        in_json(MANIFEST, put(["ocpp == latest"], "requirements")),
        "manifest.json: requirements: ocpp == latest: is not a requirement",
    ),
    "requirement without an end": (
        in_json(MANIFEST, put(["ocpp>=2"], "requirements")),
        "manifest.json: requirements: ocpp>=2: takes any",
    ),
    "config flow that is not told of": (
        in_json(MANIFEST, put(False, "config_flow")),
        "manifest.json: config_flow: disagrees",
    ),
    "code owner without an @": (
        in_json(MANIFEST, put(["someone"], "codeowners")),
        "manifest.json: codeowners: someone: is not a name that begins with @",
    ),
    # Imports and the manifest.
    "import that the manifest does not name": (
        in_json(MANIFEST, drop("after_dependencies")),
        "imports energy, which is in neither",
    ),
    "import of a dependency that was forgotten": (
        in_json(MANIFEST, put(["http", "tag"], "dependencies")),
        "imports network, which is in neither",
    ),
    "import of a whole integration": (
        added("weather.py", "import homeassistant.components.mqtt.client\n"),
        "weather.py:1: imports mqtt, which is in neither",
    ),
    "import that a comment calls a type": (
        added(
            "tags/types.py",
            "from typing import TYPE_CHECKING\n\n"
            "if TYPE_CHECKING:\n    from homeassistant.components.mqtt import a\n"
            "else:\n    from homeassistant.components import hue\n",
        ),
        "tags/types.py:6: imports hue, which is in neither",
    ),
    "import of another integration than the platform's own": (
        added("energy.py", "from homeassistant.components.history import util\n"),
        "energy.py:1: imports history, which is in neither",
    ),
    "dependency that is none": (
        in_json(MANIFEST, put(["enrgy"], "after_dependencies")),
        "manifest.json: after_dependencies: enrgy: is no integration",
    ),
    "dependency in both lists": (
        in_json(MANIFEST, put(["energy", "tag"], "after_dependencies")),
        "manifest.json: after_dependencies: tag: is among the dependencies",
    ),
    # hacs.json, brand, quality scale.
    "hacs.json with an unknown key": (
        in_json("hacs.json", put([], "domains")),
        "hacs.json: domains: is not allowed",
    ),
    "hacs.json without a name": (
        in_json("hacs.json", drop("name")),
        "hacs.json: name: is missing",
    ),
    "hacs.json without a file name": (
        in_json("hacs.json", drop("filename")),
        "hacs.json: filename: is missing",
    ),
    "hacs.json with a strange version": (
        in_json("hacs.json", put("2026.11", "homeassistant")),
        "hacs.json: homeassistant: is not a version",
    ),
    "no icon": (removed("brand/icon.png"), "brand/icon.png: is missing"),
    "strange image": (
        added("brand/banner.png"),
        "brand/banner.png: is not the name",
    ),
    "image that is none": (
        added("brand/icon.png", "<svg/>"),
        "brand/icon.png: is not a PNG",
    ),
    "icon too small": (
        resized("icon.png", 128, 128),
        "brand/icon.png: has not 256 pixels",
    ),
    "icon that is not square": (
        resized("dark_icon@2x.png", 512, 500),
        "brand/dark_icon@2x.png: has not 512 pixels",
    ),
    "logo too low": (
        resized("logo.png", 800, 100),
        "brand/logo.png: has not 128 to 256 pixels",
    ),
    "logo too high": (
        resized("logo@2x.png", 800, 600),
        "brand/logo@2x.png: has not 256 to 512 pixels",
    ),
    "rule left out": (
        in_yaml("quality_scale.yaml", drop("rules", "brands")),
        "quality_scale.yaml: brands: is missing",
    ),
    "rule made up": (
        in_yaml("quality_scale.yaml", put("done", "rules", "beauty")),
        "quality_scale.yaml: beauty: is not a rule",
    ),
    "rule half done": (
        in_yaml("quality_scale.yaml", put("half", "rules", "brands")),
        "quality_scale.yaml: brands: is none of",
    ),
    "rule exempt for no reason": (
        in_yaml("quality_scale.yaml", put({"status": "exempt"}, "rules", "brands")),
        "quality_scale.yaml: brands: is exempt without",
    ),
    "rule exempt though there is code for it": (
        in_yaml(
            "quality_scale.yaml",
            put({"status": "exempt", "comment": "x"}, "rules", "repair-issues"),
        ),
        "quality_scale.yaml: repair-issues: is exempt, but custom_components",
    ),
    "rule to do though there is code for it": (
        in_yaml("quality_scale.yaml", put("todo", "rules", "inject-websession")),
        "quality_scale.yaml: inject-websession: is todo, but custom_components",
    ),
    "owner to come though there is one": (
        in_yaml("quality_scale.yaml", put("todo", "rules", "integration-owner")),
        "quality_scale.yaml: integration-owner: is todo, but the manifest has",
    ),
    "owner though there is none": (
        in_json(MANIFEST, put([], "codeowners")),
        "quality_scale.yaml: integration-owner: is done, but the manifest has no",
    ),
    "no rules": (
        in_yaml("quality_scale.yaml", put(None, "rules")),
        "quality_scale.yaml: rules: is missing",
    ),
    "strings.json": (added("strings.json"), "strings.json: has no place"),
    "YAML let in": (
        in_text("__init__.py", "CONFIG_SCHEMA =", "SCHEMA ="),
        "__init__.py: CONFIG_SCHEMA: is missing",
    ),
    # Files that cannot be read.
    "no icons": (removed("icons.json"), "icons.json: is missing"),
    "broken JSON": (added("icons.json", "{"), "icons.json: cannot be read"),
    "JSON that is a list": (added("icons.json", "[]"), "icons.json: is not an object"),
    "broken YAML": (added("services.yaml", "a: b: c"), "services.yaml: cannot be read"),
    "key twice": (
        added("icons.json", '{"services": {}, "services": {}}'),
        "icons.json: services: stands there twice",
    ),
    # The form of texts.
    "language that is not checked": (
        added("translations/fr.json"),
        "translations/fr.json: is not checked",
    ),
    "text in English only": (
        in_json(DE, drop(*NOT_CONNECTED)),
        "de.json: exceptions.not_connected.message: is missing",
    ),
    "text in German only": (
        in_json(DE, put("x", "exceptions", "x", "message")),
        "de.json: exceptions.x.message: is not in en.json",
    ),
    "another placeholder in German": (
        in_json(DE, put("{nom} ist weg.", *NOT_CONNECTED)),
        "de.json: exceptions.not_connected.message: has other placeholders",
    ),
    "empty text": (
        in_json(DE, put("", *NOT_CONNECTED)),
        "de.json: exceptions.not_connected.message: is empty",
    ),
    "text that is a number": (
        in_json(EN, put(1, *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: is not a text",
    ),
    "Markdown where there is none": (
        in_both(
            put(
                "*Host*",
                *("config", "step", "user", "data_description", "host"),
            )
        ),
        "en.json: config.step.user.data_description.host: has Markdown",
    ),
    "blank at the end": (
        in_json(EN, put("{name} is away. ", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: begins or ends",
    ),
    "HTML": (
        in_json(EN, put("{name} is <b>away</b>.", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: contains HTML",
    ),
    "address": (
        in_json(EN, put("{name}: see https://example.com", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: contains an address",
    ),
    "reference": (
        in_json(EN, put("[%key:common::x%]", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: is a reference",
    ),
    "quoted placeholder": (
        in_json(EN, put("'{name}' is away.", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: has a placeholder in single quotes",
    ),
    "stray brace": (
        in_json(EN, put("{name} is {away.", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: has a brace",
    ),
    "placeholder with a blank": (
        in_json(EN, put("{the name} is away.", *NOT_CONNECTED)),
        "en.json: exceptions.not_connected.message: the placeholder 'the name'",
    ),
    "key in capitals": (
        in_both(put("x", "exceptions", "Away", "message")),
        "en.json: exceptions.Away.message: 'Away' is not a key",
    ),
    "section that is none": (
        in_both(put("x", "service", "name")),
        "en.json: service: is not a section",
    ),
    "placeholder in a state": (
        in_both(put("{x}", "entity", "sensor", "status", "state", "available")),
        "en.json: entity.sensor.status.state.available: is a state",
    ),
    "action without a description": (
        in_both(drop("services", "reset", "description")),
        "en.json: services.reset.description: is missing",
    ),
    "field without a name": (
        in_both(drop("services", "reset", "fields", "type", "name")),
        "en.json: services.reset.fields.type.name: is missing",
    ),
    "subentry without a type": (
        in_both(drop("config_subentries", "charger", "entry_type")),
        "en.json: config_subentries.charger.entry_type: is missing",
    ),
    "subentry without a button": (
        in_both(drop("config_subentries", "charger", "initiate_flow", "user")),
        "en.json: config_subentries.charger.initiate_flow.user: is missing",
    ),
    "issue with nothing but a title": (
        in_both(put("x", "issues", "x", "title")),
        "en.json: issues.x: has not exactly one",
    ),
    "issue without a title": (
        in_both(put("x", "issues", "x", "description")),
        "en.json: issues.x.title: is missing",
    ),
    "field not described": (
        in_both(drop("config", "step", "user", "data_description", "port")),
        "en.json: config.step.user.data_description.port: is missing",
    ),
    "field described only": (
        in_both(drop("config", "step", "user", "data", "port")),
        "en.json: config.step.user.data.port: is missing",
    ),
    # Texts against the code.
    "step without texts": (
        in_both(drop("config", "step", "reconfigure")),
        "en.json: config.step.reconfigure: is missing",
    ),
    "step without a title": (
        in_both(drop("config", "step", "user", "title")),
        "en.json: config.step.user.title: is missing",
    ),
    "texts without a step": (
        in_both(put("x", "options", "step", "more", "title")),
        "en.json: options.step.more: is not a step",
    ),
    "field of no form": (
        in_both(put("x", "config", "step", "user", "data", "color")),
        "config_subentries: data.color: is a field of no form",
    ),
    "abort without a text": (
        in_both(drop("config", "abort", "charger_gone")),
        "en.json: config.abort.charger_gone: is missing",
    ),
    "abort of no flow": (
        in_both(put("x", "config", "abort", "bored")),
        "en.json: config.abort.bored: is nowhere",
    ),
    "error without a text": (
        in_both(drop("options", "error", "port_is_plain")),
        "error.port_is_plain: is missing",
    ),
    "error of no form": (
        in_both(put("x", "config", "error", "bored")),
        "error.bored: is an error of no form",
    ),
    "placeholder that no flow fills": (
        in_both(put("{x}", "config", "step", "user", "title")),
        "en.json: config: nothing fills the placeholder x",
    ),
    "subentry of no kind": (
        in_both(put({"entry_type": "x"}, "config_subentries", "car")),
        "en.json: config_subentries.car: is not a kind",
    ),
    "entity without texts": (
        in_both(drop("entity", "sensor", "status")),
        "en.json: entity.sensor.status: is missing",
    ),
    "entity without a name": (
        in_both(drop("entity", "sensor", "status", "name")),
        "en.json: entity.sensor.status.name: is missing",
    ),
    "texts of no entity": (
        in_both(put("x", "entity", "sensor", "mood", "name")),
        "en.json: entity.sensor.mood: is not a translation_key",
    ),
    "texts of no platform": (
        in_both(put({}, "entity", "lock")),
        "en.json: entity.lock: is not a platform",
    ),
    "name with a placeholder that nobody fills": (
        in_both(put("Status {x}", "entity", "sensor", "status", "name")),
        "en.json: entity.sensor.status.name: its placeholders",
    ),
    "state without a text": (
        in_both(drop("entity", "sensor", "status", "state", "faulted")),
        "en.json: entity.sensor.status.state.faulted: is missing",
    ),
    "state that there is not": (
        in_both(put("x", "entity", "sensor", "status", "state", "occupied")),
        "en.json: entity.sensor.status.state.occupied: is not an option",
    ),
    "error raised without a text": (
        in_both(drop("exceptions", "refused")),
        "en.json: exceptions.refused: is missing, but used",
    ),
    "error whose text is bare": (
        in_both(put("{name} is away.", "exceptions", "not_connected")),
        "en.json: exceptions.not_connected: is not an object with a message",
    ),
    "error whose text is bare in German": (
        in_json(DE, put("{name} is away.", "exceptions", "not_connected")),
        "de.json: exceptions.not_connected: is not an object with a message",
    ),
    "error with more than a message": (
        in_both(put("x", "exceptions", "not_connected", "title")),
        "en.json: exceptions.not_connected: is not an object with a message",
    ),
    "text of no error": (
        in_both(put("x", "exceptions", "bored", "message")),
        "en.json: exceptions.bored: is nowhere",
    ),
    "placeholder that an error does not fill": (
        in_both(put("{device} {x}", "exceptions", "not_a_charger", "message")),
        "en.json: exceptions.not_a_charger.message: nothing fills the placeholder x",
    ),
    "text of no issue": (
        in_both(put({"title": "x", "description": "x"}, "issues", "bored")),
        "en.json: issues.bored: is nowhere",
    ),
    "device without a text": (
        in_both(drop("device", "connector")),
        "en.json: device.connector: is missing",
    ),
    "line of the system information without a text": (
        in_both(drop("system_health", "info", "port")),
        "en.json: system_health.info.port: is missing",
    ),
    "selector without texts": (
        in_both(drop("selector", "reset_type")),
        "en.json: selector.reset_type: is missing",
    ),
    "selector of a form without texts": (
        in_both(drop("selector", "unknown_chargers")),
        "en.json: selector.unknown_chargers: is missing",
    ),
    "option of a form without a text": (
        in_both(drop("selector", "unknown_chargers", "options", "ask")),
        "en.json: selector.unknown_chargers.options.ask: is missing",
    ),
    "texts of no selector": (
        in_both(put({}, "selector", "bored")),
        "en.json: selector.bored: is not the translation_key",
    ),
    "option without a text": (
        in_both(drop("selector", "reset_type", "options", "hard")),
        "en.json: selector.reset_type.options.hard: is missing",
    ),
    "text of no option": (
        in_both(put("x", "selector", "reset_type", "options", "soggy")),
        "en.json: selector.reset_type.options.soggy: is not an option",
    ),
    # Actions.
    "action without texts": (
        in_both(drop("services", "reset")),
        "en.json: services.reset: is missing",
    ),
    "form that is not that of the table": (
        in_yaml("services.yaml", put("hard", "reset", "fields", "type", "default")),
        "services.yaml: is not what scripts/action_files.py makes",
    ),
    "form that is missing": (
        removed("services.yaml"),
        "services.yaml: is not what scripts/action_files.py makes",
    ),
    "icon that is not that of the table": (
        in_json("icons.json", put("mdi:reload", "services", "reset", "service")),
        "icons.json: is not what scripts/action_files.py makes",
    ),
    "documentation that is not that of the table": (
        in_docs("actions.md", "`type`: `soft`, `hard` or `resume`", "`type`"),
        "docs/actions.md: is not what scripts/action_files.py makes",
    ),
    "field that is none": (
        in_both(
            put({"name": "x", "description": "x"}, "services", "reset", "fields", "x")
        ),
        "en.json: services.reset.fields.x: is not a field",
    ),
    # Icons.
    "icon that is none": (
        in_json("icons.json", put("restart", "services", "reset", "service")),
        "icons.json: services.reset.service: 'restart' is not",
    ),
    "section of icons that is none": (
        in_json("icons.json", put({}, "buttons")),
        "icons.json: buttons: is not a section",
    ),
    "icon of no entity": (
        in_json("icons.json", put("mdi:car", "entity", "sensor", "mood", "default")),
        "icons.json: entity.sensor.mood: is not a translation_key",
    ),
    "icon of no platform": (
        in_json("icons.json", put({}, "entity", "lock")),
        "icons.json: entity.lock: is not a platform",
    ),
    "icon of no state": (
        in_json(
            "icons.json",
            put("mdi:car", "entity", "sensor", "status", "state", "occupied"),
        ),
        "icons.json: entity.sensor.status.state.occupied: is not an option",
    ),
    "entity without an icon": (
        in_json("icons.json", drop("entity", "sensor", "status")),
        "icons.json: entity.sensor.status.default: is missing",
    ),
}

# In groups, of which each is broken in a checkout of its own: no file is broken twice in one.
BROKEN_CODE: dict[str, dict[str, tuple[Callable[[Path], None], list[str]]]] = {
    "first": {
        "error without a text": (
            in_text("csms/model/errors.py", '= "not_connected"', '= "gone"'),
            ["exceptions.gone: is missing", "exceptions.not_connected: is nowhere"],
        ),
        "action, field and option without texts": (
            in_text(
                "actions/registry.py",
                'name="reset"',
                'name="restart"',
            ),
            [
                "services.restart: is missing",
                "services.reset: is not an action",
                "services.yaml: is not what scripts/action_files.py makes",
                "icons.json: is not what scripts/action_files.py makes",
                "docs/actions.md: is not what scripts/action_files.py makes",
            ],
        ),
        "selector that is none": (
            in_text(
                "actions/fields.py", 'selector={"boolean": None}', 'selector={"x": 1}'
            ),
            ["actions/registry.py: set_charge_plan.armed: its selector: "],
        ),
        "entity without texts": (
            in_text("button.py", 'translation_key="unlock"', 'translation_key="open"'),
            ["entity.button.open: is missing", "entity.button.unlock: is not"],
        ),
        "entity whose class has no icon": (
            in_text(
                "sensor/measurements.py",
                "SensorDeviceClass.POWER_FACTOR",
                "SensorDeviceClass.ENERGY_DISTANCE",
            ),
            ["entity.sensor.power_factor.default: is missing"],
        ),
        "step, abort and field without texts": (
            in_text(
                "config_flow.py",
                "    async def async_step_confirm(",
                "    async def async_step_boast(self, user_input=None):\n"
                "        vol.Required('boast')\n"
                "        self.async_abort(reason='bored')\n\n"
                "    async def async_step_confirm(",
            ),
            [
                "config.step.boast: is missing",
                "config.abort.bored: is missing",
                "data.boast: is missing",
            ],
        ),
        "line of the system information without a text": (
            in_text("system_health.py", '"port": ', '"ports": '),
            ["system_health.info.ports: is missing"],
        ),
    },
    "second": {
        "option of an action without a text": (
            in_text("actions/registry.py", '"soft", "hard"', '"soft", "brutal"'),
            ["selector.reset_type.options.brutal: is missing"],
        ),
        "entity without anything": (
            in_text("button.py", 'translation_key="unlock",', ""),
            ["button.py: unlock: has neither", "entity.button.unlock: is not"],
        ),
        "entity without a class and without an icon": (
            in_text(
                "binary_sensor.py", "device_class=BinarySensorDeviceClass.PLUG,", ""
            ),
            ["entity.binary_sensor.plugged_in.default: is missing"],
        ),
    },
    "not importable": {
        "code that cannot be imported": (
            in_text("services.py", "from functools import", "from fractools import"),
            ["custom_components/ocpp_cs: cannot be imported: ModuleNotFoundError"],
        ),
    },
}


def test_imports_that_need_no_entry_in_the_manifest(
    root: Path, checker: Any, code: dict[str, Any]
) -> None:
    added(
        "tags/types.py",
        "from typing import TYPE_CHECKING\n\n"
        "from homeassistant.components.http.auth import async_sign_path\n"
        "from homeassistant.components.light import LightEntity\n"
        "from homeassistant.components.logbook.const import LOGBOOK_ENTRY_NAME\n"
        "from homeassistant.components.network.util import async_load_adapters\n\n"
        "if TYPE_CHECKING:\n    from homeassistant.components.mqtt import client\n",
    )(root)
    assert checker.check(root, code) == []


def test_nothing_is_wrong() -> None:
    result = run(ROOT)
    assert result.stdout == ""
    assert result.returncode == 0, result.stderr


def test_a_copy_is_as_good(root: Path, checker: Any, code: dict[str, Any]) -> None:
    assert checker.check(root, code) == []


@pytest.mark.parametrize(
    ("break_it", "finding"), BROKEN_FILES.values(), ids=BROKEN_FILES.keys()
)
def test_a_broken_file_is_found(
    root: Path,
    checker: Any,
    code: dict[str, Any],
    break_it: Callable[[Path], None],
    finding: str,
) -> None:
    break_it(root)
    findings = checker.check(root, code)
    assert any(finding in line for line in findings), findings


@pytest.mark.parametrize("group", BROKEN_CODE)
def test_broken_code_is_found(root: Path, group: str) -> None:
    """Several things at a time: looking at the code takes seconds, as it is imported."""
    for break_it, _ in BROKEN_CODE[group].values():
        break_it(root)
    result = run(root)
    assert result.returncode == 1, result.stderr
    missed = {
        what: finding
        for what, (_, wanted) in BROKEN_CODE[group].items()
        for finding in wanted
        if finding not in result.stdout
    }
    assert missed == {}, result.stdout


def test_each_finding_in_broken_code_is_of_one_thing() -> None:
    """Or one that is missed would be taken for found."""
    for group in BROKEN_CODE.values():
        wanted = [finding for _, findings in group.values() for finding in findings]
        for finding in wanted:
            assert [one for one in wanted if finding in one] == [finding]
