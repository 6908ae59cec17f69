"""What a central system may ask: the Smart Charging profile (1.6 sec. 3.13, 5)."""

from .car import MINIMUM_CURRENT
from .commands import CoreCommands
from .profiles import DEFAULT, MAX, TX, Limit, problem
from .structures import Payload


class SmartCharging(CoreCommands):
    """Installs, clears and composes charging profiles."""

    max_stack_level: int = 8
    units: frozenset[str] = frozenset({"A", "W"})
    """The chargingRateUnits it takes."""
    strict_purposes: bool = True
    """Whether a ChargePointMaxProfile is for connector 0 alone (errata 3.53)."""

    def on_set_charging_profile(self, payload: Payload) -> Payload:
        number = payload["connectorId"]
        profile = payload["csChargingProfiles"]
        reason = self.refuse_profile(number, profile)
        if reason is not None:
            self.log(f"profile refused: {reason}")
            return {"status": "Rejected"}
        self._judge(profile)
        self.install_profile(number, profile)
        self.after(self._update_all)
        return {"status": "Accepted"}

    def on_clear_charging_profile(self, payload: Payload) -> Payload:
        count = self.profiles.clear(
            profile_id=payload.get("id"),
            connector=payload.get("connectorId"),
            purpose=payload.get("chargingProfilePurpose"),
            level=payload.get("stackLevel"),
        )
        self.after(self._update_all)
        return {"status": "Accepted" if count else "Unknown"}

    def on_get_composite_schedule(self, payload: Payload) -> Payload:
        number = payload["connectorId"]
        if not self._exists(number):
            return {"status": "Rejected"}
        connector = self.connector(number)
        unit = payload.get("chargingRateUnit") or "A"
        if unit not in self.units:
            return {"status": "Rejected"}
        now = self.clock.now()
        running = connector.transaction
        periods = self.profiles.composite(
            number,
            now,
            int(payload["duration"]),
            tx_started=running.started if running else None,
            without=Limit(connector.max_current, self.max_phases),
            unit=unit,
        )
        return {
            "status": "Accepted",
            "connectorId": number,
            "scheduleStart": self.timestamp(now),
            "chargingSchedule": {
                "duration": int(payload["duration"]),
                "startSchedule": self.timestamp(now),
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": periods,
            },
        }

    def install_profile(self, number: int, profile: Payload) -> None:
        """Take a profile that was accepted."""
        self.profiles.install(number, profile)

    def refuse_profile(self, number: object, profile: Payload) -> str | None:
        """Return why a profile is refused, None to accept it."""
        if not self._exists(number):
            return f"no connector {number}"
        assert isinstance(number, int)
        if (reason := problem(profile)) is not None:
            self.violation(f"SetChargingProfile: {reason}")
            return reason
        purpose = profile["chargingProfilePurpose"]
        schedule = profile["chargingSchedule"]
        if (unit := schedule["chargingRateUnit"]) not in self.units:
            return f"unit {unit}"
        if not 0 <= profile["stackLevel"] <= self.max_stack_level:
            return f"stackLevel {profile['stackLevel']}"
        most = self.configuration.integer("ChargingScheduleMaxPeriods")
        if most and len(schedule["chargingSchedulePeriod"]) > most:
            return "too many periods"
        most = self.configuration.integer("MaxChargingProfilesInstalled")
        if most and len(self.profiles) >= most:
            known = {item.profile_id for item in self.profiles}
            if profile["chargingProfileId"] not in known:
                return "too many profiles"
        if purpose == MAX and number != 0 and self.strict_purposes:
            return "ChargePointMaxProfile is for connector 0"
        if purpose == TX:
            return self.refuse_tx_profile(number, profile)
        assert purpose in (MAX, DEFAULT)
        return None

    def refuse_tx_profile(self, number: int, profile: Payload) -> str | None:
        """Return why a TxProfile is refused (1.6 section 5.16.2)."""
        running = self.connector(number).transaction
        if number == 0 or running is None:
            return "TxProfile without a transaction"
        wanted = profile.get("transactionId")
        if wanted is not None and wanted != running.id:
            return f"TxProfile for transaction {wanted}, here runs {running.id}"
        return None

    def _judge(self, profile: Payload) -> None:
        schedule = profile["chargingSchedule"]
        if schedule["chargingRateUnit"] != "A":
            return
        for period in schedule["chargingSchedulePeriod"]:
            if 0 < period["limit"] < MINIMUM_CURRENT:
                self.violation(f"a limit of {period['limit']} A, which no car can take")
