"""Setting the integration up over Home Assistant's own interfaces, as a user would."""

from typing import Any

from simulator import GoE

from . import DOMAIN
from .client import Client, ClientError
from .polling import poll

type Json = dict[str, Any]


async def add_server(
    client: Client, port: int, *, host: str = "127.0.0.1", unknown: str | None = None
) -> Json:
    """Add the integration; return its config entry, loaded.

    `unknown` is what happens to a charger that is not adopted: ask, adopt, refuse.
    Raises ClientError when the form is refused.
    """
    step = await client.start_flow(DOMAIN)
    result = await client.flow_step(step["flow_id"], {"host": host, "port": port})
    if result["type"] != "create_entry":
        raise ClientError(f"the integration cannot be added: {result}")
    entry: Json = result["result"]
    if unknown is not None:
        await client.options(entry["entry_id"], "general", {"unknown": unknown})
    return entry


async def move_server(
    client: Client, entry: Json, port: int, *, host: str = "127.0.0.1"
) -> None:
    """Let the server of a config entry listen elsewhere. Raises ClientError."""
    step = await client.start_flow(DOMAIN, entry_id=entry["entry_id"])
    result = await client.flow_step(step["flow_id"], {"host": host, "port": port})
    if result.get("reason") not in ("already_configured", "reconfigure_successful"):
        raise ClientError(f"the server cannot be moved: {result}")


async def encrypt(client: Client, entry: Json, port: int) -> str:
    """Turn the encryption of a server on, as it is proposed.

    Returns the certificate that chargers have to trust (PEM).
    Raises ClientError when the form is refused.
    """
    wanted = {
        "enabled": True,
        "port": port,
        "source": "made",
        "old_chargers": {"old_versions": False},
        "further_authorities": {"forget_trusted": False},
    }
    # The second step only says what to do next.
    await client.options(entry["entry_id"], "encryption", wanted, {})
    return (await client.download(f"/api/{DOMAIN}/ca.pem")).decode()


async def adopt(
    client: Client, charge_point_id: str, name: str, *, patience: float = 60.0
) -> str:
    """Confirm the card of a charger that has connected, and give it a name.

    Returns the address that the form shows: what is to be entered in the charger.
    Raises ClientError when no card appears within `patience` seconds.
    """
    try:
        flow = await poll(lambda: _card(client, charge_point_id), patience=patience)
    except TimeoutError:
        raise ClientError(f"{charge_point_id} was not discovered") from None
    assert flow is not None
    form = await client.flow_form(flow["flow_id"])
    result = await client.flow_step(flow["flow_id"], {"name": name})
    if result.get("reason") != "charger_added":
        raise ClientError(f"{charge_point_id} cannot be adopted: {result}")
    return str(form["description_placeholders"]["url"])


async def add_by_hand(client: Client, entry: Json, charge_point_id: str) -> None:
    """Add a charger that has not connected yet. Raises ClientError."""
    flows = "/api/config/config_entries/subentries/flow"
    handler = [entry["entry_id"], "charger"]
    step = await client.post(flows, {"handler": handler})
    flow = f"{flows}/{step['flow_id']}"
    await client.post(flow, {"next_step_id": "manual"})
    step = await client.post(flow, {"charge_point_id": charge_point_id})
    if step["type"] != "progress":
        raise ClientError(f"{charge_point_id} cannot be added: {step}")
    # It is there, and need not be waited for.
    await client.delete(flow)


async def add_subentry(client: Client, entry: Json, kind: str, *steps: Json) -> str:
    """Add a subentry by its forms; return its id.

    `steps` are what the forms are answered with, the choice in a menu included.
    Raises ClientError when they are not what is asked for.
    """
    flows = "/api/config/config_entries/subentries/flow"
    step = await client.post(flows, {"handler": [entry["entry_id"], kind]})
    for data in steps:
        step = await client.post(f"{flows}/{step['flow_id']}", data)
    if step["type"] != "create_entry":
        raise ClientError(f"{kind} cannot be added: {step}")
    known = await client.command(
        "config_entries/subentries/list", entry_id=entry["entry_id"]
    )
    return str(
        next(
            one["subentry_id"]
            for one in known
            if one["subentry_type"] == kind and one["title"] == step["title"]
        )
    )


async def ignore_repair(client: Client, kind: str) -> None:
    """Let nothing be shown of a repair of this kind, once it is there."""

    async def ignored() -> bool:
        for issue in (await client.command("repairs/list_issues"))["issues"]:
            if issue["domain"] == DOMAIN and issue["translation_key"] == kind:
                await client.command(
                    "repairs/ignore_issue",
                    domain=DOMAIN,
                    issue_id=issue["issue_id"],
                    ignore=True,
                )
                return True
        return False

    await poll(ignored, patience=300)


async def announce(client: Client, charger: GoE) -> None:
    """Let a simulated go-e be discovered; Home Assistant runs with MDNS_STAND_IN."""
    assert charger.http is not None
    await client.call(
        "mdns_stand_in.announce",
        {
            "serial": charger.charge_point_id,
            "model": charger.model,
            "name": str(charger.api.get("fna")),
            "port": charger.http.port,
        },
    )


async def adopted(client: Client) -> set[str]:
    """Return the ids of the chargers that are adopted."""
    return {
        subentry["unique_id"]
        for entry in await client.entries(DOMAIN)
        for subentry in await client.command(
            "config_entries/subentries/list", entry_id=entry["entry_id"]
        )
        if subentry["subentry_type"] == "charger"
    }


async def entity_ids(client: Client, *, platform: str = DOMAIN) -> dict[str, str]:
    """Return the entity ids of an integration: `domain.unique_id` -> entity id.

    A unique id of a charger's own is `{charge point id}/{key}`, one of a connector's
    `{charge point id}/{connector}/{key}`. Entities that are disabled are left out.
    """
    entries = await client.command("config/entity_registry/list")
    return {
        f"{entry['entity_id'].partition('.')[0]}.{entry['unique_id']}": entry[
            "entity_id"
        ]
        for entry in entries
        if entry["platform"] == platform and entry["disabled_by"] is None
    }


async def wait_for_entities(
    client: Client,
    wanted: set[str],
    *,
    platform: str = DOMAIN,
    patience: float = 60.0,
) -> dict[str, str]:
    """Return the entity ids as soon as all that are wanted are there.

    Raises ClientError, which names the missing ones, after `patience` seconds.
    """
    known: dict[str, str] = {}

    async def complete() -> bool:
        nonlocal known
        known = await entity_ids(client, platform=platform)
        return wanted <= known.keys()

    try:
        await poll(complete, patience=patience)
    except TimeoutError:
        missing = ", ".join(sorted(wanted - known.keys()))
        raise ClientError(f"entities that did not appear: {missing}") from None
    return known


async def _card(client: Client, charge_point_id: str) -> Json | None:
    for flow in await client.discovered(DOMAIN):
        if flow["context"].get("unique_id") == charge_point_id:
            return flow
    return None
