"""Packs the integration as a release carries it: the manifest at the top, with the release's version in it.

    scripts/package.py VERSION [ARCHIVE]

The same files give the same archive, byte for byte.
"""

import json
from pathlib import Path
import re
import sys
import zipfile

ROOT = Path(__file__).resolve().parents[1]
COMPONENT = ROOT / "custom_components" / "ocpp_cs"
# What Home Assistant can compare: 1.2.3, and 1.2.3b1 or 1.2.3-beta.1 before it.
VERSION = re.compile(r"\d+\.\d+\.\d+(-?(a|b|rc|alpha|beta)\.?\d+)?")
LEFT_OUT = {"__pycache__", ".DS_Store"}


def package(version: str, archive: Path) -> None:
    if not VERSION.fullmatch(version):
        sys.exit(f"{version!r} is no version: tags are 1.2.3 or v1.2.3")
    manifest = json.loads((COMPONENT / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = version
    with zipfile.ZipFile(archive, "w") as out:
        for path in sorted(COMPONENT.rglob("*")):
            name = path.relative_to(COMPONENT)
            if not path.is_file() or LEFT_OUT.intersection(name.parts):
                continue
            content = path.read_bytes()
            if name == Path("manifest.json"):
                content = (json.dumps(manifest, indent=2) + "\n").encode()
            # A date that does not change, and the rights of a plain file.
            entry = zipfile.ZipInfo(name.as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, content)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    target = Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "ocpp_cs.zip"
    package(sys.argv[1], target)
    print(target)
