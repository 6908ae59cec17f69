"""The certificates that are uploaded in the form of a backend."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...csms.security.authority import KeyAndCertificate
from ...csms.security.chains import (
    CertificateError,
    CertificateProblem,
    certificates_in,
    problems_of,
)
from ...forms.uploads import async_read_upload
from .fields import CONF_AUTHORITY, CONF_CERTIFICATE, CONF_KEY, SECTION_CERTIFICATES

_ERRORS = {
    CertificateProblem.UNREADABLE: {SECTION_CERTIFICATES: "client_unreadable"},
    CertificateProblem.BINARY: {SECTION_CERTIFICATES: "client_binary"},
    CertificateProblem.CONTAINER: {SECTION_CERTIFICATES: "container"},
    CertificateProblem.SWAPPED: {SECTION_CERTIFICATES: "swapped"},
    CertificateProblem.NO_CERTIFICATE: {SECTION_CERTIFICATES: "client_unreadable"},
    CertificateProblem.KEY_UNREADABLE: {SECTION_CERTIFICATES: "key_unreadable"},
    CertificateProblem.KEY_BINARY: {SECTION_CERTIFICATES: "key_binary"},
    CertificateProblem.KEY_ENCRYPTED: {SECTION_CERTIFICATES: "key_encrypted"},
    CertificateProblem.KEY_KIND: {SECTION_CERTIFICATES: "key_kind"},
    CertificateProblem.KEY_MISMATCH: {SECTION_CERTIFICATES: "key_mismatch"},
    CertificateProblem.CHAIN_ORDER: {SECTION_CERTIFICATES: "key_mismatch"},
    CertificateProblem.EXPIRED: {SECTION_CERTIFICATES: "client_expired"},
    CertificateProblem.NOT_YET_VALID: {SECTION_CERTIFICATES: "not_yet_valid"},
}
"""What is wrong with a client's certificate; what only matters for servers is not here."""
_AUTHORITY_ERRORS = {
    CertificateProblem.BINARY: {SECTION_CERTIFICATES: "authority_binary"},
    CertificateProblem.CONTAINER: {SECTION_CERTIFICATES: "container"},
}
_AUTHORITY_UNREADABLE = {SECTION_CERTIFICATES: "authority_unreadable"}
_INCOMPLETE = {SECTION_CERTIFICATES: "client_incomplete"}


class Uploads:
    """The files so far: Home Assistant deletes a file once it is read."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without files."""
        self._hass = hass
        self._texts: dict[str, str] = {}
        self.authority: str | None = None
        """The certificates that are trusted, in PEM."""
        self.client: KeyAndCertificate | None = None
        """The key and the certificate of the charger."""

    async def async_take(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Read what was uploaded; return what is wrong with it."""
        for field in (CONF_AUTHORITY, CONF_CERTIFICATE, CONF_KEY):
            if (file_id := given.get(field)) is not None:
                self._texts[field] = await async_read_upload(self._hass, file_id)
        return await self._hass.async_add_executor_job(self._judge)

    def _judge(self) -> dict[str, str]:
        """Take over what can be used. Blocking."""
        if (authority := self._texts.get(CONF_AUTHORITY)) is not None:
            try:
                # Nothing else of the file: there may be a private key in it.
                self.authority = certificates_in(authority)
            except CertificateError as err:
                del self._texts[CONF_AUTHORITY]
                return _AUTHORITY_ERRORS.get(err.problem, _AUTHORITY_UNREADABLE)
        chain = self._texts.get(CONF_CERTIFICATE)
        key = self._texts.get(CONF_KEY)
        if chain is None and key is None:
            return {}
        if chain is None:
            return _INCOMPLETE
        # One file may have both.
        pair = KeyAndCertificate(chain=chain, key=key or chain)
        for problem in problems_of(pair, (), dt_util.utcnow()):
            if problem in _ERRORS:
                missing = problem is CertificateProblem.KEY_UNREADABLE and key is None
                return _INCOMPLETE if missing else _ERRORS[problem]
        self.client = pair
        return {}
