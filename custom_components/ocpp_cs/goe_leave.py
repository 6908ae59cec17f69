"""A go-eCharger that was removed: its settings can be put back, once, by a repair.

Home Assistant asks nothing when something is removed, so that this is offered after it.
"""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import json_dumps
from homeassistant.util.json import JSON_DECODE_EXCEPTIONS, json_loads

from .const import CONF_BACKUP, DOMAIN
from .goe.restore import Backup
from .issues import KIND, async_raise_issue

GOE_REMOVED = "goe_removed"


@callback
def async_offer_restore(hass: HomeAssistant, subentry: ConfigSubentry) -> None:
    """Offer to put back what a charger that was removed had before."""
    data = subentry.data
    backup = Backup.from_dict(data.get(CONF_BACKUP))
    if CONF_HOST not in data or backup is None or not backup.before:
        return
    async_raise_issue(
        hass,
        "goe_removed",
        subentry.subentry_id,
        is_persistent=True,
        fix_data={
            "serial": subentry.unique_id,
            "host": data[CONF_HOST],
            "token": data.get(CONF_TOKEN),
            "backup": json_dumps(backup.as_dict()),
        },
        charger=subentry.title,
        host=data[CONF_HOST],
    )


def read_backup(text: object) -> Backup | None:
    """Return the values before from the data of an issue."""
    try:
        return Backup.from_dict(json_loads(str(text)))
    except JSON_DECODE_EXCEPTIONS:
        return None


@callback
def async_take_backup(hass: HomeAssistant, serial: str) -> Backup | None:
    """Return the values before of a charger that was removed, and is ours again."""
    found = None
    for (domain, issue_id), issue in list(ir.async_get(hass).issues.items()):
        data = issue.data or {}
        if (
            domain == DOMAIN
            and data.get(KIND) == GOE_REMOVED
            and data.get("serial") == serial
        ):
            found = read_backup(data["backup"])
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    return found
