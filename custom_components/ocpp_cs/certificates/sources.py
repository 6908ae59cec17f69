"""Where the certificate of a server comes from: made here, Home Assistant's, or files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography import x509
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_SOURCE,
    SOURCE_FILES,
    SOURCE_HOME_ASSISTANT,
    SOURCE_MADE,
    SOURCE_UPLOAD,
)
from ..csms.security.authority import CertificateFacts, KeyAndCertificate, facts_of
from ..csms.security.chains import (
    LARGEST,
    TOLERABLE,
    CertificateProblem,
    authorities_in,
    problems_of,
    root_of,
    text_of,
)
from ..csms.security.contexts import takes_authority
from .names import covers
from .store import Certificates, CertificatesUnavailableError, StoreProblem


class SourceProblem(StrEnum):
    """A reason why there is no certificate; the values are translation keys."""

    FILE_MISSING = "file_missing"
    FILE_DENIED = "file_denied"
    """Home Assistant may not read it, or cannot."""
    NOT_OF_HOME_ASSISTANT = "not_of_home_assistant"
    """Home Assistant itself has no certificate."""
    UPLOAD_MISSING = "upload_missing"
    """No files were uploaded, or they are no longer stored."""
    REJECTED = "rejected"
    """OpenSSL does not take it, for a reason that we do not check."""


type Problem = CertificateProblem | SourceProblem | StoreProblem


class SourceError(Exception):
    """There is no certificate, or none that can be used."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        """Store the problem, and the path or the words that it is about."""
        super().__init__(f"{problem} {detail}".strip())
        self.problem = problem
        self.detail = detail


_USABLE: frozenset[Problem] = TOLERABLE | {
    # Some chargers do not look at the time, and theirs is wrong at times.
    CertificateProblem.EXPIRED,
    CertificateProblem.NOT_YET_VALID,
}
"""The problems of a certificate that is used all the same: better than none."""
_NOTICE = timedelta(days=30)
_NOTICE_SHARE = 6
"""Of a short life, the share at the end in which it should have been renewed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The certificate of a server, and what matters of it."""

    pairs: tuple[KeyAndCertificate, ...]
    names: tuple[str, ...]
    root: str | None
    """The certificate that chargers must trust, as PEM; None if it is not known."""
    ends: datetime
    """The end of the first of its certificates to expire."""
    warn_from: datetime | None
    """When the owner is told of its end; None if it is renewed by us."""
    warning: Problem | None = None
    """A problem with which some chargers can connect."""


async def async_made(certificates: Certificates, names: Sequence[str]) -> Loaded:
    """Return the certificate that is made here. Raises SourceError."""
    try:
        pairs = await certificates.async_pairs(names)
    except CertificatesUnavailableError as err:
        raise SourceError(err.problem) from err
    known = [_leaf(pair) for pair in pairs]
    return Loaded(
        pairs=pairs,
        names=known[0].names,
        root=certificates.root,
        ends=min(one.not_after for one in known),
        warn_from=None,
        warning=certificates.problem
        or (StoreProblem.ENDED if certificates.has_ended else None),
    )


def _leaf(pair: KeyAndCertificate) -> CertificateFacts:
    return facts_of(x509.load_pem_x509_certificate(pair.chain.encode("latin-1")))


def judged(
    pair: KeyAndCertificate, own_names: Sequence[str], now: datetime
) -> tuple[Loaded | None, tuple[CertificateProblem, ...]]:
    """Return a certificate from elsewhere, and all that is wrong with it. Blocking.

    It needs only one of the names of this Home Assistant: the addresses for chargers
    are made with a name that is in it.

    Returns:
        The certificate, None if it cannot be used at all; and its problems.
    """
    problems = list(problems_of(pair, (), now))
    if not _USABLE.issuperset(problems):
        return None, tuple(problems)
    try:
        chain = [
            facts_of(one)
            for one in x509.load_pem_x509_certificates(pair.chain.encode("latin-1"))
        ]
    except ValueError:
        return None, (CertificateProblem.UNREADABLE,)
    names = chain[0].names
    if not any(covers(names, name) for name in own_names):
        problems.append(CertificateProblem.NAME_MISSING)
    return Loaded(
        pairs=(pair,),
        names=names,
        root=root_of(pair.chain),
        ends=min(one.not_after for one in chain),
        warn_from=min(map(_warn_from, chain)),
        warning=next(iter(problems), None),
    ), tuple(problems)


def _warn_from(certificate: CertificateFacts) -> datetime:
    """Return when to tell of the end of a certificate.

    Those with a life of 90 days and less are renewed by programs, 30 days before their
    end or later: a warning would be there each time.
    """
    life = certificate.not_after - certificate.not_before
    return certificate.not_after - min(_NOTICE, life / _NOTICE_SHARE)


# The authorities of client certificates that the owner has added.


def further_authorities(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the authorities in a text, and those of them that can be used. Blocking.

    Returns:
        Their certificates in PEM, without what else is in the text; and of these the
        ones that OpenSSL takes.

    Raises:
        CertificateError: There is none, or something else than authorities.
    """
    found = authorities_in(text)
    return found, tuple(filter(takes_authority, found))


