"""Manifest, hacs.json, brand images and quality_scale.yaml."""

import ast
from pathlib import Path
import re
import struct
from typing import Any
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from .files import COMPONENT, Files, Findings

REQUIRED_KEYS = {"domain", "name", "codeowners", "documentation", "version"}
# What HACS wants beyond that.
REQUIRED_KEYS |= {"issue_tracker", "iot_class"}
ALLOWED_KEYS = REQUIRED_KEYS | {
    "after_dependencies",
    "bluetooth",
    "config_flow",
    "dependencies",
    "dhcp",
    "disabled",
    "homekit",
    "import_executor",
    "integration_type",
    "loggers",
    "mqtt",
    "preview_features",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "zeroconf",
}
IOT_CLASSES = {
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
}
INTEGRATION_TYPES = {
    "device",
    "entity",
    "hardware",
    "helper",
    "hub",
    "service",
    "system",
}
LISTS = {"after_dependencies", "codeowners", "dependencies", "loggers", "requirements"}

HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}

# Width and height at normal density: exactly (icons), or of the shorter side at least and at most (logos).
ICON_SIZE = 256
LOGO_SIZE = (128, 256)
BRAND_IMAGES = ("icon", "logo", "dark_icon", "dark_logo")

RULES = {
    "action-exceptions",
    "action-setup",
    "appropriate-polling",
    "async-dependency",
    "brands",
    "common-modules",
    "config-entry-unloading",
    "config-flow",
    "config-flow-test-coverage",
    "dependency-transparency",
    "devices",
    "diagnostics",
    "discovery",
    "discovery-update-info",
    "docs-actions",
    "docs-conditions",
    "docs-configuration-parameters",
    "docs-data-update",
    "docs-examples",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-installation-parameters",
    "docs-known-limitations",
    "docs-removal-instructions",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-triggers",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-event-setup",
    "entity-translations",
    "entity-unavailable",
    "entity-unique-id",
    "exception-translations",
    "has-entity-name",
    "icon-translations",
    "inject-websession",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "reconfiguration-flow",
    "repair-issues",
    "runtime-data",
    "stale-devices",
    "strict-typing",
    "test-before-configure",
    "test-before-setup",
    "test-coverage",
    "unique-config-entry",
}


def check(files: Files) -> Findings:
    yield from manifest(files)
    yield from hacs(files)
    yield from brand(files)
    yield from quality_scale(files)
    yield from config_schema(files)
    if (files.component / "strings.json").exists():
        yield f"{COMPONENT}/strings.json: has no place here; translations/en.json has its texts"


def manifest(files: Files) -> Findings:
    place = f"{COMPONENT}/manifest.json"
    content = files.manifest
    if not content:
        return
    for key in sorted(REQUIRED_KEYS - content.keys()):
        yield f"{place}: {key}: is missing"
    for key in sorted(content.keys() - ALLOWED_KEYS):
        yield f"{place}: {key}: is not allowed"
    order = ["domain", "name", *sorted(content.keys() - {"domain", "name"})]
    if list(content) != order:
        first = next(a for a, b in zip(content, order, strict=False) if a != b)
        yield f"{place}: {first}: keys have to be domain, name and then by the alphabet"
    if content.get("domain") != files.component.name:
        yield f"{place}: domain: is not the name of the folder"
    for key in LISTS & content.keys():
        value = content[key]
        if not isinstance(value, list) or not all(
            isinstance(item, str) for item in value
        ):
            yield f"{place}: {key}: is not a list of texts"
    for owner in content.get("codeowners", []):
        if not str(owner).startswith("@"):
            yield f"{place}: codeowners: {owner}: is not a name that begins with @"
    for key in ("documentation", "issue_tracker"):
        url = urlsplit(str(content.get(key, "")))
        if key in content and (url.scheme != "https" or not url.netloc):
            yield f"{place}: {key}: is not an address that begins with https"
    if str(content.get("documentation", "")).startswith(
        "https://www.home-assistant.io/integrations"
    ):
        yield f"{place}: documentation: is kept for Home Assistant's own integrations"
    for key, allowed in (
        ("iot_class", IOT_CLASSES),
        ("integration_type", INTEGRATION_TYPES),
    ):
        if key in content and content[key] not in allowed:
            yield f"{place}: {key}: is none of {', '.join(sorted(allowed))}"
    try:
        Version(str(content.get("version", "0")))
    except InvalidVersion:
        yield f"{place}: version: is not a version"
    for line in content.get("requirements", []):
        try:
            specifier = Requirement(str(line)).specifier
        except InvalidRequirement:
            yield f"{place}: requirements: {line}: is not a requirement"
        else:
            if not any(part.operator in {"==", "<", "<=", "~="} for part in specifier):
                yield f"{place}: requirements: {line}: takes any version to come"
    has_flow = (files.component / "config_flow.py").exists()
    if bool(content.get("config_flow")) is not has_flow:
        yield f"{place}: config_flow: disagrees with config_flow.py"


