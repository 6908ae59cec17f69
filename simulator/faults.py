"""What can be wrong with a charger, switchable while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, override


@dataclass(slots=True)
class Faults:
    """The switches. All off is a charger that behaves.

    A number is a number of real seconds or characters; 0 is off.
    """

    half_open: bool = False
    """Keep the TCP connection, read nothing, answer nothing, send nothing."""
    malformed_frames: bool = False
    """Send something that is no OCPP-J message before each MeterValues."""
    slow_answer: float = 0.0
    """Answer every call only after so many real seconds."""
    never_answer: bool = False
    """Read the central system's calls and never answer one."""
    reject_all: bool = False
    """Do nothing that is asked; answer each call with its own kind of refusal."""
    callerror_all: bool = False
    """Answer each call with CALLERROR InternalError."""
    drop_profile_on_reconnect: bool = False
    """Forget all charging profiles when the connection is made again (go-e 56.2)."""
    reboot_on_server_loss: bool = False
    """Reboot when the central system goes away (go-e 60.0, Bender's watchdog)."""
    profiles_forgotten: bool = False
    """Forget all charging profiles at each boot (2.1: K01.FR.27 wants most kept)."""
    updates_ignored: bool = False
    """Accept new values of dynamic profiles, and go on with the old ones (2.1: K28)."""
    updates_refused: bool = False
    """Refuse new values of dynamic profiles."""
    digit_booleans: bool = False
    """Report booleans of the configuration as "0" and "1" (go-e 055.5, Bender)."""
    stop_minus_one: bool = False
    """Send StopTransaction with transactionId -1 (go-e 054)."""
    temperature_x1000: bool = False
    """Report temperatures a thousandfold (go-e before 60.4)."""
    cut_configuration: int = 0
    """Cut an answer to GetConfiguration off after so many characters: no JSON."""
    repeat_messages: bool = False
    """Send every StartTransaction and StopTransaction a second time."""
    overlapping_calls: bool = False
    """Do not wait for an answer before the next call; do not wait for the boot."""
    bad_units: bool = False
    """Units the specification does not have, and numbers where it wants strings."""
    impossible_car: bool = False
    """Tell of a car what none can have: no id, 65535 %, a battery of nothing (2.x)."""
    list_mismatch: bool = False
    """Answer each change of the local list with VersionMismatch."""
    list_failed: bool = False
    """Answer each SendLocalList with Failed, and change nothing."""
    list_forgotten: bool = False
    """Forget the local list at each restart (3.5.2 wants it kept)."""
    reservations_rejected: bool = False
    """Be configured not to accept reservations."""
    reservations_forgotten: bool = False
    """Forget the reservations at each restart."""
    reservations_hidden: bool = False
    """Do not report the status Reserved, nor the reservation that is used."""
    occupied: bool = False
    """Report the status "Occupied", as OCPP 1.5 had it, instead of Preparing."""

    nothing_to_upload: bool = False
    """Answer GetDiagnostics without the name of a file."""
    upload_fails: bool = False
    """Fail at each upload before anything is sent."""
    upload_breaks_off: bool = False
    """Cut the connection in the middle of each upload."""
    download_fails: bool = False
    """Fail to fetch firmware."""
    installation_fails: bool = False
    """Fail to install firmware; of signed one, find the signature wrong."""

    clock_1970: bool = False
    """Begin at 1970-01-01 with each start, until BootNotification tells the time."""
    old_tls: float = 0.0
    """Know no version of TLS above this one, as in old_tls=1.2."""
    no_sni: bool = False
    """Do not tell the name of the server in the TLS handshake."""
    wrong_common_name: bool = False
    """Ask for a certificate with somebody else's name."""
    unchecked_certificate: bool = False
    """Take any certificate for its key: expired, of another name, wrongly signed."""
    root_rejected: bool = False
    """Refuse each InstallCertificate."""
    password_rejected: bool = False
    """Refuse each AuthorizationKey."""
    password_after_401: bool = False
    """Send the password only when it was asked for with 401."""
    keeps_connection: bool = False
    """Do not connect again for a new password: it counts from the next connection on."""
    security_reboot: bool = False
    """Need a reboot before a new password or security profile counts."""
    stays_away: bool = False
    """Do not come back after a higher security profile, nor fall back."""
    no_fallback: bool = False
    """Keep a higher security profile, even if no connection succeeds with it."""

    listener: Callable[[str, Any], None] | None = field(
        default=None, repr=False, compare=False
    )

    @override
    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        listener = getattr(self, "listener", None)
        if listener is not None and name != "listener":
            listener(name, value)

    def names(self) -> list[str]:
        """Return the names of all switches."""
        return [item.name for item in fields(self) if item.name != "listener"]

    def active(self) -> dict[str, bool | float]:
        """Return the switches that are on, with their values."""
        return {name: value for name in self.names() if (value := getattr(self, name))}

    def set(self, text: str) -> str:
        """Switch by text: `name`, `name=value`, `name=off`; return the name.

        Raise ValueError, with a sentence for the user, for a name or value that
        makes no sense.
        """
        name, _, raw = text.strip().partition("=")
        name = name.strip().replace("-", "_")
        if name not in self.names():
            raise ValueError(f"no such fault: {name}; there are {self.names()}")
        kind = type(getattr(Faults(), name))
        raw = raw.strip().lower()
        if raw in ("off", "no", "false", "0"):
            setattr(self, name, kind(0))
        elif kind is bool:
            if raw not in ("", "on", "yes", "true", "1"):
                raise ValueError(f"{name} is on or off, not {raw}")
            setattr(self, name, True)
        else:
            try:
                value = kind(raw)
            except ValueError as err:
                raise ValueError(f"{name} needs a number, as in {name}=5") from err
            setattr(self, name, value)
        return name


MALFORMED_FRAMES = (
    "not json at all",
    '[2,"broken","Heartbeat",{',
    "{}",
    "[]",
    "[2]",
    '[2,"short","Heartbeat"]',
    '[7,"odd-type","Heartbeat",{}]',
    '[2,17,"Heartbeat",{}]',
    '[2,"odd-action",42,{}]',
    '[2,"odd-payload","Heartbeat",[]]',
    '[2,"unknown-action","MakeCoffee",{}]',
    '[3,"answer-to-nobody",{}]',
    '[4,"error-to-nobody","GenericError","",{}]',
)
"""Frames a central system must survive; the last ones are well formed but odd."""

REFUSALS: dict[str, dict[str, Any]] = {
    "ClearChargingProfile": {"status": "Unknown"},
    "DataTransfer": {"status": "Rejected"},
    "GetConfiguration": {"configurationKey": []},
    "GetDiagnostics": {},
    "GetLocalListVersion": {"listVersion": -1},
    "SendLocalList": {"status": "Failed"},
    "UnlockConnector": {"status": "UnlockFailed"},
    "UpdateFirmware": {},
}
"""How to refuse the calls whose answer has no status Rejected."""
