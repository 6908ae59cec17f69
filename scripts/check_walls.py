"""Checks the layout of the integration and its internal imports (docs/architecture.md, "Rules").

    scripts/check_walls.py [--figures] [ROOT]

The rules are for folders ("rooms"). Imports for type checkers and imports within functions count as well, as a type is
a dependency, too. --figures prints the numbers of files, rooms, floors and circles.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
import re
import sys

INTEGRATION = "custom_components.ocpp_cs"

MOST_FILES = 14
"""The maximum number of files in a folder, with `__init__.py`. A larger folder is to be nested or split by subject."""

PLATFORMS = frozenset(
    {
        "binary_sensor",
        "button",
        "date",
        "datetime",
        "event",
        "notify",
        "number",
        "select",
        "sensor",
        "switch",
        "text",
        "time",
        "update",
    }
)
LOOKED_FOR = PLATFORMS | {
    "__init__",
    "application_credentials",
    "backup",
    "config_flow",
    "device_action",
    "device_condition",
    "device_trigger",
    "diagnostics",
    "logbook",
    "recorder",
    "repairs",
    "services",
    "system_health",
    "trigger",
    "websocket_api",
}
"""Modules that Home Assistant looks for in an integration, or whose names its own integrations use by convention."""
ROOMS_THAT_PASS = 4
"""The number of importing rooms from which a file counts as shared by all features."""

ALONE = ("csms", "goe", "smart_charging")
"""Packages that are usable without Home Assistant. They import no other part of this project."""

VERSIONS = re.compile(r"csms\.v\d\w*")
REGISTRY_OF_VERSIONS = "csms.central_system"
"""The modules that choose a version of OCPP."""

USERS = {
    "csms": frozenset(
        {
            "actions",
            "api",
            "certificates",
            "chargers",
            "charging",
            "discharging",
            "entity",
            "exceptions",
            "goe_setup",
            "hub",
            "plans",
            "prices",
            "security",
            "sessions",
            "tags",
            "targets",
            "transfers",
            "upstream",
            "vehicles",
            "voice",
        }
    )
    | PLATFORMS,
    "goe": frozenset({"goe_setup", "repairs", "sensor"}),
    "smart_charging": frozenset(
        {"api", "charging", "energy_dashboard", "plans", "prices", "sensor"}
    ),
}
"""The rooms that may import all of such a package."""
TYPES_OF_CSMS = ("csms.model", "csms.security")
"""The parts of the central system that any room may import: types, errors and pure functions."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """One name that a module imports."""

    line: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """A Python file: its dotted name, its path and its imports."""

    name: str
    path: Path
    tree: ast.Module
    imports: tuple[Import, ...]


def read(root: Path) -> dict[str, Module]:
    """Return the modules of the integration and of the simulator, by name."""
    modules = {}
    for path in sorted(
        [
            *(root / INTEGRATION.replace(".", "/")).rglob("*.py"),
            *(root / "simulator").rglob("*.py"),
        ]
    ):
        parts = path.relative_to(root).with_suffix("").parts
        package = ".".join(parts[:-1])
        name = package if parts[-1] == "__init__" else ".".join(parts)
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        modules[name] = Module(
            name=name,
            path=path.relative_to(root),
            tree=tree,
            imports=tuple(imported(tree, package)),
        )
    return modules


def imported(tree: ast.AST, package: str) -> Iterator[Import]:
    """Yield each import with its full name; `package` is the base of relative imports."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(line=node.lineno, name=alias.name)
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = module or ""
                if level:
                    parts = package.split(".")
                    parts = parts[: len(parts) - level + 1]
                    origin = ".".join([*parts, *([module] if module else [])])
                for alias in names:
                    # May be a module or a name within one; `target` decides.
                    yield Import(line=node.lineno, name=f"{origin}.{alias.name}")
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield Import(line=node.lineno, name=name)


def within(name: str, package: str) -> bool:
    """Return whether a dotted name is a package or something in it."""
    return name == package or name.startswith(f"{package}.")