def hacs(files: Files) -> Findings:
    content = files.hacs
    if not content:
        return
    for key in sorted(content.keys() - HACS_KEYS):
        yield f"hacs.json: {key}: is not allowed"
    if "name" not in content:
        yield "hacs.json: name: is missing"
    if content.get("zip_release") and not content.get("filename"):
        yield "hacs.json: filename: is missing, as zip_release is set"
    if not re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", str(content.get("homeassistant", ""))):
        yield "hacs.json: homeassistant: is not a version of Home Assistant"


def _png_size(path: Path) -> tuple[int, int] | None:
    head = path.read_bytes()[:24]
    if len(head) < 24 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def brand(files: Files) -> Findings:
    folder = files.component / "brand"
    names = {f"{name}{density}.png" for name in BRAND_IMAGES for density in ("", "@2x")}
    present = {path.name for path in folder.iterdir()} if folder.exists() else set()
    for name in sorted(names - present):
        yield f"{COMPONENT}/brand/{name}: is missing"
    for name in sorted(present - names):
        yield f"{COMPONENT}/brand/{name}: is not the name of a brand image"
    for name in sorted(present & names):
        place = f"{COMPONENT}/brand/{name}"
        if (size := _png_size(folder / name)) is None:
            yield f"{place}: is not a PNG image"
            continue
        factor = 2 if "@2x" in name else 1
        if "icon" in name:
            if size != (ICON_SIZE * factor, ICON_SIZE * factor):
                yield f"{place}: has not {ICON_SIZE * factor} pixels on each side"
        elif not LOGO_SIZE[0] * factor <= min(size) <= LOGO_SIZE[1] * factor:
            yield (
                f"{place}: has not {LOGO_SIZE[0] * factor} to {LOGO_SIZE[1] * factor}"
                " pixels on its shorter side"
            )


def quality_scale(files: Files) -> Findings:
    place = f"{COMPONENT}/quality_scale.yaml"
    rules = files.quality_scale.get("rules")
    if not isinstance(rules, dict):
        if files.quality_scale:
            yield f"{place}: rules: is missing"
        return
    for rule in sorted(RULES - rules.keys()):
        yield f"{place}: {rule}: is missing"
    for rule in sorted(rules.keys() - RULES):
        yield f"{place}: {rule}: is not a rule"
    for rule, state in rules.items():
        comment = state.get("comment") if isinstance(state, dict) else None
        status = _status(state)
        if status not in {"done", "todo", "exempt"}:
            yield f"{place}: {rule}: is none of done, todo, exempt"
        if status == "exempt" and not comment:
            yield f"{place}: {rule}: is exempt without a comment that says why"
        if status != "done" and (reason := _reason_against(files, rule)):
            yield f"{place}: {rule}: is {status}, but {reason}"
    if rules.get("integration-owner") and not files.manifest.get("codeowners"):
        status = _status(rules["integration-owner"])
        if status == "done":
            yield f"{place}: integration-owner: is done, but the manifest has no codeowners"


def _status(state: Any) -> Any:
    return state.get("status") if isinstance(state, dict) else state


# What the code has of which a row must not say that there is none: rule -> a name that only such code has.
CONTRADICTED_BY = {
    "appropriate-polling": "update_interval",
    "discovery": "async_step_integration_discovery",
    "discovery-update-info": "async_step_zeroconf",
    "inject-websession": "async_get_clientsession",
    "reconfiguration-flow": "async_step_reconfigure",
    "repair-issues": "RepairsFlow",
    "stale-devices": "async_remove_subentry",
}


def _reason_against(files: Files, rule: str) -> str | None:
    """Return why a rule cannot be exempt or to do, if something says so."""
    if rule == "integration-owner" and files.manifest.get("codeowners"):
        return "the manifest has codeowners"
    if (name := CONTRADICTED_BY.get(rule)) is None:
        return None
    for path in sorted(files.component.rglob("*.py")):
        if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")):
            return f"{path.relative_to(files.root)} has {name}"
    return None


def config_schema(files: Files) -> Findings:
    """A set-up function without a schema would let YAML through unchecked."""
    path = files.component / "__init__.py"
    if not path.exists():
        yield f"{COMPONENT}/__init__.py: is missing"
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {
        node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef)
    }
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "async_setup" in functions and "CONFIG_SCHEMA" not in names:
        yield f"{COMPONENT}/__init__.py: CONFIG_SCHEMA: is missing beside async_setup"
