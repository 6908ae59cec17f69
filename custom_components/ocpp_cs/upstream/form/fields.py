"""The fields of the forms of a backend, and what is wrong with what is entered."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.const import CONF_NAME, CONF_PASSWORD
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    FileSelector,
    FileSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ...csms.model.tags import (
    MAX_TAG_LENGTH,
    MAX_TAG_LENGTH_21,
    MAX_TAG_LENGTH_201,
    tag_key,
)
from ...csms.upstream.model import Role, SessionChoice
from ...tags.registry import is_id_tag
from ..subentries import (
    CONF_CHARGERS,
    CONF_DEFAULT_TAG,
    CONF_FROM,
    CONF_IDENTITY,
    CONF_MAY_OVERRIDE,
    CONF_PAYS,
    CONF_REWRITTEN,
    CONF_ROLES,
    CONF_SESSIONS,
    CONF_TAGS,
    CONF_TO,
    CONF_UNKNOWN_TAGS,
    CONF_URL,
    CONF_VENDOR_IDS,
    CONF_VERSION,
)

SECTION_LOGIN: Final = "login"
SECTION_CERTIFICATES: Final = "certificates"
SECTION_ROLES: Final = "may"
SECTION_CARDS: Final = "cards"
SECTION_SPECIAL: Final = "special"

CONF_AUTHORITY: Final = "authority"
CONF_CERTIFICATE: Final = "client_certificate"
CONF_KEY: Final = "client_key"
CONF_FORGET_PASSWORD: Final = "forget_password"
CONF_FORGET_CERTIFICATES: Final = "forget_certificates"

V1_6: Final = "1.6"
V2_0_1: Final = "2.0.1"
V2_1: Final = "2.1"

_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password")
)
_FILE = FileSelector(
    FileSelectorConfig(accept=".pem,.crt,.cer,.key,application/x-pem-file")
)

CONNECTION_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_URL): TextSelector(),
        vol.Required(CONF_VERSION, default=V1_6): SelectSelector(
            SelectSelectorConfig(
                options=[V1_6, V2_0_1, V2_1], mode=SelectSelectorMode.DROPDOWN
            )
        ),
        vol.Required(CONF_CHARGERS): SelectSelector(
            SelectSelectorConfig(
                options=[], multiple=True, mode=SelectSelectorMode.LIST
            )
        ),
        vol.Required(SECTION_LOGIN): section(
            vol.Schema(
                {
                    vol.Optional(CONF_IDENTITY): TextSelector(),
                    vol.Optional(CONF_PASSWORD): _PASSWORD,
                }
            ),
            {"collapsed": False},
        ),
        vol.Required(SECTION_CERTIFICATES): section(
            vol.Schema(
                {
                    vol.Optional(CONF_AUTHORITY): _FILE,
                    vol.Optional(CONF_CERTIFICATE): _FILE,
                    vol.Optional(CONF_KEY): _FILE,
                }
            ),
            {"collapsed": True},
        ),
    }
)

_FORGET_PASSWORD = {
    vol.Required(CONF_FORGET_PASSWORD, default=False): BooleanSelector()
}
"""Shown where a password is stored."""
_FORGET_CERTIFICATES = {
    vol.Required(CONF_FORGET_CERTIFICATES, default=False): BooleanSelector()
}
"""Shown where a certificate is stored."""

RIGHTS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SESSIONS, default=SessionChoice.ALL.value): SelectSelector(
            SelectSelectorConfig(
                options=["all", "own"],
                mode=SelectSelectorMode.LIST,
                translation_key="backend_sessions",
            )
        ),
        vol.Required(CONF_PAYS, default=False): BooleanSelector(),
        vol.Required(SECTION_ROLES): section(
            vol.Schema(
                {
                    vol.Required("authorize", default=False): BooleanSelector(),
                    vol.Required("start_stop", default=False): BooleanSelector(),
                    vol.Required("limit", default=False): BooleanSelector(),
                    vol.Required(CONF_MAY_OVERRIDE, default=False): BooleanSelector(),
                    vol.Required("configure", default=False): BooleanSelector(),
                }
            ),
            {"collapsed": False},
        ),
        vol.Required(SECTION_CARDS): section(
            vol.Schema(
                {
                    vol.Optional(CONF_TAGS): SelectSelector(
                        SelectSelectorConfig(
                            options=[],
                            multiple=True,
                            custom_value=True,
                            mode=SelectSelectorMode.DROPDOWN,
                        )
                    ),
                    vol.Required(CONF_UNKNOWN_TAGS, default=False): BooleanSelector(),
                    vol.Optional(CONF_REWRITTEN): TextSelector(
                        TextSelectorConfig(multiline=True)
                    ),
                    vol.Optional(CONF_DEFAULT_TAG): TextSelector(),
                }
            ),
            {"collapsed": True},
        ),
        vol.Required(SECTION_SPECIAL): section(
            vol.Schema(
                {
                    vol.Optional(CONF_VENDOR_IDS): TextSelector(
                        TextSelectorConfig(multiple=True)
                    ),
                }
            ),
            {"collapsed": True},
        ),
    }
)


def connection_schema(
    chargers: Mapping[str, str], *, has_password: bool, has_certificates: bool
) -> vol.Schema:
    """Return the form for the connection.

    Args:
        chargers: The names of the chargers by charge point id.
        has_password: Whether a password is stored.
        has_certificates: Whether a certificate is stored.
    """
    schema = _with(
        CONNECTION_SCHEMA,
        vol.Required(CONF_CHARGERS),
        SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=one, label=name)
                    for one, name in chargers.items()
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        ),
    )
    if has_password:
        schema = _with_fields(schema, SECTION_LOGIN, _FORGET_PASSWORD)
    if has_certificates:
        schema = _with_fields(schema, SECTION_CERTIFICATES, _FORGET_CERTIFICATES)
    return schema


def rights_schema(tags: Mapping[str, str]) -> vol.Schema:
    """Return the form for what a backend may do.

    Args:
        tags: The names of the known id tags by id tag.
    """
    return _with_fields(
        RIGHTS_SCHEMA,
        SECTION_CARDS,
        {
            vol.Optional(CONF_TAGS): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=one, label=name)
                        for one, name in tags.items()
                    ],
                    multiple=True,
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        },
    )


def _with(schema: vol.Schema, marker: vol.Marker, field: Any) -> vol.Schema:
    # A key that is there already keeps its place.
    return vol.Schema({**schema.schema, marker: field})


def _with_fields(
    schema: vol.Schema, name: str, fields: Mapping[Any, Any]
) -> vol.Schema:
    """Return a form with other, or more, fields in a section."""
    present: section = schema.schema[name]
    within = vol.Schema({**present.schema.schema, **fields})
    return _with(schema, vol.Required(name), section(within, present.options))


# The connection.


def url_problem(url: str) -> dict[str, str]:
    """Return what is wrong with the address of a backend."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return {CONF_URL: "url_invalid"}
    if parts.scheme not in {"ws", "wss"}:
        return {CONF_URL: "url_scheme"}
    if parts.username or parts.password is not None:
        return {CONF_URL: "url_login"}
    if (
        not parts.hostname
        or parts.fragment
        or not url.isprintable()
        or any(letter.isspace() for letter in url)
    ):
        return {CONF_URL: "url_invalid"}
    return {}