def inside(name: str) -> str | None:
    """Return a name relative to the integration; None if it is outside."""
    if not within(name, INTEGRATION):
        return None
    return name.removeprefix(INTEGRATION).removeprefix(".")


def room(name: str) -> str:
    """Return the room of a name within the integration: a file or folder at the top, or in `csms`."""
    parts = name.split(".")
    return ".".join(parts[: 2 if parts[0] == "csms" else 1])


def target(name: str, modules: Mapping[str, Module]) -> str | None:
    """Return the module of an imported name, which may be the module itself."""
    while name:
        if name in modules:
            return name
        name = name.rpartition(".")[0]
    return None


def broken_wall(module: str, name: str) -> str | None:
    """Return the rule that a module breaks by importing a name; None if there is none."""
    if within(module, "simulator"):
        for forbidden in ("homeassistant", "custom_components"):
            if within(name, forbidden):
                return f"the simulator never imports {forbidden}"
        return None
    own = inside(module) or "__init__"
    part = own.split(".")[0]
    used = inside(name)
    if part in ALONE:
        if within(name, "homeassistant"):
            return f"{part} never imports homeassistant"
        if within(name, "custom_components") and not (used and within(used, part)):
            return f"of this project, {part} imports nothing but itself"
    if not used:
        return None
    if (version := VERSIONS.match(used)) and not (
        within(own, version[0]) or own == REGISTRY_OF_VERSIONS
    ):
        return f"{version[0]} is imported by nothing but the registry of versions"
    owner = used.split(".")[0]
    if owner == part or owner not in USERS or part in USERS[owner]:
        return None
    if any(within(used, types) for types in TYPES_OF_CSMS):
        return None
    return f"{part} does not import {owner} (USERS says which rooms do)"


