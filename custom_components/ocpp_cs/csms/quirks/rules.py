"""The rules: which charge points deviate from the specification, and how.

Brands are matched by their common name; the exact spelling in their BootNotification is
not known for most of them. The order matters: see `Quirks`. docs/chargers/README.md has
the rules as a table; a test compares it.
"""

from dataclasses import replace
from typing import Any, Final

from ..model.model import Identity
from ..model.profile import Kind, Unit
from ..model.quirks import Overrides, Quirk, Quirks
from .matching import Match, Rule

_RESERVATION: Final = frozenset({"cancel_reservation", "reserve_now"})
_SECURITY: Final = frozenset(
    {
        "certificate_signed",
        "delete_certificate",
        "extended_trigger_message",
        "get_installed_certificate_ids",
        "get_log",
        "install_certificate",
        "signed_update_firmware",
    }
)
_GO_E: Final[dict[str, Any]] = {
    "expected": frozenset({Quirk.IDS_REPEAT, Quirk.LIMITS_LOST}),
    "appends_id": False,
    "charging_rate_unit": Unit.AMPERE,
    "current_step": 1.0,
    "phase_switch_seconds": 300,
    "phases_only_with_limit": True,
    "unsupported_actions": _RESERVATION
    | {"clear_cache", "get_composite_schedule", "get_diagnostics"},
}
_IN_PIECES: Final[dict[str, Any]] = {
    "configuration_in_pieces": True,
    "most_keys": 10,
}
_GO_E_VENDOR: Final = "^go-?e(charger)?$"
_BENDER: Final[dict[str, Any]] = {
    "expected": frozenset(
        {
            Quirk.DIGIT_BOOLEANS,
            Quirk.INFORMATIVE_STATUS,
            Quirk.LONG_VALUES,
            Quirk.OCCUPIED,
            Quirk.REBOOTS_WITHOUT_SERVER,
        }
    ),
    # The controller switches phases, but not by OCPP.
    "switches_phases": False,
}

