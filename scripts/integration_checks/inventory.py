"""What the integration's code has that needs texts; prints it as JSON.

    python inventory.py ROOT

It imports the integration, as many descriptions are made by functions and loops, and reads its source where
an import does not tell: which errors are raised, which steps a flow has. Run as a program of its own, it always
imports that checkout which it is asked about.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
import importlib
import inspect
import json
from pathlib import Path
import sys
from textwrap import dedent
from types import ModuleType
from typing import Any

import action_files

PACKAGE = "custom_components.ocpp_cs"
# What knows nothing of Home Assistant has no texts of it.
WITHOUT_TEXTS = {"csms", "goe", "smart_charging"}
# Where forms are, besides the flows themselves.
WITH_FORMS = (
    "energy_dashboard.",
    "flows.",
    "forms.",
    "goe_setup.forms",
    "prices.",
    "upstream.",
    "weekly.",
)

# Functions of exceptions.py and actions/fields.py that take the key of a text: name -> placeholders that they add.
RAISING_HELPERS = {"invalid": set(), "FieldError": {"field"}}
RAISING = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
}
# What Home Assistant's own methods abort a flow with.
ABORTING = {
    "_abort_if_unique_id_configured": "already_configured",
    "_async_abort_entries_match": "already_configured",
    "_abort_if_unique_id_mismatch": "unique_id_mismatch",
}


def inventory(root: Path) -> dict[str, Any]:
    folder = root / PACKAGE.replace(".", "/")
    trees = {
        path: _parsed(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
        if path.relative_to(folder).parts[0] not in WITHOUT_TEXTS
    }
    return {
        "platforms": _platforms(folder),
        "actions": _actions(),
        "action_files": _action_files(root),
        "flows": _flows(),
        "exceptions": _raised(trees),
        "issues": _raised_issues(trees),
        # What flows fill in besides the placeholders of their issues.
        "mending": sorted(
            name
            for path, tree in trees.items()
            if "repair" in str(path.relative_to(folder)) or path.stem == "numbers"
            for name in (*_names_in_objects(tree), *_shown_by_flows(tree))
        ),
        "devices": _translated_calls(trees, {"ChildDeviceInfo", "DeviceInfo"}),
        "selectors": _selectors(trees),
        "system_health": _system_health(trees.get(folder / "system_health.py")),
    }


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)


def _name(path: Path) -> str:
    """Return the name of the module in a file, within the integration."""
    parts = path.with_suffix("").parts
    parts = parts[len(parts) - parts[::-1].index(PACKAGE.rpartition(".")[2]) :]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _platforms(folder: Path) -> dict[str, list[dict[str, Any]]]:
    from homeassistant.const import Platform
    from homeassistant.helpers.entity import EntityDescription

    def descriptions(value: Any) -> Iterator[EntityDescription]:
        match value:
            case EntityDescription():
                yield value
            case tuple() | list():
                for item in value:
                    yield from descriptions(item)
            case dict():
                for item in value.values():
                    yield from descriptions(item)

    found = {}
    for platform in Platform:
        if not ((folder / f"{platform}.py").exists() or (folder / platform).is_dir()):
            continue
        described = {
            (one.key, one.translation_key): one
            for value in vars(_module(platform)).values()
            for one in descriptions(value)
        }
        found[str(platform)] = [
            {
                "key": one.key,
                "translation_key": one.translation_key,
                "device_class": one.device_class,
                "options": getattr(one, "options", None),
                "placeholders": sorted(one.translation_placeholders or ()),
            }
            for one in described.values()
        ]
    return found


def _actions() -> dict[str, Any]:
    """The selector of each field of each action."""
    return {
        action.name: {
            name: dict(field.kind.selector) for name, field in action.fields.items()
        }
        for action in _module("actions.registry").ACTIONS
    }


def _action_files(root: Path) -> dict[str, str]:
    """What the files that are made of the table of actions should be."""
    old = {
        name: (root / name).read_text(encoding="utf-8")
        for name in (action_files.ICONS, action_files.DOCS)
    }
    return action_files.files(old, _module("actions.registry").ACTIONS)


@cache
def _parsed(text: str) -> ast.Module:
    """Return the tree of some code; nothing changes it."""
    return ast.parse(text)


def _source(one: ModuleType | type) -> ast.Module:
    """Return the tree of a module or a class."""
    return _parsed(dedent(inspect.getsource(one)))


@cache
def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Return all nodes of a tree, which are looked through again and again."""
    return list(ast.walk(tree))


