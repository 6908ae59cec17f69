"""The demo's dashboard, of Home Assistant's own cards alone."""

from collections.abc import Mapping
from typing import Any

from devtools.client import Client

from .places import PLACES, Place
from .sun_view import sun_view, wanted_of_control

type Json = dict[str, Any]

URL_PATH = "demo-charging"


def wanted_entities() -> set[str]:
    """Return the entities that the dashboard shows, as keys of `entity_ids`."""
    wanted = wanted_of_control()
    for place in PLACES:
        wanted.add(place.charger_key("binary_sensor", "connected"))
        for platform, key in (
            ("sensor", "charging_state"),
            ("sensor", "power"),
            ("sensor", "energy"),
            ("sensor", "session_energy"),
            ("sensor", "session_duration"),
            ("switch", "charging"),
        ):
            wanted.add(place.key(platform, key))
    return wanted


async def save_dashboard(
    client: Client, entities: Mapping[str, str], house: Mapping[str, str], speed: float
) -> None:
    """Make the dashboard, or bring it up to date."""
    known = await client.command("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == URL_PATH for dashboard in known):
        await client.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title="Charging",
            icon="mdi:ev-station",
            show_in_sidebar=True,
            require_admin=False,
        )
    await client.command(
        "lovelace/config/save",
        url_path=URL_PATH,
        config=dashboard(entities, house, speed),
    )
    # What is open after the login.
    await client.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )


def dashboard(
    entities: Mapping[str, str], house: Mapping[str, str], speed: float
) -> Json:
    """Return the dashboard's configuration: the places, and the sun."""
    view = {
        "title": "Charging",
        "path": "places",
        "icon": "mdi:ev-station",
        "type": "sections",
        "max_columns": len(PLACES),
        "sections": [_section(place, entities) for place in PLACES],
    }
    return {"title": "Charging", "views": [view, sun_view(entities, house, speed)]}


def _section(place: Place, entities: Mapping[str, str]) -> Json:
    def entity(platform: str, key: str) -> str:
        return entities[place.key(platform, key)]

    connection = entities[place.charger_key("binary_sensor", "connected")]
    power = entity("sensor", "power")
    return {
        "type": "grid",
        "cards": [
            {
                "type": "heading",
                "heading": place.title,
                "icon": "mdi:ev-station",
                "badges": [{"type": "entity", "entity": connection}],
            },
            {
                "type": "tile",
                "entity": entity("switch", "charging"),
                "name": "Charging",
                "features": [{"type": "toggle"}],
                "features_position": "inline",
                "grid_options": {"columns": 12},
            },
            {
                "type": "tile",
                "entity": entity("sensor", "charging_state"),
                "name": "State",
                "grid_options": {"columns": 12},
            },
            {
                "type": "gauge",
                "entity": power,
                "name": "Power",
                "min": 0,
                "max": place.max_power,
                "needle": True,
                "segments": [
                    {"from": 0, "color": "var(--green-color)"},
                    {"from": place.max_power * 0.6, "color": "var(--amber-color)"},
                    {"from": place.max_power * 0.9, "color": "var(--orange-color)"},
                ],
                "grid_options": {"columns": 12, "rows": 3},
            },
            {
                "type": "tile",
                "entity": entity("sensor", "session_energy"),
                "name": "This session",
                "grid_options": {"columns": 6},
            },
            {
                "type": "tile",
                "entity": entity("sensor", "session_duration"),
                "name": "Duration",
                "grid_options": {"columns": 6},
            },
            {
                "type": "statistics-graph",
                "title": "Last days",
                "chart_type": "bar",
                "period": "day",
                "days_to_show": 7,
                "stat_types": ["change"],
                "hide_legend": True,
                "entities": [{"entity": entity("sensor", "energy"), "name": "Energy"}],
                "grid_options": {"columns": 12},
            },
            {
                "type": "history-graph",
                "title": "Power",
                "hours_to_show": 0.25,
                "entities": [{"entity": power, "name": "Power"}],
                "grid_options": {"columns": 12},
            },
        ],
    }
