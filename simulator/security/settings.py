"""What a charger's security is like when it leaves the factory."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuritySettings:
    """Passwords, certificates and habits. Certificates and keys are PEM texts."""

    profile: int = 0
    """The security profile that it begins with (A00), 0 to 3."""
    extension: bool = True
    """Whether it knows the security extension of OCPP 1.6.

    Without, it knows AuthorizationKey all the same (OCPP-J 1.6, section 6.2).
    """
    password_form: Literal["raw", "hex", "text"] = "raw"
    """What AuthorizationKey becomes in the header.

    `raw` sends the bytes that its digits stand for, and takes nothing but 16 to 20 of
    them; `hex` sends the digits; `text` takes any text, and sends that.
    """
    tls_port: int | None = None
    """The port for wss after a raise; None keeps the port, and begins TLS on it."""
    roots: tuple[str, ...] = ()
    """The roots for the central system's certificate that are installed."""
    key_kind: Literal["ec", "rsa"] = "ec"
    """The kind of key that it makes for its own certificate."""
    common_name: str | None = None
    """The name in its own certificate; None is its serial number."""
    key: str | None = None
    """The key of `chain`."""
    chain: str | None = None
    """Its own certificate, then those that signed it."""

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be."""
        if self.profile not in range(4):
            raise ValueError(f"security profiles are 0 to 3, not {self.profile}")
        if (self.key is None) != (self.chain is None):
            raise ValueError("a certificate needs its key, and a key its certificate")
