"""The forms for the encryption of a server, and the page that says what to do next."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    FileSelector,
    FileSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..certificates.encryption import Encryption
from ..certificates.links import async_links
from ..certificates.names import async_names
from ..certificates.sources import (
    Paths,
    SourceError,
    SourceProblem,
    async_judged,
    further_authorities,
    paths_of,
    read,
    read_files,
)
from ..certificates.store import CertificatesUnavailableError, async_certificates
from ..const import (
    CONF_ENCRYPTION,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_OLD,
    CONF_TLS_ON,
    CONF_TLS_PORT,
    CONF_TLS_SOURCE,
    CONF_TLS_TRUSTED,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_TLS_PORT,
    DOMAIN,
    SOURCE_FILES,
    SOURCE_HOME_ASSISTANT,
    SOURCE_MADE,
    SOURCE_UPLOAD,
)
from ..csms.security.authority import KeyAndCertificate, facts
from ..csms.security.chains import TOLERABLE, CertificateError, CertificateProblem
from ..foreign_text import Markdown, for_markdown, plain
from ..forms.language import async_texts
from ..forms.numbers import Problem, number_problem, opened
from ..forms.server import PORT, address_problem
from ..forms.uploads import async_read_upload
from ..security.path_secrets import async_address_for, encryption_of

SECTION_OLD = "old_chargers"
SECTION_FURTHER = "further_authorities"
SECTION_NEW = "new_authority"

_FORGET = "forget_trusted"
_RENEW = "replace"
_ANYWAY = "use_anyway"
_FILE = FileSelector(
    FileSelectorConfig(accept=".pem,.crt,.cer,.key,application/x-pem-file")
)

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_TLS_ON, default=False): BooleanSelector(),
        vol.Required(CONF_TLS_PORT, default=DEFAULT_TLS_PORT): PORT,
        vol.Required(CONF_TLS_SOURCE, default=SOURCE_MADE): SelectSelector(
            SelectSelectorConfig(
                options=[
                    SOURCE_MADE,
                    SOURCE_HOME_ASSISTANT,
                    SOURCE_FILES,
                    SOURCE_UPLOAD,
                ],
                mode=SelectSelectorMode.LIST,
                translation_key="certificate_source",
            )
        ),
        vol.Required(SECTION_OLD): section(
            vol.Schema({vol.Required(CONF_TLS_OLD, default=False): BooleanSelector()}),
            {"collapsed": True},
        ),
        vol.Required(SECTION_FURTHER): section(
            vol.Schema(
                {
                    vol.Optional(CONF_TLS_TRUSTED): _FILE,
                    vol.Required(_FORGET, default=False): BooleanSelector(),
                }
            ),
            {"collapsed": True},
        ),
    }
)
_REPLACE_SCHEMA = vol.Schema(
    {
        vol.Required(SECTION_NEW): section(
            vol.Schema({vol.Required(_RENEW, default=False): BooleanSelector()}),
            {"collapsed": True},
        )
    }
)
"""Shown once chargers may have the certificate that is replaced."""
_PATHS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_TLS_CERTIFICATE): TextSelector(),
        vol.Optional(CONF_TLS_KEY): TextSelector(),
    }
)
_UPLOAD_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_TLS_CERTIFICATE): _FILE,
        vol.Optional(CONF_TLS_KEY): _FILE,
    }
)
_ANYWAY_SCHEMA = vol.Schema({vol.Required(_ANYWAY, default=False): BooleanSelector()})
"""Shown once a certificate was refused that some chargers can connect with."""

_ERRORS = {
    CertificateProblem.UNREADABLE: {CONF_TLS_CERTIFICATE: "unreadable"},
    CertificateProblem.BINARY: {CONF_TLS_CERTIFICATE: "binary"},
    CertificateProblem.CONTAINER: {CONF_TLS_CERTIFICATE: "container"},
    CertificateProblem.SWAPPED: {CONF_TLS_CERTIFICATE: "swapped"},
    CertificateProblem.NO_CERTIFICATE: {CONF_TLS_CERTIFICATE: "no_certificate"},
    CertificateProblem.KEY_UNREADABLE: {CONF_TLS_KEY: "key_unreadable"},
    CertificateProblem.KEY_BINARY: {CONF_TLS_KEY: "key_binary"},
    CertificateProblem.KEY_ENCRYPTED: {CONF_TLS_KEY: "key_encrypted"},
    CertificateProblem.KEY_KIND: {CONF_TLS_KEY: "key_kind"},
    CertificateProblem.KEY_MISMATCH: {CONF_TLS_KEY: "key_mismatch"},
    CertificateProblem.CHAIN_ORDER: {CONF_TLS_CERTIFICATE: "chain_order"},
    CertificateProblem.CHAIN_INCOMPLETE: {CONF_TLS_CERTIFICATE: "chain_incomplete"},
    CertificateProblem.EXPIRED: {CONF_TLS_CERTIFICATE: "expired"},
    CertificateProblem.NOT_YET_VALID: {CONF_TLS_CERTIFICATE: "not_yet_valid"},
    CertificateProblem.NAME_MISSING: {CONF_TLS_CERTIFICATE: "name_missing"},
    CertificateProblem.WEAK: {CONF_TLS_CERTIFICATE: "weak"},
    CertificateProblem.NOT_FOR_SERVERS: {CONF_TLS_CERTIFICATE: "not_for_servers"},
}
"""The field and the error of each problem of a certificate."""
_FILE_ERRORS = {
    SourceProblem.FILE_MISSING: {CONF_TLS_CERTIFICATE: "file_missing"},
    SourceProblem.FILE_DENIED: {CONF_TLS_CERTIFICATE: "file_denied"},
}
_TRUSTED_ERRORS = {
    CertificateProblem.NO_AUTHORITY: {SECTION_FURTHER: "no_authority"},
    CertificateProblem.BINARY: {SECTION_FURTHER: "authority_binary"},
}
_TRUSTED_UNREADABLE = {SECTION_FURTHER: "authority_unreadable"}


class EncryptionForms:
    """The forms of an options flow that turn encryption on and off."""

    def __init__(
        self,
        flow: OptionsFlow,
        save: Callable[[Mapping[str, Any]], ConfigFlowResult],
    ) -> None:
        """Show the forms within `flow`; `save` ends it with the options."""
        self._flow = flow
        self._save = save
        self._chosen: dict[str, Any] = {}
        """The options so far."""
        self._trusted: str | None = None
        """Uploaded authorities: Home Assistant deletes a file once it is read."""
        self._uploaded: dict[str, str] = {}
        """Uploaded files by field, likewise."""
        self._is_replaced = False
        """True if our authority is to be replaced."""
        self._tolerable = False
        """True if the user may use a certificate in spite of its problems."""
        self._names: tuple[str, ...] = ()

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    @property
    def _present(self) -> Mapping[str, Any]:
        options: Mapping[str, Any] = self._flow.config_entry.options.get(
            CONF_ENCRYPTION, {}
        )
        return options

    async def async_step_encryption(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to encrypt, on which port, and with which certificate."""
        problem: Problem = {}, {}
        if user_input is not None:
            self._chosen = {
                **self._present,
                **{
                    key: user_input[key]
                    for key in (CONF_TLS_ON, CONF_TLS_PORT, CONF_TLS_SOURCE)
                },
                CONF_TLS_OLD: user_input[SECTION_OLD][CONF_TLS_OLD],
            }
            self._is_replaced = user_input.get(SECTION_NEW, {}).get(_RENEW, False)
            if not self._chosen[CONF_TLS_ON]:
                return await self._finish()
            problem = number_problem(_SCHEMA, user_input)
            if not problem[0]:
                problem = await self._port_problem(user_input[CONF_TLS_PORT])
            if not problem[0]:
                problem = await self._take_trusted(user_input[SECTION_FURTHER])
            if not problem[0]:
                match self._chosen[CONF_TLS_SOURCE]:
                    case "files":
                        return await self.async_step_encryption_files()
                    case "upload":
                        return await self.async_step_encryption_upload()
                    case "home_assistant":
                        problem = await self._own_problem(user_input)
            if not problem[0]:
                return await self._finish()
        present = self._present
        schema = _SCHEMA
        if (
            present.get(CONF_TLS_ON, False)
            and present.get(CONF_TLS_SOURCE) == SOURCE_MADE
        ):
            schema = schema.extend(_REPLACE_SCHEMA.schema)
        return self._show(
            "encryption",
            schema,
            # An uploaded file is gone once it is read.
            {**user_input, SECTION_FURTHER: {}}
            if user_input is not None
            else {**present, SECTION_OLD: present},
            problem,
        )

    async def _port_problem(self, port: int) -> Problem:
        data = self._flow.config_entry.data
        if port == data.get(CONF_PORT, DEFAULT_PORT):
            return {CONF_TLS_PORT: "port_is_plain"}, {}
        encryption = encryption_of(self._flow.config_entry)
        if encryption is not None and encryption.open_port == port:
            return {}, {}
        return await address_problem(
            self._hass, data.get(CONF_HOST, DEFAULT_HOST), port
        )

    async def _take_trusted(self, given: Mapping[str, Any]) -> Problem:
        """Take over the certificates of further authorities."""
        if (file_id := given.get(CONF_TLS_TRUSTED)) is not None:
            text = await async_read_upload(self._hass, file_id)
            try:
                found, usable = await self._hass.async_add_executor_job(
                    further_authorities, text
                )
            except CertificateError as err:
                return _TRUSTED_ERRORS.get(err.problem, _TRUSTED_UNREADABLE), {}
            if usable != found:
                return _TRUSTED_UNREADABLE, {}
            # Nothing else of the file: there may be a private key in it.
            self._trusted = "".join(found)
        if given[_FORGET]:
            self._chosen.pop(CONF_TLS_TRUSTED, None)
        if self._trusted is not None:
            self._chosen[CONF_TLS_TRUSTED] = self._trusted
        return {}, {}

    async def _own_problem(self, user_input: Mapping[str, Any]) -> Problem:
        """Return what is wrong with the certificate of Home Assistant itself."""
        paths = paths_of(self._hass, self._chosen)
        if paths is None:
            return {CONF_TLS_SOURCE: "not_of_home_assistant"}, {}
        try:
            pair = await self._hass.async_add_executor_job(read_files, paths)
        except SourceError as err:
            return _file_error(CONF_TLS_SOURCE, err)
        errors, words = await self._judge(pair, user_input)
        for error in errors.values():
            return {CONF_TLS_SOURCE: error}, words
        return {}, {}

    async def async_step_encryption_files(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the paths of the certificate and its key."""
        problem: Problem = {}, {}
        if user_input is not None:
            for field in (CONF_TLS_CERTIFICATE, CONF_TLS_KEY):
                self._chosen[field] = user_input.get(field, "").strip()
            problem = await self._files_problem(user_input)
            if not problem[0]:
                return await self._finish()
        return self._show(
            "encryption_files",
            _PATHS_SCHEMA,
            user_input or self._present,
            problem,
        )

    async def _files_problem(self, user_input: Mapping[str, Any]) -> Problem:
        paths = paths_of(self._hass, self._chosen)
        if paths is None:
            return {CONF_TLS_CERTIFICATE: "file_needed"}, {}
        content: dict[str, str] = {}
        for field, path in _fields_of(paths):
            try:
                content[field] = await self._hass.async_add_executor_job(read, path)
            except SourceError as err:
                return _file_error(field, err)
        return await self._judge(
            KeyAndCertificate(
                chain=content[CONF_TLS_CERTIFICATE], key=content[CONF_TLS_KEY]
            ),
            user_input,
        )

    async def async_step_encryption_upload(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the files with the certificate and its key."""
        problem: Problem = {}, {}
        if user_input is not None:
            for field in (CONF_TLS_CERTIFICATE, CONF_TLS_KEY):
                if (file_id := user_input.get(field)) is not None:
                    self._uploaded[field] = await async_read_upload(self._hass, file_id)
            problem = await self._upload_problem(user_input)
            if not problem[0]:
                return await self._finish()
        return self._show("encryption_upload", _UPLOAD_SCHEMA, {}, problem)

    async def _upload_problem(self, user_input: Mapping[str, Any]) -> Problem:
        certificates = await async_certificates(self._hass)
        entry_id = self._flow.config_entry.entry_id
        chain = self._uploaded.get(CONF_TLS_CERTIFICATE)
        key = self._uploaded.get(CONF_TLS_KEY)
        stored = certificates.uploaded(entry_id)
        if chain is None and key is None and stored is not None:
            return await self._judge(stored, user_input)
        if chain is None:
            return {CONF_TLS_CERTIFICATE: "file_needed"}, {}
        # One file may have both.
        pair = KeyAndCertificate(chain=chain, key=key or chain)
        problem = await self._judge(pair, user_input)
        if not problem[0]:
            try:
                await certificates.async_keep_uploaded(entry_id, pair)
            except CertificatesUnavailableError:
                return {"base": "not_stored"}, {}
        return problem

    async def _judge(
        self, pair: KeyAndCertificate, user_input: Mapping[str, Any]
    ) -> Problem:
        """Return what is wrong with a certificate, and whether it may be used."""
        own = await async_names(self._hass, self._flow.config_entry.data.get(CONF_HOST))
        loaded, problems = await async_judged(self._hass, pair, own)
        self._tolerable = bool(problems) and TOLERABLE.issuperset(problems)
        if not problems or (self._tolerable and user_input.get(_ANYWAY, False)):
            return {}, {}
        errors: dict[str, str] = {}
        for problem in problems:
            # The first of each field: the others may follow from it.
            errors |= {
                field: error
                for field, error in _ERRORS[problem].items()
                if field not in errors
            }
        names = () if loaded is None else loaded.names
        return errors, for_markdown(
            names=", ".join(map(plain, names[:4])), own=", ".join(map(plain, own[:4]))
        )

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        values: Mapping[str, Any],
        problem: Problem,
    ) -> ConfigFlowResult:
        errors, words = problem
        schema = opened(schema, errors)
        if self._tolerable:
            schema = schema.extend(_ANYWAY_SCHEMA.schema)
        return self._flow.async_show_form(
            step_id=step_id,
            data_schema=self._flow.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={
                "plain_port": str(self._flow.config_entry.data.get(CONF_PORT)),
                "folder": self._hass.config.config_dir,
                **words,
            },
        )

    # Once it is decided.

    async def _finish(self) -> ConfigFlowResult:
        """Apply the options, and show what to do next."""
        entry = self._flow.config_entry
        for key in (CONF_TLS_CERTIFICATE, CONF_TLS_KEY):
            if self._chosen[CONF_TLS_SOURCE] != SOURCE_FILES:
                self._chosen.pop(key, None)
        changed = {CONF_ENCRYPTION: self._chosen}
        if not self._chosen[CONF_TLS_ON] or entry.state is not ConfigEntryState.LOADED:
            return self._save(changed)
        self._hass.config_entries.async_update_entry(
            entry, options={**entry.options, **changed}
        )
        encryption: Encryption = entry.runtime_data.part(Encryption)
        await encryption.async_applied()
        if not encryption.is_working:
            return self._flow.async_abort(reason="encryption_failed")
        if encryption.root is None:
            return await self.async_step_encrypted_public()
        if not encryption.is_made_here:
            return await self.async_step_encrypted_own()
        if self._is_replaced:
            certificates = await async_certificates(self._hass)
            await certificates.async_begin_renewal()
        return await self.async_step_encrypted()

    async def async_step_encrypted(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address, and the certificate that chargers need."""
        return await self._say("encrypted", user_input)

    async def async_step_encrypted_own(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the same for a certificate of an issuer that only some know."""
        return await self._say("encrypted_own", user_input)

    async def async_step_encrypted_public(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address; the issuer is one that many chargers know."""
        return await self._say("encrypted_public", user_input)

    async def _say(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        entry = self._flow.config_entry
        if user_input is not None:
            return self._save({CONF_ENCRYPTION: entry.options[CONF_ENCRYPTION]})
        encryption = encryption_of(entry)
        root = None if encryption is None else encryption.root
        links = async_links(self._hass)
        return self._flow.async_show_form(
            step_id=step_id,
            data_schema=vol.Schema({}),
            description_placeholders={
                "url": await async_address_for(self._hass, entry, None, tls=True),
                "pem": links.pem,
                "der": links.der,
                "fingerprint": "" if root is None else grouped(facts(root).fingerprint),
            },
            last_step=True,
        )


async def async_with_encryption(
    hass: HomeAssistant, entry: ConfigEntry, secret: str, charge_point_id: str = ""
) -> Markdown:
    """Return what precedes the address without encryption, in the language of the user.

    It is the encrypted address, and when to use it; nothing if there is none.
    """
    encryption = encryption_of(entry)
    if encryption is None or not encryption.is_working:
        return Markdown("")
    texts = await async_texts(hass, "common")
    key = "encrypted_address" if encryption.is_made_here else "encrypted_address_other"
    url = await async_address_for(hass, entry, secret, charge_point_id, tls=True)
    text = texts[f"component.{DOMAIN}.common.{key}"]
    return Markdown(f"{text.format(url=url, link=async_links(hass).pem)} ")


def grouped(fingerprint: str) -> str:
    """Return a fingerprint as other programs show it, in lines that fit on a phone."""
    pairs = [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]
    return "\n".join(":".join(pairs[at : at + 8]) for at in range(0, len(pairs), 8))


def _file_error(field: str, err: SourceError) -> Problem:
    """Return the error of a form for a file that cannot be read."""
    error = _FILE_ERRORS[SourceProblem(err.problem)][CONF_TLS_CERTIFICATE]
    return {field: error}, {"path": plain(err.detail, 300)}


def _fields_of(paths: Paths) -> tuple[tuple[str, str], ...]:
    return (
        (CONF_TLS_CERTIFICATE, paths.certificate),
        (CONF_TLS_KEY, paths.key),
    )
