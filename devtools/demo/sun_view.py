"""The dashboard's view of charging from the sun, of Home Assistant's own cards."""

from collections.abc import Mapping
from typing import Any

from .places import PLACES, Place

type Json = dict[str, Any]

_MINUTES = 20

_EXPLANATION = """\
A day of the house's sun takes **40 minutes**, clouds pass as fast as real ones, and \
energies flow {speed:g} times as fast. The control decides in real time, but waits \
for less long than usual before it starts and stops."""

# Shown where they are: key, domain, columns, and what the tile has besides.
_OF_CONTROL: tuple[tuple[str, str, Json], ...] = (
    (
        "charge_mode",
        "select",
        {"features": [{"type": "select-options"}], "grid_options": {"columns": 12}},
    ),
    ("control_state", "sensor", {"state_content": ["state", "until"]}),
    ("power", "sensor", {"color": "blue"}),
    ("solar_surplus", "sensor", {"color": "amber"}),
    ("charge_target", "sensor", {"color": "green"}),
    (
        "current_limit",
        "number",
        {
            "features": [{"type": "numeric-input", "style": "slider"}],
            "grid_options": {"columns": 12},
        },
    ),
    ("phases", "select", {}),
    ("paused", "switch", {"features": [{"type": "toggle"}]}),
    ("energy_target", "number", {"features": [{"type": "numeric-input"}]}),
    ("ready_by", "datetime", {}),
    ("charge_plan", "switch", {}),
    ("charge_plan", "sensor", {}),
)

_NEEDED = ("charge_mode", "control_state", "solar_surplus", "charge_target")


def wanted_of_control() -> set[str]:
    """Return the entities that have to be there, as keys of `entity_ids`."""
    return {
        place.key(domain, key)
        for place in PLACES
        for key, domain, _ in _OF_CONTROL
        if key in _NEEDED
    }


def sun_view(
    entities: Mapping[str, str], house: Mapping[str, str], speed: float
) -> Json:
    """Return the view: the house, then each place that follows the sun."""
    return {
        "title": "Sun",
        "path": "sun",
        "icon": "mdi:solar-power-variant",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _house(entities, house, speed),
            *(_place(place, entities) for place in PLACES if place.mode is not None),
        ],
    }


def _tile(entity: str, name: str | None = None, **more: Any) -> Json:
    tile = {"type": "tile", "entity": entity, "grid_options": {"columns": 6}}
    return tile | ({} if name is None else {"name": name}) | more


def _house(entities: Mapping[str, str], house: Mapping[str, str], speed: float) -> Json:
    powers = [
        (house["solar_power"], "Sun", "var(--amber-color)"),
        (house["load_power"], "House", "var(--purple-color)"),
        *(
            (entities[place.key("sensor", "power")], place.title, color)
            for place, color in zip(
                PLACES,
                ("var(--blue-color)", "var(--cyan-color)", "var(--teal-color)"),
                strict=True,
            )
        ),
        (house["battery_power"], "Battery", "var(--green-color)"),
        (house["grid_power"], "Grid", "var(--red-color)"),
    ]
    return {
        "type": "grid",
        "cards": [
            {
                "type": "heading",
                "heading": "House",
                "icon": "mdi:home-lightning-bolt",
                "badges": [{"type": "entity", "entity": house["time_of_day"]}],
            },
            _tile(house["solar_power"], "Sun", color="amber"),
            _tile(house["load_power"], "House without cars", color="purple"),
            _tile(house["grid_power"], "From the grid", color="red"),
            _tile(house["battery_power"], "Out of the battery", color="green"),
            _tile(
                house["battery_charge"],
                "Battery",
                grid_options={"columns": 12},
                features=[{"type": "bar-gauge"}],
                features_position="inline",
            ),
            {
                "type": "history-graph",
                "title": "Power",
                "hours_to_show": round(_MINUTES / 60, 2),
                "entities": [
                    {"entity": entity, "name": name, "color": color}
                    for entity, name, color in powers
                ],
                "grid_options": {"columns": 12},
            },
            {
                "type": "markdown",
                "content": _EXPLANATION.format(speed=speed),
                "text_only": True,
            },
        ],
    }


def _place(place: Place, entities: Mapping[str, str]) -> Json:
    tiles = [
        _tile(entity, **more)
        for key, domain, more in _OF_CONTROL
        if (entity := entities.get(place.key(domain, key))) is not None
    ]
    return {
        "type": "grid",
        "cards": [
            {
                "type": "heading",
                "heading": place.title,
                "icon": "mdi:ev-station",
                "badges": [
                    {
                        "type": "entity",
                        "entity": entities[place.key("sensor", "status")],
                    }
                ],
            },
            *tiles,
        ],
    }
