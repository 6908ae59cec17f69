"""The demo's dashboard: the one that comes with the integration, as users get it."""

from devtools.client import Client

from .places import PLACES

URL_PATH = "demo-charging"


def wanted_entities() -> set[str]:
    """Return the entities that energies and powers are taken from, see `entity_ids`."""
    return {place.key("sensor", key) for place in PLACES for key in ("energy", "power")}


async def add_dashboard(client: Client, url_path: str) -> None:
    """Add the dashboard by its strategy, unless it is there."""
    known = await client.command("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == url_path for dashboard in known):
        await client.command(
            "lovelace/dashboards/create",
            url_path=url_path,
            title="Charging",
            icon="mdi:ev-station",
            show_in_sidebar=True,
            require_admin=False,
        )
    await client.command(
        "lovelace/config/save",
        url_path=url_path,
        config={"strategy": {"type": "custom:ocpp-cs"}},
    )


async def save_dashboard(client: Client) -> None:
    """Add the dashboard, and let it be what is open after the login."""
    await add_dashboard(client, URL_PATH)
    await client.command(
        "frontend/set_system_data", key="core", value={"default_panel": URL_PATH}
    )
