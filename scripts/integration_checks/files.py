"""The integration's files, read once, with what is wrong with them already as files."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import yaml

COMPONENT = Path("custom_components") / "ocpp_cs"
LANGUAGES = ("en", "de")

# The one that is written in C, and ten times as fast, is not everywhere.
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)

type Findings = Iterator[str]
"""Lines that name a file, mostly a place in it, and what is wrong there."""


class Files:
    """Reads files of a checkout, and remembers those that cannot be read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.component = root / COMPONENT
        self.problems: list[str] = []
        self.manifest = self._json("manifest.json")
        self.icons = self._json("icons.json")
        self.services = self._yaml("services.yaml")
        self.quality_scale = self._yaml("quality_scale.yaml")
        self.texts = {
            language: self._json(f"translations/{language}.json")
            for language in LANGUAGES
        }
        self.hacs = self._read(root / "hacs.json", self._parse_json)

    def _json(self, name: str) -> dict[str, Any]:
        return self._read(self.component / name, self._parse_json)

    def _yaml(self, name: str) -> dict[str, Any]:
        return self._read(
            self.component / name, lambda text, _: yaml.load(text, Loader=_LOADER)
        )

    def _read(self, path: Path, parse: Any) -> dict[str, Any]:
        name = path.relative_to(self.root)
        try:
            content = parse(path.read_text(encoding="utf-8"), name)
        except FileNotFoundError:
            self.problems.append(f"{name}: is missing")
        except (ValueError, yaml.YAMLError) as err:
            self.problems.append(f"{name}: cannot be read: {err}")
        else:
            if isinstance(content, dict):
                return content
            self.problems.append(f"{name}: is not an object")
        return {}

    def _parse_json(self, text: str, name: Path) -> Any:
        def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            keys = [key for key, _ in pairs]
            for key in {key for key in keys if keys.count(key) > 1}:
                self.problems.append(f"{name}: {key}: stands there twice")
            return dict(pairs)

        return json.loads(text, object_pairs_hook=without_duplicates)


def leaves(
    value: Any, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and value of everything that is not an object."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, (*path, str(key)))
    else:
        yield path, value


def at(value: Any, *path: str) -> Any:
    """Return what is at a path in nested objects; an empty object if there is nothing."""
    for key in path:
        if not isinstance(value, dict):
            return {}
        value = value.get(key, {})
    return value


def compare(
    place: str, there: set[str], wanted: set[str], *, missing: str, surplus: str
) -> Findings:
    """Yield a line for each name that is missing or surplus at a place, which ends with its separator."""
    for name in sorted(wanted - there):
        yield f"{place}{name}: {missing}"
    for name in sorted(there - wanted):
        yield f"{place}{name}: {surplus}"
