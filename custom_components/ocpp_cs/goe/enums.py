"""The numbers of go-e's API by name, and the reasons for failed connections."""

from enum import IntEnum, StrEnum
from typing import Self


class Numbered(IntEnum):
    """A number of the API; `state` is its name as a state."""

    @property
    def state(self) -> str:
        """The name as Home Assistant spells states."""
        return self.name.lower()

    @classmethod
    def read(cls, number: object) -> Self | None:
        """Return the member for a number; None for an unknown or invalid number."""
        if type(number) is not int or number not in cls:
            return None
        return cls(number)


class ModelStatus(Numbered):
    """`modelStatus`: the reason for charging or not charging; 21 and 25 are unused."""

    NO_CHARGE_CTRL_DATA = 0
    OVERTEMPERATURE = 1
    ACCESS_CONTROL = 2
    FORCE_STATE_ON = 3
    FORCE_STATE_OFF = 4
    SCHEDULER = 5
    ENERGY_LIMIT = 6
    AWATTAR_PRICE_LOW = 7
    AUTOMATIC_STOP_TEST = 8
    AUTOMATIC_STOP_NOT_ENOUGH_TIME = 9
    AUTOMATIC_STOP = 10
    AUTOMATIC_STOP_NO_CLOCK = 11
    PV_SURPLUS = 12
    FALLBACK_V2_DEFAULT = 13
    FALLBACK_V2_SCHEDULER = 14
    FALLBACK_DEFAULT = 15
    FALLBACK_V2_AWATTAR = 16
    FALLBACK_AWATTAR = 17
    FALLBACK_AUTOMATIC_STOP = 18
    CAR_COMPATIBILITY_KEEP_ALIVE = 19
    CHARGE_PAUSE_NOT_ALLOWED = 20
    SIMULATE_UNPLUGGING = 22
    PHASE_SWITCH = 23
    MIN_PAUSE_DURATION = 24
    ERROR = 26
    LOAD_MANAGEMENT_DOESNT_WANT = 27
    OCPP_DOESNT_WANT = 28
    RECONNECT_DELAY = 29
    ADAPTER_BLOCKING = 30
    UNDERFREQUENCY_CONTROL = 31
    UNBALANCED_LOAD = 32
    DISCHARGING_PV_BATTERY = 33
    GRID_MONITORING = 34
    OCPP_FALLBACK = 35
    FLOOR_DETECTED = 36
    OCPP_INOPERABLE = 37
    UNDERVOLTAGE_CONTROL = 38
    ZERO_SETPOINT = 39
    INITIALIZING = 40
    FAILSAFE_LIMIT = 41


class CarState(Numbered):
    """`car`."""

    UNKNOWN = 0
    IDLE = 1
    CHARGING = 2
    WAIT_CAR = 3
    COMPLETE = 4
    ERROR = 5
    INITIALIZING = 6


class Fault(Numbered):
    """`err`, as numbered by firmware 59 and later."""

    NONE = 0
    FI_AC = 1
    FI_DC = 2
    PHASE = 3
    OVERVOLT = 4
    OVERAMP = 5
    DIODE = 6
    PP_INVALID = 7
    GND_INVALID = 8
    CONTACTOR_STUCK = 9
    CONTACTOR_MISS = 10
    STATUS_LOCK_STUCK_OPEN = 12
    STATUS_LOCK_STUCK_LOCKED = 13
    FI_UNKNOWN = 14
    UNKNOWN = 15
    OVERTEMP = 16
    NO_COMM = 17
    CP_INVALID = 18
    RDC_SELF_TEST_FAILED = 23


class ConnectorStatus(Numbered):
    """`ocppcs`: the status of the connector in OCPP."""

    AVAILABLE = 0
    PREPARING = 1
    CHARGING = 2
    SUSPENDED_EVSE = 3
    SUSPENDED_EV = 4
    FINISHING = 5
    RESERVED = 6
    UNAVAILABLE = 7
    FAULTED = 8


