"""The flows that fix repair issues, one for each fixable kind."""

from collections.abc import Callable

from homeassistant.components.repairs import RepairsFlow
from homeassistant.core import HomeAssistant

from ..issues import KIND
from .backends import WishFlow
from .certificates import CaRenewalFlow
from .flows import (
    ClockFlow,
    LocalListFlow,
    PhaseRotationFlow,
    PortFlow,
    ReadFlow,
    StartSessionsFlow,
    StrictFlow,
    TryAgainFlow,
    UnknownTagFlow,
)
from .frontend import ResourceFlow
from .goe import (
    AddressFlow,
    FallbackFlow,
    HostFlow,
    MendFlow,
    MovedFlow,
    RemovedFlow,
    TokenFlow,
)
from .levels import (
    CertificateOfAnotherFlow,
    NoCertificateFlow,
    NotEncryptedFlow,
    PasswordMissingFlow,
    PasswordWrongFlow,
    UnknownPasswordFlow,
)
from .raising import StayedAwayFlow
from .security import (
    AllowAddressFlow,
    AnotherDeviceFlow,
    NewAddressFlow,
    OldEncryptionFlow,
    SecretFlow,
    SecretOnlyFlow,
    SecretRefusedFlow,
)

type FixData = dict[str, str | int | float | None]

_FLOWS: dict[str, Callable[[FixData], RepairsFlow]] = {
    "address_refused": AllowAddressFlow,
    "another_device": AnotherDeviceFlow,
    "backend_asks_diagnostics": WishFlow,
    "backend_asks_firmware": WishFlow,
    "backend_asks_in_service": WishFlow,
    "backend_asks_out_of_service": WishFlow,
    "backend_asks_reset": WishFlow,
    "backend_asks_setting": WishFlow,
    "backend_asks_unlock": WishFlow,
    "id_used_twice": ReadFlow,
    "local_list_out_of_step": LocalListFlow,
    "new_address": NewAddressFlow,
    "ca_renewal": CaRenewalFlow,
    "clock_off": ClockFlow,
    "goe_address_changed": MendFlow,
    "goe_api_off": AddressFlow,
    "goe_elsewhere": MendFlow,
    "goe_fallback": FallbackFlow,
    "goe_host_gone": HostFlow,
    "goe_moved": MovedFlow,
    "goe_ocpp_off": MendFlow,
    "goe_other_device": HostFlow,
    "goe_removed": RemovedFlow,
    "goe_token": TokenFlow,
    "goe_unfinished": RemovedFlow,
    "certificate_of_another": CertificateOfAnotherFlow,
    "no_certificate": NoCertificateFlow,
    "not_encrypted": NotEncryptedFlow,
    "password_missing": PasswordMissingFlow,
    "password_wrong": PasswordWrongFlow,
    "unknown_password": UnknownPasswordFlow,
    "no_protocol": StrictFlow,
    "phase_rotation": PhaseRotationFlow,
    "port_busy": PortFlow,
    "raise_stayed_away": StayedAwayFlow,
    "secret_missing": SecretFlow,
    "secret_only": SecretOnlyFlow,
    "secret_refused": SecretRefusedFlow,
    "tls_old_version": OldEncryptionFlow,
    "start_sessions": StartSessionsFlow,
    "unknown_tag": UnknownTagFlow,
    "wrong_path": ReadFlow,
    "wrong_protocol": ReadFlow,
    "mixed_versions": ReadFlow,
    "dashboard_resource": ResourceFlow,
    "diagnostics_failed": TryAgainFlow,
    "firmware_failed": TryAgainFlow,
    "upload_missing": TryAgainFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: FixData | None
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    assert data is not None  # as all fixable ones are raised with them
    return _FLOWS[str(data[KIND])](data)
