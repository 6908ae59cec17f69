"""The one place where the integration raises and clears repairs.

An issue is `{kind}_{about}`: its kind is the translation key, and what it is about
the id of the config entry of a server or of the subentry of a charger, so that all
that concern one can go with it. What can be mended by a click has its flow in
`repairs.py`.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..foreign_text import for_markdown

KIND = "kind"
"""The key under which the data of a fixable issue name its flow."""


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
    """Show an issue, or change the one that is shown already.

    With `fix_data` it can be mended: `repairs.py` gets them, and has a flow for `kind`.
    One that `is_persistent` is there again after a restart, without being raised.
    All `placeholders` but `Markdown` are cleaned, and stand as code in the texts.
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
    """Take an issue away; nothing happens if it is not there."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(kind, about))


@callback
def async_clear_issues(hass: HomeAssistant, about: str) -> None:
    """Take away all issues about a server or charger that was removed."""
    for domain, known in list(ir.async_get(hass).issues):
        if domain == DOMAIN and known.endswith(f"_{about}"):
            ir.async_delete_issue(hass, domain, known)