# Files.


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """The files with a certificate and its key."""

    certificate: str
    key: str


type Stamp = tuple[tuple[int, int, int] | None, ...]
"""Changes when a file does, also when it is replaced; None for a missing file."""


def paths_of(hass: HomeAssistant, options: Mapping[str, Any]) -> Paths | None:
    """Return the files that a source is about; None if it has none.

    Args:
        hass: Home Assistant.
        options: The options of the encryption. Paths may be relative to the folder of
            the configuration.
    """
    source = options.get(CONF_TLS_SOURCE, SOURCE_MADE)
    certificate: str | None = None
    key: str | None = None
    if source == SOURCE_HOME_ASSISTANT:
        certificate, key = hass.http.ssl_certificate, hass.http.ssl_key
    elif source == SOURCE_FILES:
        certificate, key = (
            hass.config.path(path) if path else None
            for path in (options.get(CONF_TLS_CERTIFICATE), options.get(CONF_TLS_KEY))
        )
    if not certificate:
        return None
    # One file may have both.
    return Paths(certificate=certificate, key=key or certificate)


def stamp_of(paths: Paths) -> Stamp:
    """Return the stamp of the files. Blocking."""
    stamps: list[tuple[int, int, int] | None] = []
    for path in (paths.certificate, paths.key):
        try:
            # Renewed files are often links to others.
            found = Path(path).stat()
        except OSError, ValueError:
            stamps.append(None)
        else:
            stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return tuple(stamps)


def read_files(paths: Paths) -> KeyAndCertificate:
    """Read a key and its certificate. Blocking. Raises SourceError."""
    return KeyAndCertificate(chain=read(paths.certificate), key=read(paths.key))


def read(path: str) -> str:
    """Return the content of a file as `problems_of` takes it. Blocking.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            # More than that is refused as unreadable.
            return text_of(file.read(LARGEST + 1))
    except FileNotFoundError, NotADirectoryError, ValueError:
        raise SourceError(SourceProblem.FILE_MISSING, path) from None
    except OSError:
        raise SourceError(SourceProblem.FILE_DENIED, path) from None


# All that are not made here.


async def async_read(
    hass: HomeAssistant,
    certificates: Certificates,
    entry_id: str,
    options: Mapping[str, Any],
) -> KeyAndCertificate:
    """Return the key and the certificate of a source that is not ours.

    Raises:
        SourceError: There is none.
    """
    if options.get(CONF_TLS_SOURCE) == SOURCE_UPLOAD:
        if (pair := certificates.uploaded(entry_id)) is None:
            raise SourceError(certificates.problem or SourceProblem.UPLOAD_MISSING)
        return pair
    if (paths := paths_of(hass, options)) is None:
        raise SourceError(
            SourceProblem.NOT_OF_HOME_ASSISTANT
            if options.get(CONF_TLS_SOURCE) == SOURCE_HOME_ASSISTANT
            else SourceProblem.FILE_MISSING
        )
    return await hass.async_add_executor_job(read_files, paths)


async def async_judged(
    hass: HomeAssistant, pair: KeyAndCertificate, own_names: Sequence[str]
) -> tuple[Loaded | None, tuple[CertificateProblem, ...]]:
    """Return a certificate from elsewhere, and all that is wrong with it."""
    return await hass.async_add_executor_job(judged, pair, own_names, dt_util.utcnow())