@cache
def _calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    """Return each call with the last part of the name of what is called."""
    found: list[tuple[str, ast.Call]] = []
    for node in _nodes(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.append((name, node))
    return found


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


def _constants(node: ast.AST | None) -> set[str]:
    """The texts that an expression may be: one, or either of a conditional one."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return _constants(body) | _constants(orelse)
        case _:
            return set()


def _dict_keys(node: ast.AST | None) -> set[str] | None:
    """The keys of a literal object; None if they cannot be told."""
    if node is None:
        return set()
    if isinstance(node, ast.Dict) and all(
        isinstance(key, ast.Constant) for key in node.keys
    ):
        return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return None


def _translated_calls(
    trees: dict[Path, ast.Module], names: set[str]
) -> dict[str, list[str] | None]:
    """The translation keys that calls of that name have, with their placeholders."""
    found: dict[str, list[str] | None] = {}
    for tree in trees.values():
        for name, call in _calls(tree):
            if name in names:
                given = _dict_keys(_keyword(call, "translation_placeholders"))
                for key in _constants(_keyword(call, "translation_key")):
                    found[key] = None if given is None else sorted(given)
    return found


def _raised(trees: dict[Path, ast.Module]) -> dict[str, list[str] | None]:
    found = _translated_calls(trees, RAISING)
    for tree in trees.values():
        for name, call in _calls(tree):
            if name in RAISING_HELPERS and call.args:
                words = {word.arg for word in call.keywords if word.arg}
                unclear = any(word.arg is None for word in call.keywords)
                for key in _constants(call.args[0]):
                    found[key] = (
                        None if unclear else sorted(words | RAISING_HELPERS[name])
                    )
    # The errors of csms bring their keys, and placeholders that only they know.
    return found | dict.fromkeys(map(str, _module("csms.model.errors").ErrorKey))


# What `async_raise_issue` takes for itself; the rest are placeholders.
RAISING_ISSUES = {"severity", "fix_data", "is_persistent", "learn_more_url"}


def _raised_issues(trees: dict[Path, ast.Module]) -> dict[str, list[str] | None]:
    """The placeholders of each kind of issue; None where they cannot be told."""
    found: dict[str, list[str] | None] = {}
    for path, tree in trees.items():
        for name, call in _calls(tree):
            if name != "async_raise_issue" or len(call.args) < 2:
                continue
            words = [word.arg for word in call.keywords]
            kinds = _constants(call.args[1])
            match call.args[1]:
                # One of a table of the module.
                case ast.Subscript(value=ast.Name(id=table)):
                    kinds = set(getattr(_module(_name(path)), table).values())
            for kind in kinds:
                found[kind] = (
                    None
                    if None in words
                    else sorted({word for word in words if word} - RAISING_ISSUES)
                )
    return found


def _selectors(trees: dict[Path, ast.Module]) -> dict[str, list[str]]:
    """The options of the selectors of forms, by translation key."""
    found: dict[str, list[str]] = {}
    for path, tree in trees.items():
        for name, call in _calls(tree):
            if name != "SelectSelectorConfig":
                continue
            options = getattr(_keyword(call, "options"), "elts", [])
            for key in _constants(_keyword(call, "translation_key")):
                found[key] = sorted(
                    text
                    for option in options
                    for text in _resolve(option, _module(_name(path)))
                )
        # Words that are put into longer texts have no other place.
        if words := getattr(_module(_name(path)), "WORDS", None):
            found |= {key: sorted(map(str, options)) for key, options in words.items()}
    return found


def _system_health(tree: ast.Module | None) -> list[str]:
    if tree is None:
        return []
    return sorted(
        key
        for node in _nodes(tree)
        if isinstance(node, ast.Return)
        for key in _dict_keys(node.value) or ()
    )


def _flows() -> dict[str, Any]:
    """Steps and reasons to abort of each flow; fields and errors of all together."""
    from homeassistant.config_entries import ConfigFlow, OptionsFlow

    own = [
        value
        for value in vars(_module("config_flow")).values()
        if isinstance(value, type) and value.__module__.startswith(PACKAGE)
    ]
    kinds: dict[str, type] = {}
    for flow in own:
        if issubclass(flow, ConfigFlow):
            kinds["config"] = flow
            for name, subentry in flow.async_get_supported_subentry_types(None).items():
                kinds[f"config_subentries.{name}"] = subentry
        elif issubclass(flow, OptionsFlow):
            kinds["options"] = flow
    modules = {
        inspect.getmodule(one): None for kind in kinds.values() for one in _parts(kind)
    }
    # Forms may have a module of their own, and that use others.
    waiting = list(modules)
    while waiting:
        for value in vars(waiting.pop()).values():
            name = getattr(value, "__module__", None) or ""
            if (
                name.removeprefix(f"{PACKAGE}.").startswith(WITH_FORMS)
                and (module := sys.modules[name]) not in modules
            ):
                modules[module] = None
                waiting.append(module)
    fields: set[str] = set()
    for one in modules:
        fields |= _fields(one)
    return {
        "kinds": {name: _flow(kind) for name, kind in kinds.items()},
        "fields": sorted(fields),
        "errors": sorted(
            {
                *(
                    error
                    for one in modules
                    for error in _errors(one, fields | {"base"})
                ),
                *_number_errors(modules),
                *map(str, _module("goe.errors").ErrorKey),
            }
        ),
        "placeholders": sorted(
            {
                name
                for one in modules
                for tree in (_source(one),)
                for name in (*_names_in_objects(tree), *_shown_by_flows(tree))
            }
        ),
    }


def _parts(flow: type) -> list[type]:
    """The classes of ours that a flow is made of: what it inherits from, and what it makes objects of.

    Other flows that it begins are flows of their own.
    """
    from homeassistant.data_entry_flow import FlowHandler
    import voluptuous as vol

    found: dict[type, None] = {}

    def add(one: type) -> None:
        if one in found or not one.__module__.startswith(PACKAGE):
            return
        found[one] = None
        for name, _ in _calls(_source(one)):
            made = getattr(sys.modules[one.__module__], name, None)
            if isinstance(made, type) and not issubclass(
                made, FlowHandler | vol.Schema | Exception
            ):
                add(made)

    for one in flow.__mro__:
        add(one)
    return list(found)


def _flow(flow: type) -> dict[str, Any]:
    """Steps with a form, and reasons to abort, of a class of flows."""
    from homeassistant.config_entries import ConfigSubentryFlow

    steps, aborts = set(), set()
    for one in _parts(flow):
        for name, method in vars(one).items():
            # Steps that take something else start a flow, and show nothing.
            if (
                name.startswith("async_step_")
                and "user_input" in inspect.signature(method).parameters
            ):
                steps.add(name.removeprefix("async_step_"))
        for name, call in _calls(_source(one)):
            if name == "async_abort":
                aborts |= _constants(_keyword(call, "reason"))
            elif name == "AbortFlow" and call.args:
                aborts |= _constants(call.args[0])
            elif name in ABORTING:
                aborts.add(ABORTING[name])
            elif name in {"async_update_and_abort", "async_update_reload_and_abort"}:
                aborts |= _constants(_keyword(call, "reason"))
            elif name == "async_create_entry" and issubclass(flow, ConfigSubentryFlow):
                # A unique id that is there already ends the flow.
                aborts.add("already_configured")
    return {"steps": sorted(steps), "aborts": sorted(aborts)}


def _resolve(node: ast.AST | None, module: ModuleType) -> set[str]:
    """The texts that an expression may be, by way of the module's constants."""
    if isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
        return {value} if isinstance(value, str) else set()
    return _constants(node)


def _fields(module: ModuleType) -> set[str]:
    """The fields of all forms of a module."""
    import voluptuous as vol

    found: set[str] = set()

    def walk(value: Any) -> None:
        # A section holds a schema as well.
        if isinstance(schema := getattr(value, "schema", None), vol.Schema | dict):
            walk(schema)
        if isinstance(value, dict):
            for key, member in value.items():
                if isinstance(key, vol.Marker):
                    found.add(str(key.schema))
                    walk(member)

    for value in vars(module).values():
        walk(value)
    for name, call in _calls(_source(module)):
        if name in {"Required", "Optional"} and call.args:
            found |= _resolve(call.args[0], module)
    return found


def _number_errors(modules: Iterable[ModuleType]) -> set[str]:
    """What forms say of numbers that are out of range: in a section it names the field."""
    from homeassistant.data_entry_flow import section
    import voluptuous as vol

    number = _module("forms.numbers").Number
    found = {"number_range", "number_too_small"}
    for one in modules:
        for form in vars(one).values():
            # Fields that several forms share are in an object without a schema.
            fields = form.schema if isinstance(form, vol.Schema) else form
            if not isinstance(fields, dict):
                continue
            for member in fields.values():
                if isinstance(member, section):
                    found |= {
                        f"{field}_range"
                        for field, value in member.schema.schema.items()
                        if isinstance(value, number)
                    }
    return found


def _names_in_objects(tree: ast.AST) -> Iterator[str]:
    """The names in all literal objects, among them those of placeholders."""
    for node in _nodes(tree):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                yield from _constants(key)


def _shown_by_flows(tree: ast.AST) -> Iterator[str]:
    """The names of what `_show` and `for_markdown` get, among them those of placeholders."""
    for name, call in _calls(tree):
        if name in {"_show", "for_markdown"}:
            yield from (one.arg for one in call.keywords if one.arg is not None)


def _errors(module: ModuleType, places: set[str]) -> set[str]:
    """The errors that forms may show at a field, or at their foot ("base")."""
    found: set[str] = set()
    for node in _nodes(_source(module)):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if _resolve(key, module) & places:
                        found |= _constants(value)
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=name), slice=key)],
                value=value,
            ) if "error" in name and _resolve(key, module) & places:
                found |= _constants(value)
    return found


if __name__ == "__main__":
    checkout = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(checkout))
    json.dump(inventory(checkout), sys.stdout, indent=1)
