"""The dashboard's view of charging from the sun, of Home Assistant's own cards."""

from collections.abc import Mapping
from typing import Any

from .places import PLACES, Place

type Json = dict[str, Any]

_MINUTES = 12

_EXPLANATION = """\
A day of the house's sun takes **35 minutes**, clouds pass as fast as real ones, and \
energies flow {speed:g} times as fast. The control decides in real time, but waits \
for less long than usual before it starts and stops."""

_COLORS = {
    "Sun": "#ff9800",
    "House": "#7e57c2",
    "Garage": "#1e88e5",
    "Carport, left": "#00acc1",
    "Carport, right": "#00897b",
    "Battery": "#43a047",
    "Grid": "#e53935",
}
"""Of the lines; a chart cannot take the names that tiles take."""

_WHOLE_ROW: Json = {"grid_options": {"columns": 12}}

# Shown where they are: key, domain, and what the tile has besides.
_OF_CONTROL: tuple[tuple[str, str, Json], ...] = (
    ("charge_mode", "select", {"features": [{"type": "select-options"}]} | _WHOLE_ROW),
    ("control_state", "sensor", {"color": "orange"} | _WHOLE_ROW),
    ("solar_surplus", "sensor", {"color": "orange"}),
    ("charge_target", "sensor", {"color": "blue"}),
    ("power", "sensor", {"color": "blue"}),
    ("active_phases", "sensor", {}),
    (
        "current_limit",
        "number",
        {"features": [{"type": "numeric-input", "style": "slider"}]} | _WHOLE_ROW,
    ),
    ("paused", "switch", {}),
    ("phases", "select", {}),
    (
        "energy_target",
        "number",
        {"features": [{"type": "numeric-input", "style": "slider"}]} | _WHOLE_ROW,
    ),
    ("ready_at", "time", {}),
    ("ready_in_time", "switch", {}),
    ("charge_plan", "sensor", _WHOLE_ROW),
    ("charge_plan_start", "sensor", {}),
    ("charge_plan_end", "sensor", {}),
)

_NEEDED = ("charge_mode", "control_state", "solar_surplus", "charge_target")
_ONLY_WHEN_KNOWN = (
    "solar_surplus",
    "charge_target",
    "active_phases",
    "charge_plan_start",
    "charge_plan_end",
)


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
    """Return the view: the house in the first row, then the places."""
    return {
        "title": "Sun",
        "path": "sun",
        "icon": "mdi:solar-power-variant",
        "type": "sections",
        "max_columns": len(PLACES),
        "sections": [
            _house(entities, house, speed),
            *(_place(place, entities) for place in PLACES),
        ],
    }


def _house(entities: Mapping[str, str], house: Mapping[str, str], speed: float) -> Json:
    lines = {
        "Sun": house["solar_power"],
        "House": house["load_power"],
        **{place.title: entities[place.key("sensor", "power")] for place in PLACES},
        "Battery": house["battery_power"],
        "Grid": house["grid_power"],
    }
    wide = {"columns": 12 * len(PLACES)}
    return {
        "type": "grid",
        "column_span": len(PLACES),
        "cards": [
            {
                "type": "heading",
                "heading": "House",
                "icon": "mdi:home-lightning-bolt",
                "badges": [
                    {"type": "entity", "entity": house["price"]},
                    {"type": "entity", "entity": house["time_of_day"]},
                ],
            },
            _tile(house["solar_power"], "Sun", color="orange"),
            _tile(house["load_power"], "House without cars", color="deep-purple"),
            _tile(house["grid_power"], "From the grid", color="red"),
            _tile(house["battery_power"], "Out of the battery", color="green"),
            _tile(
                house["battery_charge"],
                "Battery",
                color="green",
                features=[{"type": "bar-gauge"}],
                features_position="inline",
                **_WHOLE_ROW,
            ),
            {
                "type": "history-graph",
                "title": "Power",
                "hours_to_show": round(_MINUTES / 60, 2),
                "entities": [
                    {"entity": entity, "name": name, "color": _COLORS[name]}
                    for name, entity in lines.items()
                ],
                "expand_legend": True,
                "grid_options": {"columns": 12 * (len(PLACES) - 1), "rows": 6},
            },
            {
                "type": "power-sankey",
                "title": "Now",
                "grid_options": {"columns": 12, "rows": 6},
            },
            {
                "type": "markdown",
                "content": _EXPLANATION.format(speed=speed),
                "text_only": True,
                "grid_options": wide,
            },
        ],
    }


def _place(place: Place, entities: Mapping[str, str]) -> Json:
    cards: list[Json] = [
        {
            "type": "heading",
            "heading": place.title,
            "icon": "mdi:ev-station",
            "badges": [
                {
                    "type": "entity",
                    "entity": entities[place.key("sensor", "charging_state")],
                }
            ],
        }
    ]
    for key, domain, more in _OF_CONTROL:
        if (entity := entities.get(place.key(domain, key))) is None:
            continue
        # In the language of who looks at it, and without the charger's name.
        tile = _tile(entity, {"type": "entity"}, **more)
        if key in _ONLY_WHEN_KNOWN:
            tile["visibility"] = [
                {"condition": "state", "entity": entity, "state_not": unknown}
                for unknown in ("unknown", "unavailable")
            ]
        cards.append(tile)
    return {"type": "grid", "cards": cards}


def _tile(entity: str, name: str | Json, **more: Any) -> Json:
    tile = {"type": "tile", "entity": entity, "name": name}
    return tile | {"grid_options": {"columns": 6}} | more
