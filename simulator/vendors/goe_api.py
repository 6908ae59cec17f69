"""The state behind go-e's HTTP API v2: reading, writing, the words of a refusal."""

from collections.abc import Callable
import json
from typing import TYPE_CHECKING, Any

from simulator.profiles import DEFAULT, MAX, TX
from simulator.structures import dumps

from .goe_errors import last_error
from .goe_keys import CONNECTOR_STATES, IN_CONFIGURATION, WRITABLE
from .goe_tls import FIRST_CHECKED, KEYS as TLS_KEYS, problem

if TYPE_CHECKING:
    from .goe import GoE


class Refused(Exception):
    """A key was not set; the text is what the charger says."""


class ApiKeys:
    """The API keys of one charger: `status` reads, `set` writes."""

    def __init__(self, charger: GoE) -> None:
        self.charger = charger
        self.values: dict[str, Any] = {
            name: key.default for name, key in WRITABLE.items()
        }
        self.values["fna"] = f"go-eCharger {charger.charge_point_id}"
        self.values["amp"] = self.values["ama"] = int(charger.connector(1).max_current)
        charger.configuration.put("RequestedCurrent", str(self.values["amp"]))
        self.null_unsets = False
        """Whether null removes a certificate, and an empty text is a wrong one."""
        self.session_started_at = 0.0
        self._boot = charger.clock.monotonic()
        self._connected: int | None = None
        self._accepted: int | None = None
        self._ended: int | None = None
        self._error: tuple[str, int] | None = None
        self._computed: dict[str, Callable[[], Any]] = _computed(self)

    # Reading

    def status(self, names: list[str] | None = None) -> tuple[dict[str, Any], bool]:
        """Return the keys asked for (None: all) and whether all were known."""
        if names is None:
            names = [*self._computed, *(n for n in WRITABLE if self._listed(n))]
        values = {name: self.get(name) for name in names if self._listed(name)}
        return values, len(values) == len(set(names))

    def get(self, name: str) -> Any:
        """Return one value."""
        if name in self._computed:
            return self._computed[name]()
        configured = IN_CONFIGURATION.get(name)
        if configured is not None and configured in self.charger.configuration:
            return json.loads(self.charger.configuration[configured].value)
        value = self.values[name]
        return bool(value) if WRITABLE[name].secret else value

    def _listed(self, name: str) -> bool:
        if name in self._computed:
            return True
        key = WRITABLE.get(name)
        version = self.charger.version
        return (
            key is not None
            and version >= key.since
            and (key.unlisted_since is None or version < key.unlisted_since)
        )

    # Writing

    def set(self, wanted: dict[str, str]) -> tuple[dict[str, Any], bool]:
        """Set keys from their JSON texts; return the answer and whether all went.

        The answer has True for a key that was set, else the reason why not.
        """
        answer: dict[str, Any] = {}
        applied: dict[str, Any] = {}
        for name, raw in wanted.items():
            try:
                applied[name] = self._check(name, raw)
            except Refused as err:
                answer[name] = f"{name}: {err}"
            else:
                self._store(name, applied[name])
                answer[name] = True
        self._act(applied)
        return answer, len(applied) == len(wanted)

    def _check(self, name: str, raw: str) -> Any:
        try:
            value = json.loads(raw)
        except ValueError as err:
            what = "InvalidInput" if raw else "EmptyInput"
            raise Refused(
                f"tried to set api key with invalid json {what} ({raw})"
            ) from err
        text = dumps(value)
        key = WRITABLE.get(name)
        if key is None or self.charger.version < key.since:
            known = name in self._computed
            # The words for a key that does not exist at all were never captured.
            what = "api key without setter" if known else "unknown api key"
            raise Refused(f"tried to set {what} ({text})")
        if value is None:
            if key.secret and self.null_unsets:
                return ""
            if not key.null:
                raise Refused(f"failed: null not allowed ({text})")
            return None
        number = isinstance(value, int) and not isinstance(value, bool)
        fits = {
            "bool": isinstance(value, bool),
            "string": isinstance(value, str),
            "double": number or isinstance(value, float),
            "uint8_t": number and 0 <= value <= 255,
            "int32_t": number and -(2**31) <= value < 2**31,
            "JsonObject": isinstance(value, dict),
        }[key.kind]
        if not fits and key.kind == "JsonObject":
            raise Refused(f"failed: value must be null or JsonObject ({text})")
        if not fits and name != "rst":
            raise Refused(f"failed: value must be {key.kind} ({text})")
        if key.kind in ("uint8_t", "int32_t") and not key.low <= value <= key.high:
            raise Refused(
                f"failed: Value {value} exceeds range {key.low} to {key.high} ({text})"
            )
        checks = key.secret and self.charger.version >= FIRST_CHECKED
        if checks and not value and not self.null_unsets:
            return value
        if checks and (wrong := problem(name, value)) is not None:
            # The words are inferred.
            raise Refused(f"failed: {wrong} ({text})")
        return value

    def _store(self, name: str, value: Any) -> None:
        self.values[name] = value
        if (configured := IN_CONFIGURATION.get(name)) is not None:
            text = dumps(value)
            self.charger.configuration.put(configured, text)

    def _act(self, applied: dict[str, Any]) -> None:
        charger = self.charger
        connector = charger.connector(1)
        if "ocppu" in applied or "ocppe" in applied:
            charger.apply_ocpp_settings()
        elif applied.keys() & TLS_KEYS:
            # From the next time on that it connects [inferred].
            charger.aim(charger.link.url)
        if "ocppio" in applied:
            connector.available = not applied["ocppio"]
        if "rst" in applied:
            charger.spawn(charger.reboot("Reboot"))
        allowed = applied.get("trx") is not None or applied.get("acs") == 0
        idle = connector.plugged and connector.transaction is None
        if allowed and idle and not connector.finished:
            charger.start_transaction(connector, str(self.values["ocppd"]))
        if applied:
            connector.update()

    # What happens to the connection

    def booted(self) -> None:
        """Start counting the time anew."""
        self._boot = self.charger.clock.monotonic()
        self._connected = self._accepted = self._ended = None

    def ocpp_connected(self) -> None:
        self._connected = self.uptime()
        self._error = None

    def ocpp_accepted(self) -> None:
        self._accepted = self.uptime()

    def ocpp_lost(self) -> None:
        self._connected = self._accepted = None

    def ocpp_refused(self, http_status: int | None, error: Exception) -> None:
        self._error = (last_error(error, http_status), self.uptime())

    def transaction_ended(self) -> None:
        self._ended = self.uptime()
        self.values["trx"] = None

    def uptime(self) -> int:
        """Return the simulated milliseconds since the last boot."""
        return round((self.charger.clock.monotonic() - self._boot) * 1000)

    # Values that follow from others

    def car_state(self) -> int:
        """1 idle, 2 charging, 3 waiting for the car, 4 complete, 5 error."""
        connector = self.charger.connector(1)
        if connector.status == "Faulted":
            return 5
        if connector.car is None:
            return 1
        if connector.status == "Charging":
            return 2
        return 3 if connector.status == "SuspendedEV" and not connector.car.full else 4

    def model_status(self) -> int:
        """Why it charges or does not."""
        connector = self.charger.connector(1)
        values = self.values
        if connector.status == "Faulted":
            return 26
        if not connector.available:
            return 37
        if values["frc"]:
            return 4 if values["frc"] == 1 else 3
        if connector.transaction is None:
            return 2 if values["acs"] == 1 else 28 if connector.finished else 15
        lost = values["ocppe"] and not self.charger.connected
        if lost and values["ocppf"] is not None:
            return 35
        if connector.offered_current:
            kept = not values["acp"] and self.charger.paused(connector)
            return 20 if kept else 15
        return 28 if not self.charger.limit(connector).amps else 23

    def energies(self) -> list[float]:
        """nrg: voltages, currents, powers, power factors."""
        reading = self.charger.connector(1).meter.reading
        powers = [round(watts, 1) for watts in reading.power]
        return [
            *(round(volts) for volts in reading.voltage),
            0,
            *(round(amps, 2) for amps in reading.current),
            *powers,
            0,
            round(reading.total_power, 1),
            *(100 if amps else 0 for amps in reading.current),
            0,
        ]

    def phases(self) -> list[bool]:
        """pha: behind the contactor, before it."""
        connector = self.charger.connector(1)
        closed = connector.offered_phases if connector.offered_current else 0
        before = self.charger.max_phases
        return [*(n < closed for n in range(3)), *(n < before for n in range(3))]

    def errors(self) -> tuple[str | None, int | None]:
        """Ocpple and ocpplea."""
        return self._error or (None, None)

    def times(self) -> tuple[int | None, int | None, int | None]:
        """Ocppca, ocppaa and ocppte."""
        return self._connected, self._accepted, self._ended