RULES: Final = (
    Rule(name="go-e", match=Match(vendor=_GO_E_VENDOR), differs=_GO_E),
    Rule(
        name="go-e, not Pro",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, model="^(?!.*(pro|phoenix))"),
        differs={"unsupported_actions": frozenset({"data_transfer"})},
    ),
    Rule(
        name="go-e before 60.5",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="60.5"),
        differs=_IN_PIECES,
    ),
    Rule(
        name="go-e before 60.4",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="60.4"),
        differs={
            "remote_start_takes_profile": False,
            "temperature_in_thousandths": True,
        },
    ),
    Rule(
        name="go-e Pro before 60.5",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, model="pro|phoenix", firmware_below="60.5"),
        differs={"temperature_in_thousandths": True},
    ),
    Rule(
        name="go-e before 56",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="56"),
        differs={"resend_after_pause": True},
    ),
    Rule(
        name="go-e before 55.7",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="55.7"),
        differs={
            "expected": frozenset({Quirk.DIGIT_BOOLEANS}),
            "switches_phases": False,
        },
    ),
    Rule(
        name="go-e before 55.6",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="55.6"),
        differs={"unsupported_triggers": frozenset({"meter_values"})},
    ),
    Rule(
        name="go-e before 55",
        make="go-e",
        match=Match(vendor=_GO_E_VENDOR, firmware_below="55"),
        differs={"expected": frozenset({Quirk.STOP_MINUS_ONE})},
    ),
    # go-e's firmware with other version numbers: none is known to be new enough.
    Rule(
        name="Fronius Wattpilot",
        match=Match(vendor="^fronius", model="wattpilot"),
        differs=_GO_E
        | _IN_PIECES
        | {
            "most_periods": 1,
            "remote_start_takes_profile": False,
            "unsupported_actions": _GO_E["unsupported_actions"] | {"data_transfer"},
        },
    ),
    Rule(
        name="Bender CC612/CC613",
        match=Match(vendor="bender|^ebee"),
        differs=_BENDER,
    ),
    Rule(
        name="Bender CC612/CC613 by its model",
        make="Bender CC612/CC613",
        match=Match(model=r"\bcc61[23]\b"),
        differs=_BENDER,
    ),
    Rule(
        name="Bender CC612/CC613 of another brand",
        make="Bender CC612/CC613",
        match=Match(
            vendor="webasto|juice|technivolt|garo|ensto|spelsberg|cubos|^sma\\b",
            model="live|charger ?me|technivolt|gl[bw]|chago|smart|cubos|ev ?charger",
        ),
        differs=_BENDER,
    ),
    Rule(
        name="Mennekes with Bender CC612/CC613",
        make="Mennekes",
        match=Match(
            vendor="mennekes",
            model="^(?!.*(4you|4business|acu)).*(amtron|amedio)",
        ),
        differs=_BENDER,
    ),
    Rule(
        name="Ecotap EVC5",
        match=Match(vendor="ecotap"),
        differs={
            "expected": frozenset({Quirk.OCCUPIED, Quirk.REMOTE_TAG_UNCHECKED}),
            "most_keys": 50,
            "light_intensity_from": 50,
            "unsupported_actions": _RESERVATION | _SECURITY,
            "unsupported_triggers": frozenset(
                {"diagnostics_status_notification", "firmware_status_notification"}
            ),
            "remote_start_takes_profile": False,
            "diagnostics_are_deleted": True,
            # ChargeProfileMaxStackLevel is not reported.
            "stack_level": 0,
        },
    ),
    Rule(
        name="ABB Terra AC",
        match=Match(vendor=r"^abb\b"),
        differs={"stack_level": 0},
    ),
    Rule(
        name="Alfen",
        match=Match(vendor="alfen"),
        differs={"switches_phases": True},
    ),
    Rule(
        name="Autel",
        match=Match(vendor="autel"),
        differs={"remote_start_needed": True},
    ),
    Rule(name="Charge Amps", match=Match(vendor="charge ?amps")),
    Rule(
        name="Easee",
        match=Match(vendor="easee"),
        differs={
            # Its documentation allows 25 profiles a day.
            "profiles_wear": True,
            "remote_start_needed": True,
            "sample_interval_from": 30,
            "writes_measurands": False,
        },
    ),
    Rule(
        name="EN+",
        match=Match(vendor=r"^en ?(\+|plus)"),
        differs={"unsupported_actions": frozenset({"change_availability"})},
    ),
    Rule(
        name="enercab",
        match=Match(vendor="enercab"),
        differs={"switches_phases": True},
    ),
    Rule(
        name="EVBox",
        match=Match(vendor="ev-?box"),
        differs={
            "measurands_left_out": frozenset(
                {"Current.Offered", "Power.Offered", "SoC"}
            ),
            "phase_rotation": "RST",
        },
    ),
    Rule(
        name="Huawei",
        match=Match(vendor="huawei"),
        differs={"charging_rate_unit": Unit.WATT, "switches_phases": True},
    ),
    Rule(
        name="Mennekes 4You and 4Business",
        make="Mennekes",
        match=Match(vendor="mennekes", model="4you|4business"),
        differs={"answer_seconds": 90.0, "connect_seconds": 900.0},
    ),
    Rule(
        name="Mennekes ACU",
        make="Mennekes",
        match=Match(vendor="mennekes", model="acu"),
        differs={"sample_interval_from": 60},
    ),
    Rule(
        name="NEcharge",
        match=Match(vendor="ne-?charge"),
        differs={"currents": (6.0, 8.0, 10.0, 13.0, 16.0)},
    ),
    Rule(
        name="Wallbox before 6",
        make="Wallbox",
        match=Match(vendor="^wall ?box", firmware_below="6"),
        differs={
            "measurands_left_out": frozenset({"Current.Offered", "Power.Offered"}),
            "remote_start_needed": True,
            "stack_level": 0,
        },
    ),
    Rule(
        name="Wallbox from 6",
        make="Wallbox",
        match=Match(vendor="^wall ?box", firmware_from="6"),
        differs={"profile_kind": Kind.RELATIVE},
    ),
)


def makes_of(identity: Identity) -> tuple[str, ...]:
    """Return the makes whose peculiarities are known for an identity, each once."""
    fitting = (rule for rule in RULES if rule.match.fits(identity))
    return tuple(dict.fromkeys(rule.make or rule.name for rule in fitting))


def quirks_for(identity: Identity, overrides: Overrides) -> Quirks:
    """Return the quirks of a charge point.

    Args:
        identity: The identity that it reports.
        overrides: The owner's settings, which take precedence over the rules.
    """
    quirks = Quirks()
    for rule in RULES:
        if rule.match.fits(identity):
            differs = {
                name: getattr(quirks, name) | value
                if isinstance(value, frozenset)
                else value
                for name, value in rule.differs.items()
            }
            quirks = replace(quirks, rules=(*quirks.rules, rule.name), **differs)
    return overrides.apply(quirks)
