"""Undoes the migration of ids, to return to the previous version.

    python3 go_back.py CONFIG_FOLDER

Run it while Home Assistant is stopped, before you install the previous version
(docs/going-back.md). It needs only Python. It changes three files, and leaves a copy
of each in the same folder.
"""

from collections.abc import Mapping
import json
from pathlib import Path
import shutil
import sys
from typing import Any

DOMAIN = "ocpp_cs"
VERSION_BEFORE = 1


def go_back(config: Path) -> int:
    """Restore the old ids of entities and devices; return the number of changes.

    Only ids change: later changes of names, areas and disabled states stay. Raises
    OSError or ValueError for files that cannot be read.
    """
    storage = config / ".storage"
    unique_ids: dict[str, str] = {}
    identifiers: dict[str, Any] = {}
    entries: set[str] = set()
    kept_files = sorted(storage.glob(f"{DOMAIN}.*.version_1"))
    for path in kept_files:
        kept = _read(path)["data"]
        entries.add(kept["entry"]["entry_id"])
        unique_ids |= {row["id"]: row["unique_id"] for row in kept["entities"]}
        identifiers |= {row["id"]: row["identifiers"] for row in kept["devices"]}
    if not entries:
        return 0
    count = 0
    registry = storage / "core.entity_registry"
    content = _read(registry)
    count += _replace(content["data"]["entities"], "unique_id", unique_ids)
    _write(registry, content)
    registry = storage / "core.device_registry"
    content = _read(registry)
    for kind in ("devices", "child_devices"):
        count += _replace(content["data"].get(kind, []), "identifiers", identifiers)
    _write(registry, content)
    # Last: with version 1, the entries belong to the previous version.
    path = storage / "core.config_entries"
    content = _read(path)
    for entry in content["data"]["entries"]:
        if entry["entry_id"] in entries:
            entry["version"] = VERSION_BEFORE
    _write(path, content)
    return count


def _replace(rows: list[dict[str, Any]], field: str, values: Mapping[str, Any]) -> int:
    count = 0
    for row in rows:
        if (row["id"]) in values and row[field] != values[row["id"]]:
            row[field] = values[row["id"]]
            count += 1
    return count


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: Any) -> None:
    shutil.copy2(path, path.with_name(f"{path.name}.before_going_back"))
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    shutil.copymode(path, new)
    new.replace(path)


def main() -> None:
    """Run the script, and print the result."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / ".storage").is_dir():
        sys.exit("Which folder? The one with configuration.yaml: go_back.py /config")
    count = go_back(Path(sys.argv[1]))
    sys.stdout.write(
        f"{count} entities and devices have the ids of the version before. "
        "Now install that, and start Home Assistant.\n"
        if count
        else "There is nothing to undo.\n"
    )


if __name__ == "__main__":
    main()