def connection_of(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a subentry has of the connection."""
    data: dict[str, Any] = {
        CONF_URL: user_input[CONF_URL].strip(),
        CONF_VERSION: user_input[CONF_VERSION],
        CONF_CHARGERS: list(user_input[CONF_CHARGERS]),
    }
    if identity := user_input[SECTION_LOGIN].get(CONF_IDENTITY, "").strip():
        data[CONF_IDENTITY] = identity
    return data


def shown_connection(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection of a backend as the form shows it."""
    return {
        CONF_NAME: name,
        **{
            key: data[key]
            for key in (CONF_URL, CONF_VERSION, CONF_CHARGERS)
            if key in data
        },
        SECTION_LOGIN: {key: data[key] for key in (CONF_IDENTITY,) if key in data},
    }


# What it may do.


class RewritingError(Exception):
    """A line that does not say which card is told as which."""

    def __init__(self, line: str) -> None:
        """Note the line."""
        super().__init__(line)
        self.line = line


def longest_tag(version: str) -> int:
    """Return how long an id tag may be that is told with a version of OCPP."""
    return {V1_6: MAX_TAG_LENGTH, V2_0_1: MAX_TAG_LENGTH_201}.get(
        version, MAX_TAG_LENGTH_21
    )


def rewriting_of(text: str, longest: int) -> list[dict[str, str]]:
    """Return which id tags are told as which, from lines `CARD=OTHER`.

    Args:
        text: The lines.
        longest: How long an id tag may be that is told.

    Raises:
        RewritingError: A line is none of these, or a card is there twice.
    """
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        before, equals, after = (one.strip() for one in line.partition("="))
        if (
            not equals
            or not is_id_tag(before)
            or not is_id_tag(after, longest)
            or tag_key(before) in found
        ):
            raise RewritingError(line)
        found[tag_key(before)] = {CONF_FROM: before, CONF_TO: after}
    return list(found.values())


def rights_of(
    user_input: Mapping[str, Any], version: str
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Return what a subentry has of the rights, the errors, and their placeholders."""
    errors: dict[str, str] = {}
    words: dict[str, str] = {}
    roles, cards = user_input[SECTION_ROLES], user_input[SECTION_CARDS]
    data: dict[str, Any] = {
        CONF_SESSIONS: user_input[CONF_SESSIONS],
        CONF_PAYS: user_input[CONF_PAYS],
        CONF_ROLES: [one.value for one in Role if roles[one.value]],
        CONF_MAY_OVERRIDE: roles[CONF_MAY_OVERRIDE],
        CONF_TAGS: _cleaned(cards.get(CONF_TAGS)),
        CONF_UNKNOWN_TAGS: cards[CONF_UNKNOWN_TAGS],
        CONF_DEFAULT_TAG: cards.get(CONF_DEFAULT_TAG, "").strip(),
        CONF_VENDOR_IDS: _cleaned(user_input[SECTION_SPECIAL].get(CONF_VENDOR_IDS)),
    }
    if data[CONF_UNKNOWN_TAGS] and Role.AUTHORIZE.value not in data[CONF_ROLES]:
        errors[SECTION_CARDS] = "unknown_without_authorize"
    longest = longest_tag(version)
    try:
        data[CONF_REWRITTEN] = rewriting_of(cards.get(CONF_REWRITTEN, ""), longest)
    except RewritingError as err:
        errors[SECTION_CARDS] = "rewriting_invalid"
        words |= {"line": err.line, "longest": str(longest)}
    default = data[CONF_DEFAULT_TAG]
    if default and not is_id_tag(default, longest):
        errors[SECTION_CARDS] = "default_tag_invalid"
        words |= {"longest": str(longest)}
    if not all(map(is_id_tag, data[CONF_TAGS])):
        errors[SECTION_CARDS] = "invalid_id_tag"
    if data[CONF_MAY_OVERRIDE] and Role.LIMIT.value not in data[CONF_ROLES]:
        errors[SECTION_ROLES] = "override_without_limit"
    return (
        {key: value for key, value in data.items() if value not in ("", [])},
        errors,
        words,
    )


def _cleaned(texts: Iterable[str] | None) -> list[str]:
    return [one.strip() for one in texts or () if one.strip()]


def shown_rights(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a backend may do as the form shows it."""
    cards = {
        key: data[key]
        for key in (CONF_TAGS, CONF_UNKNOWN_TAGS, CONF_DEFAULT_TAG)
        if key in data
    }
    if rewritten := data.get(CONF_REWRITTEN):
        cards[CONF_REWRITTEN] = "\n".join(
            f"{one[CONF_FROM]}={one[CONF_TO]}" for one in rewritten
        )
    roles = data.get(CONF_ROLES, ())
    return {
        **{key: data[key] for key in (CONF_SESSIONS, CONF_PAYS) if key in data},
        SECTION_ROLES: {
            **{one.value: one.value in roles for one in Role},
            CONF_MAY_OVERRIDE: bool(data.get(CONF_MAY_OVERRIDE)),
        },
        SECTION_CARDS: cards,
        SECTION_SPECIAL: {CONF_VENDOR_IDS: data.get(CONF_VENDOR_IDS, [])},
    }