def _computed(api: ApiKeys) -> dict[str, Callable[[], Any]]:
    """Return the keys that can only be read."""
    charger = api.charger
    connector = charger.connector(1)
    meter = connector.meter
    return {
        "sse": lambda: charger.charge_point_id,
        "typ": lambda: charger.model,
        "var": lambda: 11 if connector.max_current <= 16 else 22,
        "fwv": lambda: charger.firmware,
        "oem": lambda: charger.vendor,
        "rev": lambda: "V1",
        "host": lambda: f"go-echarger_{charger.charge_point_id}",
        "isgo": lambda: False,
        "rbt": api.uptime,
        "rbc": lambda: charger.boot_count,
        "wst": lambda: 3,
        "rssi": lambda: -61,
        "ocpps": lambda: bool(api.values["ocppe"]),
        "ocppc": lambda: charger.connected,
        "ocppca": lambda: api.times()[0],
        "ocppa": lambda: charger.accepted,
        "ocppaa": lambda: api.times()[1],
        "ocppti": lambda: connector.transaction_id,
        "ocppte": lambda: api.times()[2],
        "ocppcs": lambda: CONNECTOR_STATES.index(connector.status),
        "ocppio": lambda: not connector.available,
        "ocpple": lambda: api.errors()[0],
        "ocpplea": lambda: api.errors()[1],
        "ocppff": lambda: None,
        "ocppdp": lambda: charger.profile_state(DEFAULT),
        "ocppmp": lambda: charger.profile_state(MAX),
        "ocpptp": lambda: charger.profile_state(TX),
        "car": api.car_state,
        "alw": lambda: bool(connector.offered_current),
        "acu": lambda: int(connector.offered_current) if connector.plugged else None,
        "err": lambda: 0,
        "cbl": lambda: 32 if connector.plugged else None,
        "lck": lambda: 1 if connector.transaction else 0,
        "adi": lambda: False,
        "fsp": lambda: connector.offered_phases == 1,
        "pnp": lambda: connector.offered_phases,
        "pha": api.phases,
        "nrg": api.energies,
        "eto": lambda: round(connector.register_wh),
        "wh": lambda: round(
            connector.register_wh - api.session_started_at
            if connector.plugged
            else 0.0,
            2,
        ),
        "tma": lambda: [meter.reading.temperature, meter.reading.temperature + 4],
        "modelStatus": api.model_status,
    }
