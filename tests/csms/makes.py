"""For each rule of quirks.py one that it is about, and one that it just is not about."""

from typing import Any

type Who = tuple[str, str, str]
"""Vendor, model, firmware."""

ACME: Who = ("Acme", "One", "1.0")


def v4(firmware: str) -> Who:
    """Return a go-eCharger."""
    return "go-e", "go-eCharger_V4", firmware


def pro(firmware: str) -> Who:
    """Return a go-eCharger Pro."""
    return "go-e", "go-eCharger_Pro", firmware


WALLBOX_5: Who = ("Wall Box Chargers", "PLP1", "5.17.87")
WALLBOX_6: Who = ("Wall Box Chargers", "PLP1", "6.7.25")

WHO: dict[str, tuple[Who, Who]] = {
    "go-e": (v4("60.5"), ACME),
    "go-e, not Pro": (v4("60.5"), pro("60.5")),
    "go-e before 60.5": (v4("60.4"), v4("60.5")),
    "go-e before 60.4": (v4("60.3"), v4("60.4")),
    "go-e Pro before 60.5": (pro("60.4"), pro("60.5")),
    "go-e before 56": (v4("055.9"), v4("56.0")),
    "go-e before 55.7": (v4("055.6"), v4("055.7")),
    "go-e before 55.6": (v4("055.5"), v4("055.6")),
    "go-e before 55": (v4("054.7"), v4("055.0")),
    "Fronius Wattpilot": (("fronius", "wattpilot_V2", "40.7"), ("fronius", "Symo", "")),
    "Bender CC612/CC613": (("Bender GmbH Co. KG", "ICC", "5.33"), ACME),
    "Bender CC612/CC613 by its model": (("Unknown", "CC613", "5.33"), ACME),
    "Bender CC612/CC613 of another brand": (
        ("Webasto", "Live", "5.33"),
        ("Webasto", "Unite", "3.156"),
    ),
    "Mennekes with Bender CC612/CC613": (
        ("MENNEKES", "AMTRON Professional", "5.33"),
        ("MENNEKES", "AMTRON 4You", "1.5"),
    ),
    "Ecotap EVC5": (("ECOTAP", "DUO2", "4.3x.32R.16"), ACME),
    "ABB Terra AC": (("ABB", "TACW22", "V1.8.32"), ACME),
    "Alfen": (("Alfen BV", "NG910", "6.0"), ACME),
    "Autel": (("Autel", "MaxiCharger", "1.51"), ACME),
    "Charge Amps": (("Charge Amps AB", "Halo", "1"), ACME),
    "Easee": (("Easee", "Charge", "1"), ACME),
    "EN+": (("EN+", "Caro", "1"), ACME),
    "enercab": (("enercab", "One", "1"), ACME),
    "EVBox": (("EV-BOX", "Elvi", "G4P0422"), ACME),
    "Huawei": (("Huawei", "SCharger", "1"), ACME),
    "Mennekes 4You and 4Business": (
        ("MENNEKES", "AMTRON 4Business", "1.5"),
        ("MENNEKES", "AMTRON Professional", "5.33"),
    ),
    "Mennekes ACU": (("MENNEKES", "ACU", "1.0"), ("MENNEKES", "Other", "1.0")),
    "NEcharge": (("NEcharge", "11", "1"), ACME),
    "Wallbox before 6": (WALLBOX_5, WALLBOX_6),
    "Wallbox from 6": (WALLBOX_6, WALLBOX_5),
}

FIELDS_OF: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservation_id": 1},
    "CertificateSigned": {"certificate_chain": "x"},
    "ChangeAvailability": {"connector_id": 1, "type": "operative"},
    "ClearCache": {},
    "DataTransfer": {"vendor_id": "x"},
    "DeleteCertificate": {
        "certificate_hash_data": {
            "hash_algorithm": "SHA256",
            "issuer_name_hash": "x",
            "issuer_key_hash": "x",
            "serial_number": "x",
        }
    },
    "ExtendedTriggerMessage": {"requested_message": "heartbeat"},
    "GetCompositeSchedule": {"connector_id": 1, "duration": 60},
    "GetDiagnostics": {"location": "ftp://example.com/"},
    "GetInstalledCertificateIds": {"certificate_type": "CentralSystemRootCertificate"},
    "GetLog": {
        "log_type": "DiagnosticsLog",
        "request_id": 1,
        "log": {"remote_location": "ftp://example.com/"},
    },
    "InstallCertificate": {
        "certificate_type": "CentralSystemRootCertificate",
        "certificate": "x",
    },
    "ReserveNow": {
        "connector_id": 1,
        "expiry_date": "2030-01-01T00:00:00Z",
        "id_tag": "x",
        "reservation_id": 1,
    },
    "SignedUpdateFirmware": {
        "request_id": 1,
        "firmware": {
            "location": "ftp://example.com/x",
            "retrieve_date_time": "2030-01-01T00:00:00Z",
            "signing_certificate": "x",
            "signature": "x",
        },
    },
}
"""Something to send of each action that is not sent to somebody."""
