"""Texts and icons against what the code has (inventory.py), and what is made of the table of actions."""

from functools import cache
import json
from pathlib import Path
import re
from typing import Any

from .files import COMPONENT, LANGUAGES, Files, Findings, at, compare
from .wording import placeholders

TEXTS = f"{COMPONENT}/translations/{LANGUAGES[0]}.json"
ICONS = f"{COMPONENT}/icons.json"

ICON = re.compile(r"mdi:[a-z0-9]+(?:-[a-z0-9]+)*")

# Home Assistant has these texts itself.
SHARED_ABORTS = {"reauth_successful", "reconfigure_successful"}


def check(files: Files, code: dict[str, Any]) -> Findings:
    yield from flows(files, code["flows"])
    yield from entities(files, code["platforms"])
    yield from actions(files, code["actions"])
    yield from action_files(files.root, code["action_files"])
    yield from selectors(files, code["selectors"], code["actions"])
    yield from icons(files)
    texts = files.texts[LANGUAGES[0]]
    yield from _messages(files)
    for section, used, parts in (
        ("exceptions", code["exceptions"], ("message",)),
        ("issues", code["issues"], ("title", "description", "fix_flow")),
        ("device", code["devices"], ("name",)),
    ):
        yield from _keys_and_placeholders(
            section, at(texts, section), used, parts, set(code["mending"])
        )
    yield from compare(
        f"{TEXTS}: system_health.info.",
        set(at(texts, "system_health", "info")),
        set(code["system_health"]),
        missing="is missing",
        surplus="is nowhere in system_health.py",
    )


def _messages(files: Files) -> Findings:
    """Home Assistant looks for `message` only: a bare text is never shown."""
    for language in LANGUAGES:
        for key, text in sorted(at(files.texts[language], "exceptions").items()):
            if not isinstance(text, dict) or set(text) != {"message"}:
                yield (
                    f"{COMPONENT}/translations/{language}.json: exceptions.{key}: "
                    "is not an object with a message"
                )


def _keys_and_placeholders(
    section: str,
    texts: dict[str, Any],
    used: dict[str, list[str] | None],
    parts: tuple[str, ...],
    mending: set[str],
) -> Findings:
    yield from compare(
        f"{TEXTS}: {section}.",
        set(texts),
        set(used),
        missing="is missing, but used in the code",
        surplus="is nowhere in the code",
    )
    for key in sorted(texts.keys() & used.keys()):
        # None: the code makes them up where this cannot be seen.
        if (given := used[key]) is None:
            continue
        for part in parts:
            known = set(given) | (mending if part == "fix_flow" else set())
            for name in sorted(_placeholders(at(texts, key, part)) - known):
                yield f"{TEXTS}: {section}.{key}.{part}: nothing fills the placeholder {name}"


def _placeholders(texts: Any) -> set[str]:
    if isinstance(texts, dict):
        return {name for text in texts.values() for name in _placeholders(text)}
    try:
        return placeholders(str(texts))
    except ValueError:
        return set()


def flows(files: Files, code: dict[str, Any]) -> Findings:
    texts = files.texts[LANGUAGES[0]]
    fields: set[str] = set()
    errors: set[str] = set()
    for kind, flow in code["kinds"].items():
        translated = at(texts, *kind.split("."))
        steps = at(translated, "step")
        yield from compare(
            f"{TEXTS}: {kind}.step.",
            set(steps),
            set(flow["steps"]),
            missing="is missing",
            surplus="is not a step with a form",
        )
        for name, step in steps.items():
            if not at(step, "title"):
                yield f"{TEXTS}: {kind}.step.{name}.title: is missing"
            sections = at(step, "sections")
            fields |= set(at(step, "data")) | set(sections)
            for section in sections.values():
                fields |= set(at(section, "data"))
        aborts = set(at(translated, "abort"))
        yield from compare(
            f"{TEXTS}: {kind}.abort.",
            aborts - SHARED_ABORTS,
            set(flow["aborts"]) - SHARED_ABORTS,
            missing="is missing",
            surplus="is nowhere in the flow",
        )
        errors |= set(at(translated, "error"))
    everywhere = f"{TEXTS}: config, options, config_subentries"
    yield from compare(
        f"{everywhere}: data.",
        fields,
        set(code["fields"]),
        missing="is missing in every step",
        surplus="is a field of no form",
    )
    yield from compare(
        f"{everywhere}: error.",
        errors,
        set(code["errors"]),
        missing="is missing in every flow",
        surplus="is an error of no form",
    )
    for section in ("config", "options", "config_subentries"):
        filled = set(code["placeholders"])
        for name in sorted(_placeholders(at(texts, section)) - filled):
            yield f"{TEXTS}: {section}: nothing fills the placeholder {name}"
    subentries = {kind.partition(".")[2] for kind in code["kinds"]} - {""}
    yield from compare(
        f"{TEXTS}: config_subentries.",
        set(at(texts, "config_subentries")),
        subentries,
        missing="is missing",
        surplus="is not a kind of subentry",
    )