def walls(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield a line for each import that breaks a rule."""
    for module in modules.values():
        found = {
            (one.line, wall)
            for one in module.imports
            if (wall := broken_wall(module.name, one.name))
        }
        for line, wall in sorted(found):
            yield f"{module.path}:{line}: {wall}"


def arrows(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """Return the imports of each module of the integration, by module."""
    found: dict[str, set[str]] = {}
    for module in modules.values():
        if inside(module.name) is None:
            continue
        found[module.name] = {
            name
            for one in module.imports
            if (name := target(one.name, modules)) and inside(name) is not None
        } - {module.name}
    return found


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the strongly connected components of two and more, each sorted (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(graph[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    if len(stack) - at > 1:
                        found.append(sorted(stack[at:]))
                    del stack[at:]
    return found


def layout(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield a line for each folder with too many files, and each file at the top that belongs into a folder."""
    folders: dict[Path, int] = defaultdict(int)
    passing: dict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        own = inside(module.name)
        if own is None:
            continue
        folders[module.path.parent] += 1
        for one in module.imports:
            name = target(one.name, modules)
            if name and (used := inside(name)):
                passing[used].add(room(own))
    top = Path(INTEGRATION.replace(".", "/"))
    for folder, files in sorted(folders.items()):
        if folder != top and files > MOST_FILES:
            yield f"{folder}: holds {files} files; {MOST_FILES} are the most"
    for module in modules.values():
        own = inside(module.name)
        if own is None or module.path.parent != top:
            continue
        stem = module.path.stem
        if stem not in LOOKED_FOR and len(passing[own] - {own, stem}) < ROOMS_THAT_PASS:
            yield (
                f"{module.path}: neither Home Assistant looks for it here, nor do"
                f" {ROOMS_THAT_PASS} rooms import it: it belongs into one of them"
            )


def cut_classes(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield a line for each base class that only its single subclass uses: one class, cut in two by inheritance."""
    classes = {
        (module.name, node.name): node
        for module in modules.values()
        if inside(module.name) is not None
        for node in module.tree.body
        if isinstance(node, ast.ClassDef)
    }
    children: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    importers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in modules.values():
        names = {one.name.rpartition(".")[2]: one.name for one in module.imports}
        for full in names.values():
            origin, _, name = full.rpartition(".")
            if (origin, name) in classes:
                importers[origin, name].add(module.name)
        for node in module.tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            for base in node.bases:
                match base:
                    case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
                        origin = names.get(name, f"{module.name}.{name}")
                        key = (origin.rpartition(".")[0], name)
                        if key in classes and key[0] != module.name:
                            children[key].append((module.name, node.name))
    for (origin, name), subclasses in sorted(children.items()):
        bases = {ast.unparse(base) for base in classes[origin, name].bases}
        abstract = any(
            re.match(r"Protocol|ABC\b|abc\.ABC|Generic", base) for base in bases
        )
        if (
            len(subclasses) == 1
            and not abstract
            and importers[origin, name] == {subclasses[0][0]}
            and not _used(modules[origin].tree, name)
        ):
            yield (
                f"{modules[origin].path}:{classes[origin, name].lineno}: {name} has"
                f" {subclasses[0][1]} as its only user and subclass: one thing, or one given the other"
            )


def _used(tree: ast.Module, name: str) -> bool:
    """Return whether a module uses a name that it defines."""
    return any(
        isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree)
    )


def check(root: Path) -> list[str]:
    """Return a line for each violation of the rules."""
    modules = read(root)
    return [
        *layout(modules),
        *walls(modules),
        *cut_classes(modules),
        *(
            f"circle of imports: {' -> '.join(inside(name) or '__init__' for name in circle)}"
            for circle in circles(arrows(modules))
        ),
    ]


def figures(root: Path) -> Iterator[str]:
    """Yield the numbers that describe the layout."""
    modules = read(root)
    graph = arrows(modules)
    folders: dict[Path, int] = defaultdict(int)
    for name in graph:
        folders[modules[name].path.parent] += 1
    top = Path(INTEGRATION.replace(".", "/"))
    rooms: dict[str, set[str]] = defaultdict(set)
    for name, used in graph.items():
        own = room(inside(name) or "__init__")
        rooms[own] |= {room(inside(one) or "__init__") for one in used} - {own}
    largest = max((files, folder) for folder, files in folders.items() if folder != top)
    two_way = sorted(
        (one, other)
        for one in rooms
        for other in rooms[one]
        if one < other and one in rooms[other]
    )
    yield f"files at the top: {folders[top]}"
    yield f"files in csms itself: {folders[top / 'csms']}"
    yield f"files in all: {len(graph)}"
    yield f"largest folder: {largest[1].relative_to(top)} with {largest[0]} files"
    yield f"circles of files: {len(circles(graph))} {[len(one) for one in circles(graph)]}"
    yield f"rooms: {len(rooms)}, arrows between them: {sum(map(len, rooms.values()))}, floors: {floors(rooms)}"
    yield f"pairs of rooms that import each other: {len(two_way)}"
    yield from (f"  {one} <-> {other}" for one, other in two_way)


def floors(graph: Mapping[str, Iterable[str]]) -> int:
    """Return the length of the longest chain of imports; a circle counts as one room."""
    member = {name: tuple(circle) for circle in circles(graph) for name in circle}
    groups: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for name, used in graph.items():
        own = member.get(name, (name,))
        groups[own] |= {member.get(one, (one,)) for one in used} - {own}
    depth: dict[tuple[str, ...], int] = {}

    def below(group: tuple[str, ...]) -> int:
        if group not in depth:
            depth[group] = 1 + max(map(below, groups[group]), default=0)
        return depth[group]

    return max(map(below, list(groups)), default=0)


def main() -> int:
    arguments = sys.argv[1:]
    wants_figures = "--figures" in arguments
    roots = [one for one in arguments if not one.startswith("-")]
    root = Path(roots[0]) if roots else Path(__file__).parents[1]
    lines = list(figures(root)) if wants_figures else check(root)
    for line in lines:
        print(line)
    return 1 if lines and not wants_figures else 0


if __name__ == "__main__":
    sys.exit(main())
