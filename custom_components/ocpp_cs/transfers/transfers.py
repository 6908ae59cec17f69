"""Transfers of firmware, diagnostics and logs: from the request to the final status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, override

from homeassistant.components import persistent_notification
from homeassistant.components.http.auth import async_sign_path
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.translation import (
    async_get_translations,
    async_translate_state,
)
from homeassistant.util.hass_dict import HassKey

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import DOMAIN
from ..csms.commands import Answer
from ..csms.model.errors import CallTimeoutError, ConnectionLostError, CsmsError
from ..csms.model.model import (
    UPDATE_FAILED,
    UPLOAD_FAILED,
    DiagnosticsStatus,
    FirmwareStatus,
)
from ..csms.schema.spelling import snake
from ..exceptions import invalid, translate_errors
from ..foreign_text import plain, shown
from ..issues import async_clear_issue, async_raise_issue
from .encrypted import EncryptedUploads, FileListener
from .files import remove_files, uploads_folder
from .uploads import UPLOADS, Offer

FIRMWARE: Final = "firmware"
DIAGNOSTICS: Final = "diagnostics"

ACTIONS: Mapping[str, str] = {
    "update_firmware": FIRMWARE,
    "signed_update_firmware": FIRMWARE,
    "get_diagnostics": DIAGNOSTICS,
    "get_log": DIAGNOSTICS,
}
"""The actions whose work continues after the charger's response."""

_LOCATIONS = {"get_diagnostics": "location", "get_log": "remote_location"}
"""The field that may be omitted for one of our own URLs."""

_ENDED = {FirmwareStatus.INSTALLED, DiagnosticsStatus.UPLOADED}

_LINK_LIFETIME = timedelta(days=7)

_FILE_WAIT: Final = 60.0
"""Seconds to wait for the file after "uploaded": some chargers report it too early."""


@dataclass(kw_only=True, slots=True, eq=False)
class Request:
    """The last request to a charger, and whether it failed."""

    action: str
    values: Mapping[str, Any]
    """The fields of the action as the user entered them."""
    request_id: int | None = None
    failed: bool = False
    offer: Offer | None = None
    """The URL of ours that the file is expected at."""


REQUESTS: HassKey[dict[tuple[str, str], Request]] = HassKey(f"{DOMAIN}_requests")
"""By charger subentry and kind of transfer. Survives a reload."""


