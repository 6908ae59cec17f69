"""Compare a connection with what the owner demands (security whitepaper A00)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from ..model.model import RefusalReason
from ..model.security import SecurityLevel, SecurityRules, TlsFacts
from ..security.own_names import plain

STATUSES: Final = {
    RefusalReason.NO_SECRET: HTTPStatus.NOT_FOUND,
    RefusalReason.NOT_ENCRYPTED: HTTPStatus.UPGRADE_REQUIRED,
    RefusalReason.NO_CERTIFICATE: HTTPStatus.FORBIDDEN,
    RefusalReason.CERTIFICATE_OF_ANOTHER: HTTPStatus.FORBIDDEN,
    RefusalReason.NO_PASSWORD: HTTPStatus.UNAUTHORIZED,
    RefusalReason.WRONG_PASSWORD: HTTPStatus.UNAUTHORIZED,
}
"""The status of the response for each reason to refuse an opening request."""


def unmet_level(rules: SecurityRules, tls: TlsFacts | None) -> RefusalReason | None:
    """Return why a connection is below the demanded level; None if it is not.

    Args:
        rules: What the owner demands.
        tls: What was agreed in TLS, without a certificate that is not its own.
    """
    if tls is None:
        encrypted = rules.level >= SecurityLevel.TLS
        return RefusalReason.NOT_ENCRYPTED if encrypted else None
    if rules.level >= SecurityLevel.CERTIFICATE and tls.certificate is None:
        return RefusalReason.NO_CERTIFICATE
    return None


def is_password_due(rules: SecurityRules, tls: TlsFacts | None) -> bool:
    """Return whether a connection has to come with a password.

    A certificate of its own stands for one: profile 3 has no passwords (A00.FR.401).

    Args:
        rules: What the owner demands.
        tls: What was agreed in TLS, without a certificate that is not its own.
    """
    if tls is not None:
        return rules.password_needed and tls.certificate is None
    return rules.password_needed or rules.level is SecurityLevel.PASSWORD


def is_name_of(common_name: str, own: Iterable[str | None]) -> bool:
    """Return whether the common name of a certificate is one of these names.

    Case, spaces and NUL bytes around it do not matter.

    Args:
        common_name: The common name.
        own: The id and the serial number of the charge point.
    """
    name = plain(common_name)
    return bool(name) and name in map(plain, own)


def user_problem(user: str | None, charge_point_id: str) -> str | None:
    """Return how a user name differs from the id, which it has to be (A00.FR.204).

    Returns:
        The name of a deviation; None if it does not differ.
    """
    if user == charge_point_id:
        return None
    if not user:
        return "user_empty"
    if unquote(user) == charge_point_id:
        return "user_encoded"
    if user.casefold() == charge_point_id.casefold():
        return "user_in_other_case"
    return "user_is_another"
