"""Raises and clears the repair issues of the integration.

The id of an issue is `{kind}_{about}`. The kind is the translation key; `about` is the
id of the config entry of a server or of the subentry of a charger, so that all issues
of a removed server or charger can be cleared. Fixable issues have their flow in
`repairs/`.

What the user ignores stays ignored while its cause lasts. After a reload or a restart
most causes have yet to be seen again, so an ignored issue that is cleared is hidden at
first, as Home Assistant does with those of before a restart.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..foreign_text import for_markdown

KIND = "kind"
"""The key of the kind in the data of a fixable issue."""

REMEMBERED = timedelta(days=1)
"""The time in which an issue is still ignored when its cause is seen again.

Some causes are only seen when a charger connects or charges.
"""

_HIDDEN: HassKey[dict[str, datetime]] = HassKey(f"{DOMAIN}_hidden_issues")
"""By id, since when the cause of an ignored issue was not seen."""


def issue_id(kind: str, about: str) -> str:
    """Return the id of an issue."""
    return f"{kind}_{about}"


@callback
def async_raise_issue(
    hass: HomeAssistant,
    kind: str,
    about: str,
    *,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    fix_data: dict[str, str | int | float | None] | None = None,
    is_persistent: bool = False,
    learn_more_url: str | None = None,
    **placeholders: str,
) -> None:
    """Raise an issue, or update it. One that the user ignores stays ignored.

    Args:
        hass: Home Assistant.
        kind: The kind, which is the translation key.
        about: The id of the config entry or subentry that the issue is about.
        severity: The severity.
        fix_data: Makes the issue fixable: the data for the flow that `repairs/` has for
            this kind.
        is_persistent: Whether the issue survives a restart without being raised again.
        learn_more_url: The URL of further information.
        **placeholders: The placeholders of the texts. All but `Markdown` are cleaned
            and formatted as code.
    """
    known = issue_id(kind, about)
    since = hass.data.setdefault(_HIDDEN, {}).pop(known, None)
    if since is not None and abs(dt_util.utcnow() - since) > REMEMBERED:
        # It has ended, and begins anew.
        ir.async_delete_issue(hass, DOMAIN, known)
    ir.async_create_issue(
        hass,
        DOMAIN,
        known,
        data=None if fix_data is None else {KIND: kind, **fix_data},
        is_fixable=fix_data is not None,
        is_persistent=is_persistent,
        learn_more_url=learn_more_url,
        severity=severity,
        translation_key=kind,
        translation_placeholders=for_markdown(**placeholders),
    )


@callback
def async_clear_issue(hass: HomeAssistant, kind: str, about: str) -> None:
    """Clear an issue, if it is open."""
    registry, known = ir.async_get(hass), issue_id(kind, about)
    issue = registry.async_get_issue(DOMAIN, known)
    if issue is None:
        return
    if issue.dismissed_version is None:
        ir.async_delete_issue(hass, DOMAIN, known)
        return
    hass.data.setdefault(_HIDDEN, {}).setdefault(known, dt_util.utcnow())
    if issue.active:
        # A persistent one would be shown again after a restart.
        registry.issues[DOMAIN, known] = replace(
            issue, active=False, is_persistent=False
        )
        registry.async_schedule_save()
        hass.bus.async_fire(
            ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED,
            ir.EventIssueRegistryUpdatedData(
                action="update", domain=DOMAIN, issue_id=known
            ),
        )


@callback
def async_clear_issues(hass: HomeAssistant, about: str) -> None:
    """Clear all issues about a server or charger that was removed."""
    for domain, known in list(ir.async_get(hass).issues):
        if domain == DOMAIN and known.endswith(f"_{about}"):
            hass.data.get(_HIDDEN, {}).pop(known, None)
            ir.async_delete_issue(hass, domain, known)
