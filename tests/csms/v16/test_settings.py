"""Configuration keys as settings for people: the types that chapter 9 gives them."""

import pytest

from custom_components.ocpp_cs.csms.model.capabilities import Setting, SettingKind
from custom_components.ocpp_cs.csms.model.model import ConfigurationKey
from custom_components.ocpp_cs.csms.v16.configuration_keys import settings_of


def setting(key: str, value: str | None, *, readonly: bool = False) -> Setting:
    """Return a key as a setting."""
    known = ConfigurationKey(key=key, value=value, readonly=readonly)
    (told,) = settings_of([known])
    return told


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("HeartbeatInterval", "60", SettingKind.INTEGER),
        ("heartbeatinterval", None, SettingKind.INTEGER),
        ("HeartbeatInterval", "a minute", SettingKind.TEXT),
        ("LocalPreAuthorize", "true", SettingKind.BOOLEAN),
        ("LocalPreAuthorize", "0", SettingKind.BOOLEAN),
        ("LocalPreAuthorize", "sometimes", SettingKind.TEXT),
        ("VendorSwitch", "False", SettingKind.BOOLEAN),
        ("VendorNumber", "1", SettingKind.TEXT),
        ("MeterValuesSampledData", "", SettingKind.LIST),
        ("ConnectorPhaseRotation", "0.RST", SettingKind.LIST),
        ("AuthorizationKey", None, SettingKind.PASSWORD),
        ("VendorAuthorizationKey", "hunter2", SettingKind.PASSWORD),
    ],
)
def test_types(key: str, value: str | None, kind: SettingKind) -> None:
    """A value that is none of its type shows that the charger takes others."""
    assert setting(key, value).kind is kind


def test_what_else_is_known() -> None:
    """Unit, range, options, and whether it can be written."""
    told = setting("MeterValueSampleInterval", "10")
    assert (told.unit, told.minimum, told.writable, told.required) == (
        "s",
        0,
        True,
        True,
    )
    assert "SoC" in setting("StopTxnSampledData", "").options
    assert not setting("NumberOfConnectors", "1", readonly=True).writable
    assert setting("AuthorizationKey", "told all the same").value is None
