"""Imports of Home Assistant's own integrations against the manifest, as hassfest compares them.

An integration whose code is imported has to be set up before, and its requirements have to be installed: it belongs
into the manifest's dependencies or after_dependencies. Imports within functions count; those for type checkers do not.
"""

import ast
from functools import cache
from pathlib import Path

from .files import COMPONENT, Files, Findings

PARENT = "homeassistant.components"

# Besides platforms: what every installation has, or what can be imported without being set up.
ALWAYS_THERE = {
    "alert",
    "automation",
    "conversation",
    "default_config",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "media_source",
    "mjpeg",
    "onboarding",
    "panel_custom",
    "persistent_notification",
    "person",
    "script",
    "shopping_list",
    "stream",
    "sun",
    "system_health",
    "system_log",
    "timer",
    "webhook",
    "websocket_api",
    "zone",
}


def check(files: Files) -> Findings:
    """Yield a line for each import that the manifest does not allow, and for what it names twice."""
    from homeassistant.const import Platform

    dependencies = set(files.manifest.get("dependencies", ()))
    after = set(files.manifest.get("after_dependencies", ()))
    for name in sorted(dependencies & after):
        yield (
            f"{COMPONENT}/manifest.json: after_dependencies: {name}: "
            "is among the dependencies, too"
        )
    existing = _integrations()
    for key, names in (("dependencies", dependencies), ("after_dependencies", after)):
        for name in sorted(names - existing):
            yield f"{COMPONENT}/manifest.json: {key}: {name}: is no integration"
    allowed = {
        *(platform.value for platform in Platform),
        *ALWAYS_THERE,
        *dependencies,
        *after,
    }
    for path in sorted(files.component.rglob("*.py")):
        place = path.relative_to(files.root)
        part = path.relative_to(files.component).parts[0].removesuffix(".py")
        for line, name in _imported(path.read_text(encoding="utf-8")):
            if name in allowed or _is_platform_of(
                files.component, part, name, existing
            ):
                continue
            yield (
                f"{place}:{line}: imports {name}, which is in neither dependencies "
                "nor after_dependencies of the manifest"
            )


@cache
def _integrations() -> frozenset[str]:
    """Return the names of Home Assistant's own integrations."""
    import homeassistant.components

    (folder,) = homeassistant.components.__path__
    return frozenset(
        path.name
        for path in Path(folder).iterdir()
        if (path / "manifest.json").exists()
    )


def _is_platform_of(
    component: Path, part: str, name: str, existing: frozenset[str]
) -> bool:
    """Return whether the importing part exists for that integration, which therefore is there.

    `part` is the first part of the importing file's path: repairs.py and the folder repairs are loaded by the
    integration of that name. Other files share what the integration has a platform for.
    """
    if part in existing:
        return part == name
    return (component / f"{name}.py").is_file() or (component / name).is_dir()


# A test checks hundreds of checkouts that differ in one file.
@cache
def _imported(text: str) -> list[tuple[int, str]]:
    """Return line and name of each of Home Assistant's integrations that code imports."""
    found: list[tuple[int, str]] = []

    def visit(node: ast.AST) -> None:
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
                for other in orelse:
                    visit(other)
                return
            case ast.Import(names=names):
                found.extend(
                    (node.lineno, parts[2])
                    for alias in names
                    if alias.name.startswith(f"{PARENT}.")
                    and (parts := alias.name.split("."))
                )
            # The one function that may be used without depending on what it is of.
            case ast.ImportFrom(
                module="homeassistant.components.http.auth",
                names=[ast.alias(name="async_sign_path")],
            ):
                return
            case ast.ImportFrom(module=str(module), level=0, names=names):
                if module == PARENT:
                    found.extend((node.lineno, alias.name) for alias in names)
                elif module.startswith(f"{PARENT}."):
                    found.append((node.lineno, module.split(".")[2]))
        for child in ast.iter_child_nodes(node):
            visit(child)

    # Most files import none, and parsing takes a hundred times as long as searching.
    if PARENT in text:
        visit(ast.parse(text))
    return found
