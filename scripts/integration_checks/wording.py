"""The form of the translations, whatever they are about."""

import re
from string import Formatter

from .files import COMPONENT, LANGUAGES, Files, Findings, at, leaves

SECTIONS = {
    "common",
    "conditions",
    "config",
    "config_panel",
    "config_subentries",
    "device",
    "device_automation",
    "entity",
    "entity_component",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}

KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
HTML = re.compile(r"<[a-zA-Z/!][^>]*>")
URL = re.compile(r"\b(?:https?|wss?|ftp)://|\bwww\.", re.IGNORECASE)
MARKDOWN = re.compile(r"\*|`")
QUOTED_PLACEHOLDER = re.compile(r"'\{[^{}]*\}'")


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text. Raises ValueError if it has a stray brace."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def check(files: Files) -> Findings:
    for language in LANGUAGES:
        yield from _form(language, files)
    yield from _same_in_all(files)
    yield from _structure(files)
    folder = files.component / "translations"
    for path in sorted(folder.iterdir()) if folder.exists() else []:
        if path.name not in {f"{language}.json" for language in LANGUAGES}:
            yield f"{COMPONENT}/translations/{path.name}: is not checked; add it to LANGUAGES"


def _form(language: str, files: Files) -> Findings:
    place = f"{COMPONENT}/translations/{language}.json"
    texts = files.texts[language]
    for section in sorted(texts.keys() - SECTIONS):
        yield f"{place}: {section}: is not a section of translations"
    for path, text in leaves(texts):
        key = ".".join(path)
        for part in path:
            if not KEY.fullmatch(part):
                yield f"{place}: {key}: {part!r} is not a key"
        if not isinstance(text, str):
            yield f"{place}: {key}: is not a text"
            continue
        if not text:
            yield f"{place}: {key}: is empty"
        if text != text.strip():
            yield f"{place}: {key}: begins or ends with a blank"
        if HTML.search(text):
            yield f"{place}: {key}: contains HTML"
        if URL.search(text):
            yield f"{place}: {key}: contains an address; make it a placeholder"
        if _is_plain(path) and MARKDOWN.search(text):
            yield f"{place}: {key}: has Markdown, which is shown as it stands here"
        if text.startswith("[%"):
            yield f"{place}: {key}: is a reference, which only Home Assistant's own may be"
        if QUOTED_PLACEHOLDER.search(text):
            yield f"{place}: {key}: has a placeholder in single quotes, which would not be filled"
        try:
            names = placeholders(text)
        except ValueError:
            yield f"{place}: {key}: has a brace that is no placeholder"
            continue
        for name in sorted(names):
            if not name.isidentifier():
                yield f"{place}: {key}: the placeholder {name!r} is not an identifier"
        if names and "state" in path:
            yield f"{place}: {key}: is a state, which has no placeholders"


def _is_plain(path: tuple[str, ...]) -> bool:
    """Whether the frontend shows the text of a form as it is, without Markdown."""
    if path[0] not in {"config", "config_subentries", "options", "issues", "selector"}:
        return False
    plain = {
        *("data", "data_description", "sections", "error"),
        *("menu_options", "menu_option_descriptions"),
    }
    # Words for longer texts may have it.
    return bool(plain.intersection(path))


def _same_in_all(files: Files) -> Findings:
    first, *others = LANGUAGES
    wanted = dict(leaves(files.texts[first]))
    for language in others:
        place = f"{COMPONENT}/translations/{language}.json"
        found = dict(leaves(files.texts[language]))
        for path in wanted.keys() - found.keys():
            yield f"{place}: {'.'.join(path)}: is missing"
        for path in found.keys() - wanted.keys():
            yield f"{place}: {'.'.join(path)}: is not in {first}.json"
        for path in wanted.keys() & found.keys():
            try:
                same = placeholders(wanted[path]) == placeholders(found[path])
            except TypeError, ValueError:
                continue
            if not same:
                yield f"{place}: {'.'.join(path)}: has other placeholders than {first}.json"


def _structure(files: Files) -> Findings:
    """What Home Assistant wants to stand beside what."""
    language = LANGUAGES[0]
    place = f"{COMPONENT}/translations/{language}.json"
    texts = files.texts[language]
    for name, action in at(texts, "services").items():
        for path, part in (
            ((name,), action),
            *(
                ((name, "fields", field), part)
                for field, part in at(action, "fields").items()
            ),
        ):
            for key in ("name", "description"):
                if not at(part, key):
                    yield f"{place}: services.{'.'.join(path)}.{key}: is missing"
    for kind, subentry in at(texts, "config_subentries").items():
        if not at(subentry, "entry_type"):
            yield f"{place}: config_subentries.{kind}.entry_type: is missing"
        if not at(subentry, "initiate_flow", "user"):
            yield f"{place}: config_subentries.{kind}.initiate_flow.user: is missing"
    for name, issue in at(texts, "issues").items():
        if not at(issue, "title"):
            yield f"{place}: issues.{name}.title: is missing"
        if bool(at(issue, "description")) is bool(at(issue, "fix_flow")):
            yield f"{place}: issues.{name}: has not exactly one of description and fix_flow"
    for path in _forms(texts):
        form = at(texts, *path)
        data, descriptions = set(at(form, "data")), set(at(form, "data_description"))
        for field in sorted(descriptions - data):
            yield f"{place}: {'.'.join(path)}.data.{field}: is missing, but described"
        for field in sorted(data - descriptions):
            yield f"{place}: {'.'.join(path)}.data_description.{field}: is missing"


def _forms(texts: object) -> list[tuple[str, ...]]:
    """The paths of all that has fields; an action may have one of that name."""
    found = {
        path[: path.index(key)]
        for path, _ in leaves(texts)
        for key in path
        if key in {"data", "data_description"} and path[0] != "services"
    }
    return sorted(found)
