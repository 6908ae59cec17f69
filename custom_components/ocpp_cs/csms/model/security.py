"""How a connection is secured, and what its owner demands of it.

The levels are the security profiles of OCPP 1.6 (security whitepaper, A00) and OCPP 2.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class SecurityLevel(IntEnum):
    """The protection of a connection; the values are those of SecurityProfile.

    TLS comes with a password where the charge point can have one.
    """

    NONE = 0
    PASSWORD = 1
    """HTTP Basic authentication without encryption."""
    TLS = 2
    """The charge point checks the certificate of the central system."""
    CERTIFICATE = 3
    """The central system checks a certificate of the charge point as well."""

    @property
    def key(self) -> str:
        """The name of the level in lower case, as states and translations have it."""
        return self.name.lower()


class TlsProblem(StrEnum):
    """The reason why a TLS handshake failed; the values are translation keys."""

    NOT_TRUSTED = "not_trusted"
    """The charge point does not trust our certificate, or misses a name in it."""
    CLOCK = "clock"
    """Our certificate is not valid by the clock of the charge point."""
    OLD_VERSION = "old_version"
    """It speaks only versions of TLS that are not allowed."""
    NO_CIPHER = "no_cipher"
    """It offers no suite that is allowed, or that fits our certificates."""
    CLIENT_UNKNOWN_CA = "client_unknown_ca"
    """Nobody whom we trust has signed its certificate."""
    CLIENT_EXPIRED = "client_expired"
    CLIENT_NOT_YET_VALID = "client_not_yet_valid"
    CLIENT_INVALID = "client_invalid"
    """Its certificate cannot be used for another reason."""
    PLAIN = "plain"
    """It speaks no TLS, on the port for TLS."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCertificate:
    """The verified certificate that a charge point has shown."""

    common_name: str
    organization: str | None
    issuer: str
    """The distinguished name of the CA that signed it (RFC 4514)."""
    serial_number: str
    """Hexadecimal, without leading zeros."""
    not_after: datetime
    fingerprint: str
    """The SHA-256 hash in hexadecimal, without separators."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsFacts:
    """What was agreed in a TLS handshake."""

    version: str
    """As OpenSSL names it: `TLSv1.3`."""
    cipher: str
    server_name: str | None
    """The name that the charge point asked for (SNI); None if it sent none."""
    certificate: ClientCertificate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionSecurity:
    """The protection of an open connection."""

    tls: TlsFacts | None = None
    with_password: bool = False
    """True if it came with a password that was checked and found right."""
    password: PasswordHash | None = field(default=None, repr=False)
    """That password, of `SecurityRules.passwords`."""

    @property
    def level(self) -> SecurityLevel:
        """The level that the connection has.

        A certificate counts only if it belongs to the charge point: the central system
        refuses any other.
        """
        if self.tls is not None:
            return (
                SecurityLevel.TLS
                if self.tls.certificate is None
                else SecurityLevel.CERTIFICATE
            )
        return SecurityLevel.PASSWORD if self.with_password else SecurityLevel.NONE

    @property
    def is_proof(self) -> bool:
        """Return whether only the charge point itself can connect like that."""
        return self.with_password or self.level is SecurityLevel.CERTIFICATE


UNSECURED = ConnectionSecurity()


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordHash:
    """A password as it is stored: salted and hashed with scrypt (A01)."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    cost: int
    """The parameter N of scrypt, a power of two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityRules:
    """What the owner demands of the connections of one charge point."""

    level: SecurityLevel = SecurityLevel.NONE
    """The lowest level that is accepted."""
    password_needed: bool = False
    passwords: tuple[PasswordHash, ...] = field(default=(), repr=False)
    """The passwords that are accepted: two while a new one is on its way."""
    ignores_certificate: bool = False
    """True if a certificate with another name is as good as none, not a reason to refuse."""
    certificates: frozenset[str] = frozenset()
    """The SHA-256 fingerprints of what our own CA has issued to it.

    A certificate of another CA that is trusted counts by its common name.
    """


NO_RULES = SecurityRules()


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateHash:
    """What names an installed certificate (CertificateHashDataType)."""

    hash_algorithm: str
    """`sha256`, `sha384` or `sha512`."""
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str
