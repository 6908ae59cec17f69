"""Checks that only the code for a version of OCPP has names of that version (docs/architecture.md, "Rules").

    scripts/check_neutral.py [ROOT]

Outside the folders of the versions, no string in the code may contain the name of a field or an action of OCPP in camel
case, or the name of a configuration key in any case. The names come from the schemas of the `ocpp` package (1.6, 2.0.1,
2.1), its list of the keys of 1.6, and the other keys that v16 reads. Names of one word (`Reset`, `status`) are English
words, too, and are not checked; neither are docstrings and comments.
"""

import ast
from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
import re
import sys
from typing import Any

import ocpp
from ocpp.v16.enums import ConfigurationKey

INTEGRATION = Path("custom_components") / "ocpp_cs"

VERSIONS = ("csms/v16", "csms/v2")
"""The folders with the code for a version."""

FOLDERS = tuple(f"{folder}/" for folder in VERSIONS)

KEYS_OF_MAKES = ("csms/v16/capabilities.py", "csms/v16/configuration_keys.py")
"""The modules of v16 with names of keys, including vendors' keys that no specification lists."""

READERS_OF_FRAMES = ("diagnostics/redaction.py",)
"""The modules that process raw frames of any version."""

FOR_USERS = ("example", "note")
"""Arguments that are shown to users, who use the names of their charger's version."""

_CAMEL = re.compile(r"[a-z0-9][A-Z]|[A-Z][A-Z][a-z]")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The names that are searched."""

    fields: AbstractSet[str]
    actions: AbstractSet[str]
    keys: AbstractSet[str]
    """In lower case."""

    def kind(self, word: str) -> str | None:
        """Return the kind of name that a word is; None if it is not a name."""
        if word.lower() in self.keys:
            return "a configuration key"
        if word in self.fields:
            return "a field of OCPP"
        return "an action of OCPP" if word in self.actions else None


def properties(schema: Any) -> Iterator[str]:
    """Yield the name of each property, at any depth."""
    if isinstance(schema, list):
        for member in schema:
            yield from properties(member)
    elif isinstance(schema, dict):
        if isinstance(found := schema.get("properties"), dict):
            yield from found
        for member in schema.values():
            yield from properties(member)


def is_camel(name: str) -> bool:
    """Return whether a name has several words, in camel case."""
    return _CAMEL.search(name) is not None


@cache
def specified() -> tuple[AbstractSet[str], AbstractSet[str]]:
    """Return the names of all fields and actions in the schemas."""
    fields: set[str] = set()
    actions: set[str] = set()
    package = Path(ocpp.__file__).parent
    for version in ("v16", "v201", "v21"):
        for path in (package / version / "schemas").glob("*.json"):
            actions.add(re.sub(r"(Request|Response)$", "", path.stem))
            fields |= set(properties(json.loads(path.read_text(encoding="utf-8-sig"))))
    return fields, actions


def names(root: Path) -> Names:
    """Return the names to search in a checkout."""
    fields, actions = specified()
    keys = {str(key.value) for key in ConfigurationKey}
    for name in KEYS_OF_MAKES:
        if (path := root / INTEGRATION / name).exists():
            keys |= {text for _, text in texts(path) if _WORD.fullmatch(text)}
    return Names(
        fields={one for one in fields if is_camel(one)},
        actions={one for one in actions if is_camel(one)},
        keys={one.lower() for one in keys if is_camel(one)},
    )


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and value of each string in a file, and of names of arguments, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=value):
                prose.add(id(value))
            case ast.keyword(arg=str(name), value=value) if name in FOR_USERS:
                prose |= {id(part) for part in ast.walk(value)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose:
                yield node.lineno, text
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name


def problems(root: Path) -> list[str]:
    """Return a line for each name outside the code for its version."""
    found: list[str] = []
    wanted = names(root)
    top = root / INTEGRATION
    for path in sorted(top.rglob("*.py")):
        place = path.relative_to(top).as_posix()
        if place in READERS_OF_FRAMES or place.startswith(FOLDERS):
            continue
        found += [
            f"{path.relative_to(root)}:{line}: {word} is {kind}"
            for line, text in texts(path)
            for word in dict.fromkeys(_WORD.findall(text))
            if (kind := wanted.kind(word)) is not None
        ]
    return found


def main() -> int:
    """Print the errors; return the exit status."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
