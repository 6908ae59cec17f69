"""The keys of go-e's HTTP API v2 that can be written, and what they take."""

from dataclasses import dataclass
from typing import Any

CONNECTOR_STATES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)


def firmware_number(text: str) -> tuple[int, int]:
    """Return (59, 4) for "59.4", (55, 5) for "055.5", (59, 3) for "59.3-rc2"."""
    major, _, minor = text.partition("-")[0].partition(".")
    return int(major), int(minor or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What the charger takes for a key. `kind` is the word in its refusals."""

    kind: str
    default: Any = None
    null: bool = False
    low: int = 0
    high: int = 2**31 - 1
    secret: bool = False
    """Reads back as whether it is set."""
    since: tuple[int, int] = (0, 0)
    unlisted_since: tuple[int, int] | None = None
    """Still works from there on, but is not shown any more."""


def _flag(default: bool = False, **more: Any) -> ApiKey:
    return ApiKey(kind="bool", default=default, **more)


def _byte(default: int | None, low: int = 0, high: int = 255, **more: Any) -> ApiKey:
    return ApiKey(
        kind="uint8_t",
        default=default,
        null=default is None,
        low=low,
        high=high,
        **more,
    )


def _number(default: int | None, **more: Any) -> ApiKey:
    return ApiKey(kind="int32_t", default=default, null=default is None, **more)


def _text(default: str | None, **more: Any) -> ApiKey:
    return ApiKey(kind="string", default=default, null=default is None, **more)


def _schedule() -> ApiKey:
    # Two ranges of the day; control 0 is switched off.
    moment = {"hour": 0, "minute": 0}
    spans = [{"begin": moment, "end": moment}] * 2
    return ApiKey(kind="JsonObject", default={"control": 0, "ranges": spans})


WRITABLE: dict[str, ApiKey] = {
    # OCPP
    "ocppe": _flag(),
    "ocppu": _text(""),
    "ocppf": _byte(None, high=32),
    "ocppg": _flag(True),
    "ocppcn": _flag(),
    "ocppss": _flag(),
    "ocppck": _text("", secret=True),
    "ocppcc": _text("", secret=True),
    "ocppsc": _text("", secret=True),
    "ocppcm": _byte(0, high=1),
    "ocppd": _text("no-card"),
    "ocppr": _flag(),
    "ocpprl": _flag(),
    "ocppt": _flag(),
    "ocpptt": _text("no-tariff-text", since=(60, 3)),
    "ocppti": _number(None),
    "ocppio": _flag(),
    "ocpph": _number(3600),
    "ocppi": _number(60),
    "ocppai": _number(0),
    "ocppao": _flag(unlisted_since=(0, 0)),
    "ocpplo": _flag(True),
    "ocppla": _flag(True),
    "orsch": _flag(),
    "osr": _flag(since=(60, 4)),
    "txt": _number(60, since=(60, 4)),
    # Charging
    "acp": _flag(True),
    "acs": _byte(0, high=2),
    "ama": _byte(16, low=6, high=32),
    "amp": _byte(16, low=6, high=32),
    "awe": _flag(),
    "dwo": ApiKey(kind="double", null=True),
    "fmt": _number(300_000),
    "frc": _byte(0, high=2),
    "fup": _flag(),
    "ids": ApiKey(kind="JsonObject", null=True),
    "lmo": _byte(3, low=3, high=5),
    "loe": _flag(),
    "mca": _byte(6, low=6, high=32),
    "mcpd": _number(0),
    "mptwt": _number(600_000),
    "mpwst": _number(120_000),
    "psh": _number(500),
    "psm": _byte(0, high=2, unlisted_since=(60, 0)),
    "psmd": _number(10_000),
    "spl3": _number(4200),
    "sch_satur": _schedule(),
    "sch_sund": _schedule(),
    "sch_week": _schedule(),
    "su": _flag(),
    "sua": _flag(),
    "tcl": _byte(None, high=32),
    "trx": _byte(None, high=10),
    "ust": _byte(0, high=3),
    # The device
    "fna": _text(""),
    "hai": _flag(True),
    "hla": _flag(),
    "rst": _flag(unlisted_since=(0, 0)),
}

IN_CONFIGURATION = {
    "ocpph": "HeartbeatInterval",
    "ocppi": "MeterValueSampleInterval",
    "ocppai": "ClockAlignedDataInterval",
    "ocppao": "AllowOfflineTxForUnknownId",
    "ocpplo": "LocalAuthorizeOffline",
    "ocppla": "LocalAuthListEnabled",
    "amp": "RequestedCurrent",
    "mca": "MinChargingCurrent",
    "txt": "ConnectionTimeOut",
    "osr": "StopChargingOnReboot",
}
"""Keys that are configuration keys of OCPP, too; not every firmware has all."""
