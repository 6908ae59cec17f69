"""The commands of OCPP 1.6's security extension (security whitepaper, edition 3)."""

from datetime import datetime
from typing import Any, override

from ..commands import Answer
from ..model.errors import InvalidRequestError
from ..model.model import new_id, utcnow
from ..schema.spelling import snake
from .caller import Caller
from .profile_commands import check_location


def _merged(
    action: str, name: str, whole: dict[str, Any] | None, **members: Any
) -> dict[str, Any]:
    """Return the object `name` of which some members are given singly.

    Raises InvalidRequestError for one that is given twice.
    """
    merged = {snake(str(key)): value for key, value in (whole or {}).items()}
    for member, value in members.items():
        if value is None:
            continue
        if merged.get(member) is not None:
            raise InvalidRequestError(action, member, f"is in {name} already")
        merged[member] = value
    return merged


class SecurityCommands(Caller):
    """Certificates, logs, signed firmware."""

    @override
    async def extended_trigger_message(
        self, *, requested_message: str, connector_id: int | None = None
    ) -> Answer:
        return await self.call(
            "ExtendedTriggerMessage",
            requested_message=requested_message,
            connector_id=connector_id,
        )

    @override
    async def get_log(
        self,
        *,
        log_type: str,
        remote_location: str | None = None,
        oldest_timestamp: datetime | None = None,
        latest_timestamp: datetime | None = None,
        log: dict[str, Any] | None = None,
        request_id: int | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        log = _merged(
            "GetLog",
            "log",
            log,
            remote_location=remote_location,
            oldest_timestamp=oldest_timestamp,
            latest_timestamp=latest_timestamp,
        )
        check_location("GetLog", "log.remote_location", log.get("remote_location"))
        return await self._request(
            "GetLog",
            request_id,
            log_type=log_type,
            log=log,
            retries=retries,
            retry_interval=retry_interval,
        )

    @override
    async def signed_update_firmware(
        self,
        *,
        location: str | None = None,
        retrieve_date_time: datetime | None = None,
        install_date_time: datetime | None = None,
        signing_certificate: str | None = None,
        signature: str | None = None,
        firmware: dict[str, Any] | None = None,
        request_id: int | None = None,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> Answer:
        firmware = _merged(
            "SignedUpdateFirmware",
            "firmware",
            firmware,
            location=location,
            retrieve_date_time=retrieve_date_time,
            install_date_time=install_date_time,
            signing_certificate=signing_certificate,
            signature=signature,
        )
        check_location(
            "SignedUpdateFirmware", "firmware.location", firmware.get("location")
        )
        if firmware.get("retrieve_date_time") is None:
            firmware["retrieve_date_time"] = utcnow()
        return await self._request(
            "SignedUpdateFirmware",
            request_id,
            firmware=firmware,
            retries=retries,
            retry_interval=retry_interval,
        )

    async def _request(
        self, action: str, request_id: int | None, **fields: Any
    ) -> Answer:
        """Call `action`; the id of the request is told if it is a new one."""
        new = {"request_id": new_id()} if request_id is None else {}
        answer = await self.call(
            action, request_id=new.get("request_id", request_id), **fields
        )
        return answer | new

    @override
    async def install_certificate(
        self, *, certificate_type: str, certificate: str
    ) -> Answer:
        return await self.call(
            "InstallCertificate",
            certificate_type=certificate_type,
            certificate=certificate,
        )

    @override
    async def delete_certificate(
        self,
        *,
        hash_algorithm: str | None = None,
        issuer_name_hash: str | None = None,
        issuer_key_hash: str | None = None,
        serial_number: str | None = None,
        certificate_hash_data: dict[str, Any] | None = None,
    ) -> Answer:
        return await self.call(
            "DeleteCertificate",
            certificate_hash_data=_merged(
                "DeleteCertificate",
                "certificate_hash_data",
                certificate_hash_data,
                hash_algorithm=hash_algorithm,
                issuer_name_hash=issuer_name_hash,
                issuer_key_hash=issuer_key_hash,
                serial_number=serial_number,
            ),
        )

    @override
    async def get_installed_certificate_ids(self, *, certificate_type: str) -> Answer:
        return await self.call(
            "GetInstalledCertificateIds", certificate_type=certificate_type
        )

    @override
    async def certificate_signed(self, *, certificate_chain: str) -> Answer:
        return await self.call("CertificateSigned", certificate_chain=certificate_chain)
