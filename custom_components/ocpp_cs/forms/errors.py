"""Errors of a long form: whoever looks at its top has to see that there is one."""

from collections.abc import Mapping
from typing import Final

import voluptuous as vol

_SEEN: Final = 2
"""The fields at the top that a phone shows."""


def with_notice(schema: vol.Schema, errors: Mapping[str, str]) -> dict[str, str]:
    """Return errors with one more at the top, unless theirs are at the first fields.

    Home Assistant shows the top of a form again that has an error, which may be several
    screens below.
    """
    top = [str(marker) for marker in schema.schema][:_SEEN]
    if not errors or set(errors) & {"base", *top}:
        return dict(errors)
    return {**errors, "base": "not_saved"}
