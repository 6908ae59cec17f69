"""Checks who imports whom: the walls between the parts of the project (docs/architecture.md).

    scripts/check_walls.py [ROOT]

They keep the central system, the go-e client and the control laws free of Home Assistant, so that each can be
tested, and used, alone. Imports for type checkers alone count as well: a type is knowledge, too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

INTEGRATION = "custom_components.ocpp_cs"

# Parts that stand alone: of this project, they import nothing but themselves.
ALONE = ("csms", "goe", "smart_charging")

# Who may use such a part. A name is a module, or a package with all that is in it, of the integration.
PLATFORMS = (
    "binary_sensor",
    "button",
    "datetime",
    "event",
    "number",
    "select",
    "sensor",
    "switch",
    "update",
)
MAY_USE = {
    "csms": (
        "hub",
        "access",
        "access_flow",
        "access_troubles",
        "path_secrets",
        "unasked",
        "platforms",
        "charger",
        "id_tags",
        "charge_control",
        "charge_limits",
        "charge_plans",
        "charging_state",
        "control_memory",
        "control_points",
        "missed_limits",
        "phase_rotations",
        "control_sensors",
        "entity",
        "measurements",
        *PLATFORMS,
        "schedule_clock",
        "schedules",
        "services",
        "service_fields",
        "session_export",
        "session_services",
        "session_starts",
        "exceptions",
        "override_fields",
        "plan_actions",
        "plan_entities",
        "plan_point",
        "plan_sensor",
        "plug_in",
        "storage",
        "tag_energy",
        "transfers",
        "diagnostics",
        "issues",
        "local_lists",
        "memory",
        "troubles",
        "refused_chargers",
        "impostors",
        "impostor_repairs",
        "unknown_tags",
        "arrivals",
        "connect_flow",
        "goe_setup",
        "repair_flows",
        "repairs",
        "system_health",
    ),
    "smart_charging": (
        "charge_control",
        "charge_plans",
        "charging_state",
        "control_memory",
        "control_points",
        "control_sensors",
        "grid_inputs",
        "hub",
        "plan_model",
        "plan_point",
        "plug_in",
        "price_inputs",
        "sun_forecast",
    ),
}


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and full name of each thing imported; package is what relative imports start from."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = module or ""
                if level:
                    parts = package.split(".")
                    parts = parts[: len(parts) - level + 1]
                    origin = ".".join([*parts, *([module] if module else [])])
                for alias in names:
                    # Either may be a module; both are looked at.
                    yield node.lineno, f"{origin}.{alias.name}"
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def broken_wall(module: str, name: str) -> str | None:
    """Which wall is broken when module imports name."""
    if within(module, "simulator"):
        for forbidden in ("homeassistant", "custom_components"):
            if within(name, forbidden):
                return f"the simulator never imports {forbidden}"
        return None

    part = module.removeprefix(f"{INTEGRATION}.").split(".")[0]
    if part in ALONE:
        if within(name, "homeassistant"):
            return f"{part} never imports homeassistant"
        if within(name, "custom_components") and not within(
            name, f"{INTEGRATION}.{part}"
        ):
            return f"of this project, {part} imports nothing but itself"
        return None

    for used, users in MAY_USE.items():
        if within(name, f"{INTEGRATION}.{used}") and part not in users:
            return f"{part} does not touch {used}: that is for hub and the others in MAY_USE"
    return None


def check(root: Path) -> list[str]:
    """One line for each import that breaks a wall."""
    problems = []
    files = [
        *(root / "custom_components" / "ocpp_cs").rglob("*.py"),
        *(root / "simulator").rglob("*.py"),
    ]
    for path in sorted(files):
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        package = module if is_package else module.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        found = {
            (line, wall)
            for line, name in imported(tree, package)
            if (wall := broken_wall(module, name))
        }
        problems += [
            f"{path.relative_to(root)}:{line}: {wall}" for line, wall in sorted(found)
        ]
    return problems


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
