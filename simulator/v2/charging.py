"""Smart charging: what limits there are, and what the CSMS asks of them (2.0.1, K)."""

from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from simulator.car import MINIMUM_CURRENT
from simulator.profiles import Limit
from simulator.structures import Payload

from .evse import Evse
from .limits.dynamic import Dynamic
from .profiles import DEFAULT, EXTERNAL, MAX, PRIORITY, TX, Installed, Profiles, problem

if TYPE_CHECKING:
    from .station import ChargingStation, Handler


def refused(code: str, why: str, **more: Any) -> Payload:
    """Return the answer Rejected with its reason."""
    return {
        "status": "Rejected",
        "statusInfo": {"reasonCode": code, "additionalInfo": why[:512]},
        **more,
    }


class Charging:
    """The smart charging of a station."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.dynamic = Dynamic(station)
        self.profiles = Profiles(self.dynamic.counts)
        self.reports_at_most = 5
        """So many profiles are in one ReportChargingProfiles."""
        self.handlers: dict[str, Handler] = {
            "ClearChargingProfile": self._clear,
            "GetChargingProfiles": self._get,
            "GetCompositeSchedule": self._composite,
            "SetChargingProfile": self._set,
        }
        if station.version == "2.1":
            self.handlers["UpdateDynamicSchedule"] = self.dynamic.update

    def set_zone(self, name: str) -> None:
        """Set the time zone, which schedules in local time go by."""
        with suppress(ValueError, OSError):
            self.profiles.zone = ZoneInfo(name)

    def limit(self, evse: Evse) -> Limit:
        """Return what an EVSE may offer now."""
        now = self._station.clock.now()
        return self._limit_at(evse, timedelta(), now)

    def limit_outside(
        self,
        evse: int,
        amps: float | None,
        source: str = "EMS",
        *,
        dynamic: bool = False,
    ) -> None:
        """Let somebody else limit an EVSE, or lift that, and tell so (K11 to K14).

        Of 2.1 it may be a dynamic one (K29.FR.04).
        """
        station, purpose = self._station, EXTERNAL
        gone = [i for i in self.profiles if i.purpose == purpose and i.evse == evse]
        self.profiles.remove(gone)
        about: Payload = {"evseId": evse} if evse else {}
        if amps is None:
            station.queue(
                "ClearedChargingLimit", {"chargingLimitSource": source} | about
            )
        else:
            schedule: Payload = {
                "id": 1,
                "startSchedule": station.timestamp(),
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}],
            }
            profile = {
                "id": -1 - evse,
                "stackLevel": 0,
                "chargingProfilePurpose": purpose,
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [schedule],
            }
            self.profiles.install(evse, profile, source)
            if dynamic:
                profile["chargingProfileKind"] = "Dynamic"
                profile["dynUpdateTime"] = schedule.pop("startSchedule")
                schedule["chargingSchedulePeriod"][0]["operationMode"] = (
                    "ExternalLimits"
                )
            limit = {"chargingLimitSource": source, "isGridCritical": False}
            station.queue("NotifyChargingLimit", {"chargingLimit": limit} | about)
        station.update_all()

    def tell_needs(self, evse: Evse, **needs: Any) -> None:
        """Send NotifyEVChargingNeeds for the car at an EVSE (K15)."""
        car = evse.car
        if car is None:
            return
        energy = car.capacity_kwh * (car.target_soc - car.soc) * 10
        told: Payload = {
            "requestedEnergyTransfer": {
                1: "AC_single_phase",
                2: "AC_two_phase",
                3: "AC_three_phase",
            }[car.phases],
            "acChargingParameters": {
                "energyAmount": round(energy),
                "evMinCurrent": round(MINIMUM_CURRENT),
                "evMaxCurrent": round(car.max_current),
                "evMaxVoltage": 400,
            },
        }
        self._station.queue(
            "NotifyEVChargingNeeds",
            {"evseId": evse.number, "chargingNeeds": told | needs},
        )

    def problem_of(self, evse_id: object, profile: Payload) -> tuple[str, str] | None:
        """Return code and words for why a profile is refused, None to accept it."""
        station, model = self._station, self._station.model
        if not model.boolean("SmartChargingCtrlr", "Enabled", default=True):
            return "NotEnabled", "smart charging is off"
        if evse_id != 0 and station.evse(evse_id) is None:
            return "UnknownEvse", f"no EVSE {evse_id}"
        assert isinstance(evse_id, int)
        if (reason := problem(profile)) is not None:
            station.violation(f"SetChargingProfile: {reason}")
            return "InvalidProfile", reason
        if (refusal := self.dynamic.problem(profile)) is not None:
            return refusal
        purpose, level = profile["chargingProfilePurpose"], profile["stackLevel"]
        if not 0 <= level <= model.integer("SmartChargingCtrlr", "ProfileStackLevel"):
            return "InvalidStackLevel", f"stackLevel {level}"
        units = model.names("SmartChargingCtrlr", "RateUnit")
        most = model.integer("SmartChargingCtrlr", "PeriodsPerSchedule")
        for schedule in profile["chargingSchedule"]:
            if schedule["chargingRateUnit"] not in units:
                return "UnsupportedRateUnit", f"only {units}"
            periods = schedule["chargingSchedulePeriod"]
            if most and len(periods) > most:
                return "InvalidSchedule", f"at most {most} periods"
            if any("phaseToUse" in period for period in periods) and not model.boolean(
                "SmartChargingCtrlr", "ACPhaseSwitchingSupported"
            ):
                return "PhaseConflict", "phaseToUse (K01.FR.20)"
            self._judge(schedule)
        if (why := station.discharging.problem(evse_id, profile)) is not None:
            return why
        entries = model.find(
            ("smartchargingctrlr", "", None, None, "entries", "chargingprofiles")
        )
        known = {item.id for item in self.profiles}
        if (
            entries is not None
            and entries.maximum is not None
            and profile["id"] not in known
            and len(known) >= entries.maximum
        ):
            return "TooManyElements", "too many profiles"
        if purpose == PRIORITY and not station.priority.is_known:
            return "InvalidProfile", f"{PRIORITY} is not known"
        if purpose == EXTERNAL:
            return "InvalidProfile", "external constraints come from outside"
        if purpose == MAX and evse_id != 0:
            return "InvalidProfile", f"{MAX} is for EVSE 0 (K01.FR.03)"
        if purpose == MAX and profile["chargingProfileKind"] == "Relative":
            return "InvalidProfile", f"{MAX} is never Relative (K01.FR.38)"
        if purpose == TX:
            if "transactionId" not in profile:
                station.violation("TxProfile without transactionId (K01.FR.03)")
                return "MissingParam", "transactionId"
            if evse_id == 0:
                station.violation("TxProfile for EVSE 0 (K01.FR.16)")
                return "InvalidProfile", "TxProfile for EVSE 0"
            running = station.evses[evse_id - 1].transaction_id
            if profile["transactionId"] != running:
                return "TxNotFound", f"here runs {running}"
        return self._conflict(evse_id, profile)

    def _conflict(self, evse_id: int, profile: Payload) -> tuple[str, str] | None:
        for item in self.profiles:
            same = (
                item.id != profile["id"]
                and item.purpose == profile["chargingProfilePurpose"]
                and item.level == profile["stackLevel"]
            )
            if not same:
                continue
            if item.evse == evse_id and (
                item.data.get("transactionId") == profile.get("transactionId")
            ):
                return (
                    "DuplicateProfile",
                    f"profile {item.id} has its place (K01.FR.39)",
                )
            if item.purpose == DEFAULT and 0 in (item.evse, evse_id):
                return "DuplicateProfile", f"profile {item.id} (K01.FR.52, 53)"
        return None

    def install(self, evse_id: int, profile: Payload) -> None:
        """Take a profile that was accepted."""
        # Its values may change; what was received stays as it was.
        profile = deepcopy(profile)
        self.profiles.install(evse_id, profile)
        self.dynamic.installed(profile)
        self._count()

    def _set(self, payload: Payload) -> Payload:
        evse_id, profile = payload["evseId"], payload["chargingProfile"]
        if (reason := self.problem_of(evse_id, profile)) is not None:
            self._station.log(f"profile refused: {reason[1]}")
            return refused(*reason)
        self.install(evse_id, profile)
        self._station.after(self._station.update_all)
        return {"status": "Accepted"}

    def _clear(self, payload: Payload) -> Payload:
        wanted = payload.get("chargingProfileId")
        criteria = payload.get("chargingProfileCriteria") or {}

        def fits(item: Installed) -> bool:
            if item.purpose == EXTERNAL:
                return False
            if wanted is not None:
                return item.id == int(wanted)
            asked = (
                (criteria.get("evseId"), item.evse),
                (criteria.get("chargingProfilePurpose"), item.purpose),
                (criteria.get("stackLevel"), item.level),
            )
            return all(given is None or given == own for given, own in asked)

        gone = [item for item in self.profiles if fits(item)]
        self.profiles.remove(gone)
        self._count()
        self._station.after(self._station.update_all)
        return {"status": "Accepted" if gone else "Unknown"}

    def _get(self, payload: Payload) -> Payload:
        evse_id, wanted = payload.get("evseId"), payload["chargingProfile"]
        ids, sources = (
            wanted.get("chargingProfileId"),
            wanted.get("chargingLimitSource"),
        )
        found = [
            item
            for item in self.profiles
            if evse_id in (None, item.evse)
            and (ids is None or item.id in ids)
            and (sources is None or item.source in sources)
            and wanted.get("chargingProfilePurpose") in (None, item.purpose)
            and wanted.get("stackLevel") in (None, item.level)
        ]
        if not found:
            return {"status": "NoProfiles"}
        found.sort(key=lambda item: (item.evse, item.source))
        messages: list[Payload] = []
        for (evse, source), group in groupby(found, lambda i: (i.evse, i.source)):
            data = [item.data for item in group]
            for at in range(0, len(data), self.reports_at_most):
                piece = data[at : at + self.reports_at_most]
                about = {"evseId": evse, "chargingLimitSource": source}
                messages.append(about | {"chargingProfile": piece, "tbc": True})
        del messages[-1]["tbc"]
        for message in messages:
            self._station.reply(
                "ReportChargingProfiles", {"requestId": payload["requestId"]} | message
            )
        return {"status": "Accepted"}

    def _composite(self, payload: Payload) -> Payload:
        station, evse_id = self._station, payload["evseId"]
        unit = payload.get("chargingRateUnit") or "A"
        if unit not in station.model.names("SmartChargingCtrlr", "RateUnit"):
            return refused("UnsupportedRateUnit", unit)
        evse = station.main if evse_id == 0 else station.evse(evse_id)
        if evse is None:
            return refused("UnknownEvse", f"no EVSE {evse_id}")
        now, seconds = station.clock.now(), int(payload["duration"])
        running = evse.transaction
        marks = {0.0}
        for item in self.profiles:
            marks |= item.changes(
                now,
                now + timedelta(seconds=seconds),
                running.started if running else None,
            )
        periods: list[Payload] = []
        for mark in sorted(marks):
            limit = self._limit_at(evse, timedelta(seconds=mark), now)
            period = {
                "limit": round(limit.watts if unit == "W" else limit.amps, 1),
                "numberPhases": limit.phases,
            }
            if not periods or {**periods[-1], "startPeriod": 0} != {
                **period,
                "startPeriod": 0,
            }:
                periods.append({"startPeriod": round(mark), **period})
        return {
            "status": "Accepted",
            "schedule": {
                "evseId": evse_id,
                "duration": seconds,
                "scheduleStart": station.timestamp(now),
                "chargingRateUnit": unit,
                "chargingSchedulePeriod": periods,
            },
        }

    def _limit_at(self, evse: Evse, later: timedelta, now: Any) -> Limit:
        at = now + later
        station = self._station
        result = Limit(evse.max_current, station.max_phases)
        running = evse.transaction
        if evse.number:
            own = self.profiles.limit(
                evse.number,
                at,
                running.started if running else None,
                None if evse.car is None else evse.car.soc,
                has_priority=running is not None and running.has_priority,
            )
            if own is not None:
                result = result.capped(own)
            if (outside := self.profiles.external(evse.number, at)) is not None:
                result = result.capped(outside)
        if (ceiling := self.profiles.ceiling(at)) is not None:
            sharing = 1
            if evse.number:
                # It is for all of them together.
                active = [one for one in station.evses if one.authorized and one.car]
                sharing = max(len(active), 1)
            result = result.capped(Limit(ceiling.amps / sharing, ceiling.phases))
        return result

    def _judge(self, schedule: Payload) -> None:
        if schedule["chargingRateUnit"] != "A":
            return
        for period in schedule["chargingSchedulePeriod"]:
            if 0 < (amps := period.get("limit", 0.0)) < MINIMUM_CURRENT:
                self._station.violation(f"a limit of {amps} A, which no car can take")

    def _count(self) -> None:
        self._station.model.put(
            "SmartChargingCtrlr",
            "Entries",
            len(self.profiles),
            instance="ChargingProfiles",
        )