class ChargerTransfers:
    """Requests the transfers of a charger, and follows its status reports."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        charger: Charger,
        encrypted: EncryptedUploads,
    ) -> None:
        """Create the transfers of `charger` of the server with that config entry."""
        self._hass = hass
        self._entry = entry
        self._entry_id = entry.entry_id
        self._charger = charger
        self._encrypted = encrypted
        self._requests = hass.data.setdefault(REQUESTS, {})
        self._cancel_wait: Callable[[], None] | None = None

    @callback
    def async_follow(self) -> Callable[[], None]:
        """Listen to the charger; return a function that stops this."""
        charger = self._charger
        unlisten = charger.charge_point.listen(self._heard)
        refuse = self._hass.data[UPLOADS].receive(
            charger.subentry_id, self.async_received
        )

        def stop() -> None:
            unlisten()
            refuse()
            self._stop_waiting()

        return stop

    def request(self, what: str) -> Request | None:
        """Return the last request of a kind, unless it is done."""
        return self._requests.get((self._charger.subentry_id, what))

    async def async_request(self, action: str, values: Mapping[str, Any]) -> Answer:
        """Run one of `ACTIONS`.

        Args:
            action: The name of the action.
            values: The fields of the action. Without a location, a file is uploaded to
                one of our URLs.

        Returns:
            The charger's response, with the `location` if it is ours.

        Raises:
            HomeAssistantError: The charger did not accept the request.
        """
        key = (self._charger.subentry_id, ACTIONS[action])
        request = Request(
            action=action, values=values, request_id=values.get("request_id")
        )
        before, offer = self._requests.get(key), None
        with translate_errors(self._charger.name):
            commands = self._charger.charge_point.commands
            offer = request.offer = await self._offer(action, values)
            place = {} if offer is None else {_LOCATIONS[action]: offer.url}
            # Before the call, as the next message may arrive with the response.
            self._requests[key] = request
            try:
                answer: Answer = await commands.call(action, **values, **place)
            except CsmsError as err:
                # Without a response the charger may still carry it out.
                if not isinstance(err, CallTimeoutError | ConnectionLostError):
                    self._take_back(key, before, offer)
                raise
        if (
            offer is not None
            and action == "get_diagnostics"
            and not answer.get("file_name")
            and "status" not in answer
        ):
            # 5.9: the charger has no file to upload. OCPP 2 has a status for that.
            self._take_back(key, before, offer)
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="nothing_to_upload",
                translation_placeholders={"name": self._charger.name},
            )
        if request.request_id is None:
            request.request_id = answer.get("request_id")
        if not request.failed:
            self._clear(ACTIONS[action])
        if offer is None:
            return answer
        offer.file_name = answer.get("file_name") or answer.get("filename")
        return answer | {"location": offer.url}

    async def _offer(self, action: str, values: Mapping[str, Any]) -> Offer | None:
        """Return a URL for the file, or None if none is needed."""
        if (field := _LOCATIONS.get(action)) is None or field in values:
            return None
        if any(snake(str(name)) == field for name in values.get("log", ())):
            return None
        pause = values.get("retries", 0) * values.get("retry_interval", 0)
        charge_point = self._charger.charge_point
        base = await self._encrypted.async_base_url(self._entry, charge_point.security)
        offer = self._hass.data[UPLOADS].offer(
            self._entry_id,
            self._charger.subentry_id,
            charge_point.remote,
            action,
            timedelta(seconds=min(pause, 86400)),
            base,
        )
        if offer is None:
            raise invalid("no_upload_url", name=self._charger.name, field=field)
        return offer

    def _take_back(
        self, key: tuple[str, str], before: Request | None, offer: Offer | None
    ) -> None:
        if before is None:
            self._requests.pop(key, None)
        else:
            self._requests[key] = before
        if offer is not None:
            self._hass.data[UPLOADS].withdraw(offer)

    @callback
    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind not in {"firmware_status", "diagnostics_status"}:
            return
        what = FIRMWARE if kind == "firmware_status" else DIAGNOSTICS
        if (request := self.request(what)) is None:
            # No request is pending: the status may belong to an old one.
            return
        about = data["request_id"]
        if None not in (about, request.request_id) and about != request.request_id:
            return
        status = data["status"]
        if status in UPDATE_FAILED or status in UPLOAD_FAILED:
            request.failed = True
            self._raise(what, status)
        elif status not in {FirmwareStatus.IDLE, DiagnosticsStatus.IDLE}:
            # The charger may retry the transfer.
            request.failed = False
            self._clear(what)
            if status == DiagnosticsStatus.UPLOADED and request.offer is not None:
                self._await_file(request)
            elif status in _ENDED:
                self._done(what)

    def _await_file(self, request: Request) -> None:
        """Raise a repair issue if a file is reported as uploaded but missing."""
        self._stop_waiting()

        @callback
        def over(_now: datetime) -> None:
            self._cancel_wait = None
            if self.request(DIAGNOSTICS) is not request:
                return
            if request.offer is not None and request.offer.busy:
                # The upload is still running.
                self._await_file(request)
                return
            request.failed = True
            self._raise(DIAGNOSTICS, None)

        self._cancel_wait = async_call_later(self._hass, _FILE_WAIT, over)

    def _stop_waiting(self) -> None:
        if self._cancel_wait is not None:
            self._cancel_wait()
            self._cancel_wait = None

    def _done(self, what: str) -> None:
        self._requests.pop((self._charger.subentry_id, what), None)

    def _raise(self, what: str, status: str | None) -> None:
        """Raise a repair issue for a failure; without a status, for a missing file."""
        hass, about = self._hass, self._charger.subentry_id
        name = self._charger.name
        words = ""
        if status is not None:
            words = async_translate_state(
                hass, status, "sensor", DOMAIN, f"{what}_status", None
            )
        async_raise_issue(
            hass,
            "upload_missing"
            if status is None
            else "firmware_failed"
            if what == FIRMWARE
            else "diagnostics_failed",
            about,
            fix_data={
                "entry_id": self._entry_id,
                "subentry_id": about,
                "what": what,
            },
            name=name,
            status=words,
            # The flow sets it after an attempt.
            error="",
        )

    def _clear(self, what: str) -> None:
        about = self._charger.subentry_id
        async_clear_issue(self._hass, f"{what}_failed", about)
        if what == DIAGNOSTICS:
            async_clear_issue(self._hass, "upload_missing", about)

    @callback
    def async_received(self, action: str, path: Path, size: int, download: str) -> None:
        """Report a file that the charger uploaded.

        The charger may never report it, or report a failure if our response got lost.

        Args:
            action: The action that requested the file.
            path: The path of the file.
            size: The size of the file in bytes.
            download: The path of its download URL.
        """
        what = ACTIONS[action]
        if (request := self.request(what)) is not None and request.action == action:
            self._clear(what)
            self._done(what)
        link = async_sign_path(
            self._hass, download, _LINK_LIFETIME, use_content_user=True
        )
        self._charger.charge_point.emit(
            "upload_received",
            {
                "action": action,
                "file_name": path.name,
                "path": str(path),
                "size": size,
                "url": link,
            },
        )
        self._hass.async_create_task(
            self._notify(path, link), f"{DOMAIN} notify of an upload"
        )

    async def _notify(self, path: Path, link: str) -> None:
        hass, name = self._hass, self._charger.name
        texts = await async_get_translations(
            hass, hass.config.language, "common", [DOMAIN]
        )
        common = f"component.{DOMAIN}.common"
        persistent_notification.async_create(
            hass,
            texts[f"{common}.upload_received_message"].format(
                name=shown(name),
                file=f"[{shown(path.name)}]({link})",
                path=f"`{path}`",
                days=_LINK_LIFETIME.days,
            ),
            texts[f"{common}.upload_received_title"].format(name=plain(name)),
            _notification_id(self._charger.subentry_id),
        )


class Transfers(Component):
    """The transfers of all chargers of a server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        server: Callable[[], FileListener],
    ) -> None:
        """Start without chargers; `server` returns the server."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._encrypted = EncryptedUploads(hass, server)
        self._transfers: dict[str, ChargerTransfers] = {}

    def of(self, charger: Charger) -> ChargerTransfers:
        """Return the transfers of a charger that is attached."""
        return self._transfers[charger.subentry_id]

    @override
    @callback
    def async_start(self) -> None:
        """Take files over encrypted connections."""
        self._encrypted.async_start()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop following all chargers."""
        super().async_stop()
        self._encrypted.async_stop()

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow the transfers of a charger."""
        transfers = ChargerTransfers(self._hass, self._entry, charger, self._encrypted)
        self._transfers[charger.subentry_id] = transfers
        self._subscriptions.add(charger, transfers.async_follow())

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger."""
        super().async_detach(charger)
        self._transfers.pop(charger.subentry_id, None)


@callback
def async_charger_removed(hass: HomeAssistant, entry_id: str, subentry_id: str) -> None:
    """Delete the requests and files of a charger that was removed."""
    _forget(hass, subentry_id)
    hass.async_add_executor_job(
        remove_files, uploads_folder(hass, entry_id, subentry_id)
    )


async def async_remove_uploads(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete the requests and files of all chargers of a server that was removed."""
    for subentry_id in entry.subentries:
        _forget(hass, subentry_id)
    await hass.async_add_executor_job(
        remove_files, uploads_folder(hass, entry.entry_id)
    )


def _forget(hass: HomeAssistant, subentry_id: str) -> None:
    if UPLOADS in hass.data:
        hass.data[UPLOADS].withdraw_all(subentry_id)
    requests = hass.data.get(REQUESTS, {})
    for what in (FIRMWARE, DIAGNOSTICS):
        requests.pop((subentry_id, what), None)
    persistent_notification.async_dismiss(hass, _notification_id(subentry_id))


def _notification_id(subentry_id: str) -> str:
    return f"{DOMAIN}_upload_{subentry_id}"
