"""Certificates, as users install and delete them (M01 to M05)."""

from ...commands import Answer
from ...schema.spelling import snake
from ..commands import Fields, V2Commands
from ..security import certificates
from .fields import as_list

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
    return await certificates.get_installed_certificate_ids(
        commands.caller, {"certificate_type": types}
    )


async def delete_certificate(commands: V2Commands, fields: Fields) -> Answer:
    """Delete a certificate (M04), given by its hashes as one object or as fields."""
    return await certificates.delete_certificate(commands.caller, fields)


async def certificate_signed(commands: V2Commands, fields: Fields) -> Answer:
    """Send a certificate that the station has asked for (A02)."""
    return await commands.caller.send(
        "CertificateSigned",
        **({"certificate_type": "charging_station_certificate"} | fields),
    )