def entities(files: Files, platforms: dict[str, list[dict[str, Any]]]) -> Findings:
    texts = at(files.texts[LANGUAGES[0]], "entity")
    pictures = at(files.icons, "entity")
    for place, there in ((f"{TEXTS}: entity", texts), (f"{ICONS}: entity", pictures)):
        for platform in sorted(there.keys() - platforms.keys()):
            yield f"{place}.{platform}: is not a platform of the integration"
    for platform, descriptions in platforms.items():
        known = {one["translation_key"] for one in descriptions} - {None}
        yield from compare(
            f"{TEXTS}: entity.{platform}.",
            set(at(texts, platform)),
            known,
            missing="is missing, but a translation_key in the code",
            surplus="is not a translation_key of an entity",
        )
        for key in sorted(set(at(pictures, platform)) - known):
            yield f"{ICONS}: entity.{platform}.{key}: is not a translation_key of an entity"
        for one in descriptions:
            yield from _entity(platform, one, texts, pictures)


def _entity(platform: str, one: dict[str, Any], texts: Any, pictures: Any) -> Findings:
    key = one["translation_key"]
    if key is None:
        if one["device_class"] is None:
            yield f"{platform}.py: {one['key']}: has neither a translation_key nor a device_class"
        return
    place = f"{TEXTS}: entity.{platform}.{key}"
    text, picture = at(texts, platform, key), at(pictures, platform, key)
    if not text:
        return
    name = at(text, "name")
    if not name:
        yield f"{place}.name: is missing"
    elif _placeholders(name) != set(one["placeholders"]):
        yield f"{place}.name: its placeholders are not those of {one['key']} in the code"
    options = set(one["options"] or ())
    states = set(at(text, "state"))
    yield from compare(
        f"{place}.state.",
        states,
        options or (states if platform == "binary_sensor" else set()),
        missing="is missing",
        surplus="is not an option of the entity",
    )
    yield from (
        f"{ICONS}: entity.{platform}.{key}.state.{state}: is not an option of the entity"
        for state in sorted(at(picture, "state"))
        if state not in (options or {"on", "off"})
    )
    if not at(picture, "default") and one["device_class"] not in _pictured(platform):
        yield f"{ICONS}: entity.{platform}.{key}.default: is missing, and there is no device class to give an icon"


@cache
def _pictured(platform: str) -> set[str]:
    """The device classes for which Home Assistant has an icon that says something."""
    import homeassistant.components

    (folder,) = homeassistant.components.__path__
    path = Path(folder) / platform / "icons.json"
    known = json.loads(path.read_text(encoding="utf-8"))["entity_component"]
    # The same for whatever has no class, or a list of states.
    return set(known) - {"_", "enum"}


def actions(files: Files, code: dict[str, dict[str, Any]]) -> Findings:
    texts = at(files.texts[LANGUAGES[0]], "services")
    yield from compare(
        f"{TEXTS}: services.",
        set(texts),
        set(code),
        missing="is missing, but an action",
        surplus="is not an action",
    )
    for name in sorted(code):
        yield from compare(
            f"{TEXTS}: services.{name}.fields.",
            set(at(texts, name, "fields")),
            set(code[name]),
            missing="is missing, but a field of the action",
            surplus="is not a field of the action",
        )
        for field, selector in code[name].items():
            yield from _selector(f"actions/registry.py: {name}.{field}", selector)


def _selector(place: str, selector: dict[str, Any]) -> Findings:
    from homeassistant.helpers.selector import validate_selector
    import voluptuous as vol

    try:
        validate_selector(selector)
    except vol.Invalid as err:
        yield f"{place}: its selector: {err}"


def action_files(root: Path, wanted: dict[str, str]) -> Findings:
    for name, text in wanted.items():
        try:
            found = (root / name).read_text(encoding="utf-8")
        except OSError:
            found = ""
        if found != text:
            yield f"{name}: is not what scripts/action_files.py makes of actions/registry.py"


def selectors(
    files: Files,
    of_forms: dict[str, list[str]],
    of_actions: dict[str, dict[str, Any]],
) -> Findings:
    texts = at(files.texts[LANGUAGES[0]], "selector")
    offered = {key: set(options) for key, options in of_forms.items()}
    for fields in of_actions.values():
        for selector in fields.values():
            select = at(selector, "select")
            if key := at(select, "translation_key"):
                offered[str(key)] = set(at(select, "options"))
    yield from compare(
        f"{TEXTS}: selector.",
        set(texts),
        set(offered),
        missing="is missing, but the translation_key of a selector",
        surplus="is not the translation_key of a selector",
    )
    for key in sorted(texts.keys() & offered.keys()):
        yield from compare(
            f"{TEXTS}: selector.{key}.options.",
            set(at(texts, key, "options")),
            offered[key],
            missing="is missing",
            surplus="is not an option",
        )


def icons(files: Files) -> Findings:
    def walk(value: Any, path: tuple[str, ...]) -> Findings:
        if isinstance(value, dict):
            for key, member in value.items():
                yield from walk(member, (*path, str(key)))
        elif not isinstance(value, str) or not ICON.fullmatch(value):
            yield f"{ICONS}: {'.'.join(path)}: {value!r} is not the name of an icon"

    for section in sorted(
        files.icons.keys() - {"entity", "services", "triggers", "conditions"}
    ):
        yield f"{ICONS}: {section}: is not a section of icons"
    yield from walk(files.icons, ())
