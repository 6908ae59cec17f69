"""What is made of the table of actions: services.yaml, the icons of actions, and the table of docs/actions.md."""

from collections.abc import Iterable, Mapping, Sequence
import json
from typing import Any

import yaml

SERVICES = "custom_components/ocpp_cs/services.yaml"
ICONS = "custom_components/ocpp_cs/icons.json"
DOCS = "docs/actions.md"

_HEAD = """\
# Made by scripts/action_files.py of the table in actions/registry.py: change that, and run it.
"""
_TABLE = """\
<!-- The table is made by scripts/action_files.py of actions/registry.py. -->
| Action | Fields besides `device_id` | For administrators only | OCPP |
|---|---|---|---|
"""
_DEVICE = "device_id"


class _Dumper(yaml.SafeDumper):
    """Writes each thing where it stands, without anchors, and lists like the rest of the repository."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(
    type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
)


def _form(field: Any) -> dict[str, Any]:
    form: dict[str, Any] = {"required": True} if field.required else {}
    for name in ("default", "example"):
        if (value := getattr(field, name)) is not None:
            form[name] = value
    return form | {"selector": dict(field.kind.selector)}


def services_yaml(actions: Iterable[Any]) -> str:
    parts = [
        yaml.dump(
            {
                action.name: {
                    "fields": {
                        name: _form(field) for name, field in action.fields.items()
                    }
                }
            },
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=120,
        )
        for action in actions
    ]
    return "\n".join([_HEAD, *parts])


def with_icons(old: str, actions: Iterable[Any]) -> str:
    """The text of icons.json with the icons of the actions in place of what there is of them."""
    icons = json.loads(old)
    icons["services"] = {action.name: {"service": action.icon} for action in actions}
    return json.dumps(icons, indent=2, ensure_ascii=False) + "\n"


def _options(options: Sequence[str]) -> str:
    *first, last = (f"`{option}`" for option in options)
    return f"{', '.join(first)} or {last}" if first else last


def _described(name: str, field: Any) -> str:
    text = f"`{name}`"
    if field.kind.options:
        text += f": {_options(field.kind.options)}"
    notes = [field.note] if field.note else []
    if field.since:
        notes.append(f"from OCPP {field.since}")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _row(action: Any) -> str:
    fields = ", ".join(
        _described(name, field)
        for name, field in action.fields.items()
        if name != _DEVICE or field.note
    )
    words = "; ".join(filter(None, (fields, action.remark)))
    cells = (
        f"`ocpp_cs.{action.name}`",
        words,
        "yes" if action.admin else "",
        f"from {action.since}" if action.since else "",
    )
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n"


def with_table(old: str, actions: Iterable[Any]) -> str:
    """The text of docs/actions.md with the table of the actions in place of the one that it has."""
    head = _TABLE.partition("\n")[2]
    before, found, rest = old.replace(_TABLE, head).partition(head)
    if not found:
        raise ValueError(f"{DOCS} has no table of actions")
    after = rest.partition("\n\n")[2]
    return f"{before}{_TABLE}{''.join(_row(action) for action in actions)}\n{after}"


def files(old: Mapping[str, str], actions: Sequence[Any]) -> dict[str, str]:
    """The text of each file as it should be; `old` has those that there are."""
    return {
        SERVICES: services_yaml(actions),
        ICONS: with_icons(old[ICONS], actions),
        DOCS: with_table(old[DOCS], actions),
    }