class ForceState(Numbered):
    """`frc`."""

    NEUTRAL = 0
    OFF = 1
    ON = 2


class LogicMode(Numbered):
    """`lmo`: default, by tariff or solar surplus, by departure time."""

    DEFAULT = 3
    AWATTAR = 4
    NEXT_TRIP = 5


class PhaseMode(Numbered):
    """`psm`."""

    AUTO = 0
    ONE = 1
    THREE = 2


class AccessControl(Numbered):
    """`acs`."""

    OPEN = 0
    WAIT = 1
    EVCMS = 2


class Generation(StrEnum):
    """The hardware generation, from `typ` and `oem`."""

    V3 = "v3"
    V4 = "v4"
    V5 = "v5"
    PRO = "pro"
    PHOENIX = "phoenix"
    WATTPILOT = "wattpilot"
    """Fronius; the same firmware with version numbers of its own."""
    UNKNOWN = "unknown"


class Suitability(StrEnum):
    """The suitability of a charger for OCPP."""

    GOOD = "good"
    OLD = "old"
    """Usable, but without phases and with triggers that do not work (54 to 55.6)."""
    UNKNOWN = "unknown"
    """OCPP is available; the version number is unknown."""
    TOO_OLD = "too_old"
    """Older than 54."""
    NO_OCPP = "no_ocpp"
    """The keys for OCPP are missing or cannot be read."""

    @property
    def usable(self) -> bool:
        """Return whether the charger can be set up."""
        return self not in (Suitability.TOO_OLD, Suitability.NO_OCPP)


class OcppFailure(StrEnum):
    """The reason why a charger does not connect to the central system."""

    DNS = "dns"
    """The name in the URL cannot be resolved."""
    TIMEOUT = "timeout"
    """Nothing answers at the address: wrong, another network, a firewall."""
    HOST_UNREACHABLE = "host_unreachable"
    """There is no route to the address."""
    REFUSED = "refused"
    """The host answers, but nothing listens at the port."""
    TLS = "tls"
    """The handshake failed, or the other side speaks no TLS."""
    TLS_TRUST = "tls_trust"
    """The charger does not trust the certificate."""
    TLS_NAME = "tls_name"
    """The host in the URL is not in the certificate."""
    TLS_DATE = "tls_date"
    """The certificate is not valid at the time that the charger's clock shows."""
    NOT_ENCRYPTED = "not_encrypted"
    """The server demands encryption (426)."""
    NOT_FOUND = "not_found"
    """A web server is there that does not know the path (404)."""
    UNAUTHORIZED = "unauthorized"
    """The server turned the charger away (401, 403)."""
    HTTP_STATUS = "http_status"
    """The server answered the handshake with another status."""
    INVALID_URL = "invalid_url"
    """The charger cannot parse the URL."""
    LOST = "lost"
    """The connection was lost during the handshake."""
    OFF = "off"
    """OCPP is off on the charger."""
    NOT_ACCEPTED = "not_accepted"
    """It is connected; its BootNotification was not accepted."""
    NO_ATTEMPT = "no_attempt"
    """The charger has not tried, or does not report an attempt."""
    OTHER = "other"

    @property
    def final(self) -> bool:
        """Return whether another attempt is unlikely to succeed."""
        return self in _FINAL


_FINAL = frozenset(
    {
        OcppFailure.DNS,
        OcppFailure.REFUSED,
        OcppFailure.TLS,
        OcppFailure.TLS_TRUST,
        OcppFailure.TLS_NAME,
        OcppFailure.TLS_DATE,
        OcppFailure.NOT_ENCRYPTED,
        OcppFailure.NOT_FOUND,
        OcppFailure.UNAUTHORIZED,
        OcppFailure.HTTP_STATUS,
        OcppFailure.INVALID_URL,
    }
)
