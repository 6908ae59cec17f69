"""Raises and clears the repair issues of the integration.

The id of an issue is `{kind}_{about}`. The kind is the translation key; `about` is the
id of the config entry of a server or of the subentry of a charger, so that all issues
of a removed server or charger can be cleared. Fixable issues have their flow in
`repairs/`.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..foreign_text import for_markdown

KIND = "kind"
"""The key of the kind in the data of a fixable issue."""


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
    """Raise an issue, or update it.

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
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(kind, about),
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
    ir.async_delete_issue(hass, DOMAIN, issue_id(kind, about))


@callback
def async_clear_issues(hass: HomeAssistant, about: str) -> None:
    """Clear all issues about a server or charger that was removed."""
    for domain, known in list(ir.async_get(hass).issues):
        if domain == DOMAIN and known.endswith(f"_{about}"):
            ir.async_delete_issue(hass, domain, known)
