"""Checks the integration's files against each other, its code and Home Assistant's rules.

    scripts/check_integration.py [ROOT]

A replacement for Home Assistant's hassfest and HACS's own checks, which need the network, and stricter in places:
manifest (which must agree with the imports), brand images, hacs.json, quality scale; translations, complete and equal
in all languages; and the flows, entities, actions, errors, repair issues and selectors of the code against texts,
icons and services.yaml.
"""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

# Must be imported before voluptuous, which Home Assistant replaces by its own.
import homeassistant  # noqa: F401
from integration_checks import agreement, imports, inventory, repository, wording
from integration_checks.files import COMPONENT, Files


def read_code(root: Path) -> dict[str, Any]:
    """Return the inventory of a checkout's code, from a process that imports it.

    Raises ValueError, with the reason, if it cannot be imported.
    """
    result = subprocess.run(
        [sys.executable, inventory.__file__, root],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ValueError(result.stderr.strip().rpartition("\n")[2])
    code: dict[str, Any] = json.loads(result.stdout)
    return code


def check(root: Path, code: dict[str, Any] | None = None) -> list[str]:
    """Return a line for each error; `code` is a result of `read_code`."""
    files = Files(root)
    findings = [
        *files.problems,
        *repository.check(files),
        *imports.check(files),
        *wording.check(files),
    ]
    try:
        findings += agreement.check(files, code or read_code(root))
    except ValueError as err:
        findings.append(f"{COMPONENT}: cannot be imported: {err}")
    return findings


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    findings = check(root.resolve())
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
