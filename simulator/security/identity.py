"""How a charger shows who it is, and finds out who the central system is."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import TypedDict
from urllib.parse import urlsplit, urlunsplit
import warnings

from cryptography import x509

from simulator.clock import Clock
from simulator.faults import Faults

from .certificates import (
    Chain,
    common_name,
    is_for,
    pem_of,
    problem_of_dates,
    read,
    read_der,
)
from .settings import SecuritySettings

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which `ssl` has no name for."""
VERSIONS = {
    1.0: ssl.TLSVersion.TLSv1,
    1.1: ssl.TLSVersion.TLSv1_1,
    1.2: ssl.TLSVersion.TLSv1_2,
    1.3: ssl.TLSVersion.TLSv1_3,
}
WRONG_CLOCK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The charger's own certificate with its key, as PEM."""

    key: str = field(repr=False)
    chain: str


class Kept(TypedDict):
    """What counts again when a raise of the profile fails."""

    profile: int
    uses_password: bool
    url: str


class Identity:
    """Passwords, certificates and the profile of one charger."""

    def __init__(
        self,
        settings: SecuritySettings,
        *,
        user: str,
        password: str | None,
        clock: Clock,
        faults: Faults,
    ) -> None:
        self.settings = settings
        self.profile = settings.profile
        self.password = None if password is None else password.encode()
        """What the header holds after the colon."""
        self.uses_password = password is not None
        self.roots: list[x509.Certificate] = [
            root for text in settings.roots for root in read(text)
        ]
        self.own: Own | None = None
        if settings.key is not None and settings.chain is not None:
            self.own = Own(key=settings.key, chain=settings.chain)
        self.server_chain: Chain = ()
        """What the central system showed in the last handshake."""
        self._user = user
        self._clock = clock
        self._faults = faults
        self._context: tuple[object, ssl.SSLContext] | None = None

    def summary(self) -> str:
        """Return one line about it, without any secret."""
        password = "none" if self.password is None else "set"
        roots = ", ".join(common_name(root) for root in self.roots)
        own = "none" if self.own is None else common_name(read(self.own.chain)[0])
        return (
            f"profile {self.profile}, password {password}, roots: {roots or 'none'}, "
            f"own certificate: {own}"
        )

    def missing(self, profile: int) -> str | None:
        """Return what a profile needs and the charger has not (A05.FR.01)."""
        if profile in (1, 2) and self.password is None:
            return "a password"
        if profile >= 2 and not self.roots:
            return "a root certificate of the central system"
        if profile == 3 and self.own is None:
            return "a certificate of its own"
        return None

    def password_of(self, key: str) -> bytes | None:
        """Return what the header holds for an AuthorizationKey; None is refused."""
        if self.settings.password_form == "text":
            return key.encode() or None
        try:
            raw = bytes.fromhex(key)
        except ValueError:
            return None
        if not 16 <= len(raw) <= 20 or " " in key:
            return None
        return raw if self.settings.password_form == "raw" else key.encode()

    def authorization(self) -> str | None:
        """Return the header's value; None if it sends none."""
        if self.password is None or not self.uses_password:
            return None
        pair = self._user.encode() + b":" + self.password
        return "Basic " + b64encode(pair).decode()

    def address(self, url: str) -> str:
        """Return an address as the profile has it: ws becomes wss from 2 on."""
        if self.profile < 2 or not url.startswith("ws:"):
            return url
        there = urlsplit(url)
        port = self.settings.tls_port or there.port or 80
        host = there.netloc.rpartition("@")[2]
        if there.port is not None:
            host = host.rpartition(":")[0]
        return urlunsplit(there._replace(scheme="wss", netloc=f"{host}:{port}"))

    @property
    def clock_is_wrong(self) -> bool:
        """Whether the charger's clock is another than this computer's."""
        return abs(self._clock.now() - datetime.now(UTC)) > WRONG_CLOCK

    def context(self) -> ssl.SSLContext:
        """Return the context for the next connection. Raise ValueError, OSError."""
        certificate = self.own if self.profile == 3 else None
        newest = self._faults.old_tls
        made_of = (
            tuple(self.roots),
            certificate,
            newest,
            self._faults.no_sni,
            self.clock_is_wrong,
        )
        if self._context is None or self._context[0] != made_of:
            self._context = (made_of, self._new_context(certificate, newest))
        return self._context[1]

    def _new_context(self, certificate: Own | None, newest: float) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Without a name the library does not look for it: `check` does.
        context.check_hostname = not self._faults.no_sni
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if self.clock_is_wrong:
            # The library knows this computer's clock only: `check` looks at the dates.
            context.verify_flags |= NO_CHECK_TIME
        if self.roots:
            context.load_verify_locations(
                cadata="".join(pem_of(root) for root in self.roots)
            )
        if certificate is not None:
            with TemporaryDirectory() as folder:
                path = Path(folder) / "own.pem"
                path.touch(0o600)
                path.write_text(certificate.key + certificate.chain, encoding="utf-8")
                context.load_cert_chain(path)
        if newest:
            if newest not in VERSIONS:
                raise ValueError(f"there is no TLS {newest}")
            with warnings.catch_warnings():
                # That it is old is what is wanted.
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = min(VERSIONS[newest], VERSIONS[1.2])
                context.maximum_version = VERSIONS[newest]
            if newest < 1.2:
                context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    def check(self, tls: ssl.SSLObject, url: str) -> None:
        """Look at what the library could not. Raise SSLCertVerificationError."""
        self.server_chain = read_der(tls.get_verified_chain())
        host = urlsplit(url).hostname or ""
        problem = None
        if self.clock_is_wrong:
            problem = problem_of_dates(self.server_chain, self._clock.now())
        if self._faults.no_sni and not is_for(self.server_chain[0], host):
            problem = f"certificate is not valid for {host}"
        if problem is not None:
            raise ssl.SSLCertVerificationError(1, problem)
