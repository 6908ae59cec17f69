"""Writes services.yaml, the icons of the actions and the table of docs/actions.md from the table of actions.

    scripts/action_files.py

That table is custom_components/ocpp_cs/actions/registry.py. scripts/check_integration.py says so if a file differs.
"""

import importlib
from pathlib import Path
import sys

# Before anything else takes voluptuous: Home Assistant puts its own in that place.
import homeassistant  # noqa: F401
from integration_checks import action_files


def main() -> int:
    root = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(root))
    actions = importlib.import_module("custom_components.ocpp_cs.actions.registry")
    names = (action_files.ICONS, action_files.DOCS)
    old = {name: (root / name).read_text(encoding="utf-8") for name in names}
    for name, text in action_files.files(old, actions.ACTIONS).items():
        (root / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
