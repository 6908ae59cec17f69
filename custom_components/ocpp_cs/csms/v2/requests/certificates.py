"""Certificates, as users install and delete them (M01 to M05)."""

from ...commands import Answer
from ...schema.spelling import snake
from ..commands import Fields, V2Commands
from .fields import as_list, merged

_OTHER_WORDS = {"central_system_root_certificate": "csms_root_certificate"}
"""The types that OCPP 1.6 calls otherwise."""


def _type(told: str) -> str:
    name = snake(told)
    return _OTHER_WORDS.get(name, name)


async def install_certificate(commands: V2Commands, fields: Fields) -> Answer:
    """Install a root certificate (M05)."""
    return await commands.caller.send(
        "InstallCertificate",
        **(fields | {"certificate_type": _type(fields["certificate_type"])}),
    )


async def get_installed_certificate_ids(commands: V2Commands, fields: Fields) -> Answer:
    """Return the hashes of certificates (M03)."""
    types = [_type(one) for one in as_list(fields.get("certificate_type"))]
    return await commands.caller.send(
        "GetInstalledCertificateIds", certificate_type=types or None
    )


async def delete_certificate(commands: V2Commands, fields: Fields) -> Answer:
    """Delete a certificate (M04), given by its hashes as one object or as fields."""
    data = merged(
        "DeleteCertificate",
        {**fields},
        "certificate_hash_data",
        ("hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"),
    )
    return await commands.caller.send("DeleteCertificate", certificate_hash_data=data)


async def certificate_signed(commands: V2Commands, fields: Fields) -> Answer:
    """Send a certificate that the station has asked for (A02)."""
    return await commands.caller.send(
        "CertificateSigned",
        **({"certificate_type": "charging_station_certificate"} | fields),
    )
