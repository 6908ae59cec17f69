"""Certificates of a charging station (A02, M03 to M05)."""

from dataclasses import asdict
from typing import Any

from ...caller import Caller
from ...commands import Answer
from ...model.errors import CommandError, ConnectionLostError
from ...model.security import CertificateHash
from ...schema.spelling import snake
from ...security.authority import ORGANIZATION
from ..device_model.inventory import Inventory
from ..device_model.names import Aspect, VariableName
from ..device_model.variables import Variables
from ..spelling import merged

_ORGANIZATION_NAME = Aspect(VariableName("SecurityCtrlr", "OrganizationName"))
_OUR_ROOT = "CSMSRootCertificate"
_HASH_MEMBERS = (
    "hash_algorithm",
    "issuer_name_hash",
    "issuer_key_hash",
    "serial_number",
)


async def install_root(caller: Caller, certificate: str) -> Answer:
    """Install a root certificate of ours (M05)."""
    return await caller.send(
        "InstallCertificate", certificate_type=_OUR_ROOT, certificate=certificate
    )


async def installed_roots(caller: Caller) -> tuple[CertificateHash, ...]:
    """Return what names our root certificates that are installed (M03)."""
    answer = await caller.send(
        "GetInstalledCertificateIds", certificate_type=[_OUR_ROOT]
    )
    return tuple(
        CertificateHash(
            **{name: chain["certificate_hash_data"][name] for name in _HASH_MEMBERS}
        )
        for chain in answer.get("certificate_hash_data_chain", ())
        # Some tell all that they have.
        if chain.get("certificate_type") == snake(_OUR_ROOT)
    )


async def delete_root(caller: Caller, certificate: CertificateHash) -> Answer:
    """Delete a root certificate, named as the station has named it (M04.FR.07)."""
    return await caller.send(
        "DeleteCertificate", certificate_hash_data=asdict(certificate)
    )


async def trigger_request(
    caller: Caller, variables: Variables, inventory: Inventory
) -> Answer:
    """Ask for a SignCertificate (A02).

    A station needs the name of an organization for that, so one without gets ours.

    Raises:
        CommandError: As for all commands.
    """
    known = inventory.find(_ORGANIZATION_NAME.name)
    if known is not None and known.writable and not (known.actual or "").strip():
        try:
            await variables.write(_ORGANIZATION_NAME, ORGANIZATION)
        except ConnectionLostError:
            raise
        except CommandError:
            # Most make a request all the same.
            pass
    return await caller.send(
        "TriggerMessage", requested_message="SignChargingStationCertificate"
    )


async def install_own(caller: Caller, chain: str) -> Answer:
    """Send a station the certificate that was signed for it (A02, A03)."""
    return await caller.send(
        "CertificateSigned",
        certificate_chain=chain,
        certificate_type="ChargingStationCertificate",
    )


async def get_installed_certificate_ids(
    caller: Caller, fields: dict[str, Any]
) -> Answer:
    """List the installed certificates for a user (M03).

    Args:
        caller: Sends it.
        fields: `certificate_type`, one or several; all without it.

    Raises:
        CommandError: As for all commands.
    """
    kinds = fields.pop("certificate_type", None)
    if isinstance(kinds, str):
        kinds = [kinds]
    return await caller.send(
        "GetInstalledCertificateIds", certificate_type=kinds or None, **fields
    )


async def delete_certificate(caller: Caller, fields: dict[str, Any]) -> Answer:
    """Delete a certificate for a user (M04).

    Args:
        caller: Sends it.
        fields: `certificate_hash_data` as the station lists it; its members may also be
            given as separate fields.

    Raises:
        InvalidRequestError: A member is given twice, or the schema does not allow one.
        CommandError: As for all commands.
    """
    fields = dict(fields)
    data = merged("DeleteCertificate", fields, "certificate_hash_data", _HASH_MEMBERS)
    return await caller.send("DeleteCertificate", certificate_hash_data=data, **fields)
