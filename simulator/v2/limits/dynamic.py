"""Dynamic profiles, and profiles that end while the station is offline (2.1: K28, K01)."""

from typing import TYPE_CHECKING, Any

from simulator.clock import Timer
from simulator.outbox import Item
from simulator.structures import Payload
from simulator.v2.profiles import DYNAMIC, Installed

if TYPE_CHECKING:
    from simulator.v2.station import ChargingStation

_FEATURES = {
    "useLocalTime": "UseLocalTime",
    "randomizedDelay": "RandomizedDelay",
    "limitAtSoC": "LimitAtSoC",
}
"""Member of a schedule -> the end of the variable that says whether it is supported."""
VALUES = ("limit", "setpoint", "dischargeLimit")
"""What an update changes, of each phase as well."""


class Dynamic:
    """Changes values, asks for them, and counts how long the station is offline."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._offline_since: float | None = None
        self._over: set[int] = set()
        """Ids of the profiles that stay invalid after an offline time."""
        self._expiry = Timer(station.clock, self._look, repeat=False)
        self._pulls: dict[int, Timer] = {}

    # What is refused

    def problem(self, profile: Payload) -> tuple[str, str] | None:
        """Return code and words for why it is refused (K01.FR.122 to FR.125)."""
        kind = profile["chargingProfileKind"]
        if kind != DYNAMIC and not {"dynUpdateInterval", "dynUpdateTime"}.isdisjoint(
            profile
        ):
            return "InvalidProfile", f"{kind} with updates (K01.FR.122)"
        if kind == DYNAMIC and not self._supports("DynamicProfiles"):
            return "InvalidProfile", "no dynamic profiles"
        if "maxOfflineDuration" in profile and not self._supports("MaxOfflineDuration"):
            return "InvalidProfile", "maxOfflineDuration is not supported"
        for schedule in profile["chargingSchedule"]:
            for member, feature in _FEATURES.items():
                if schedule.get(member) and not self._supports(feature):
                    return "InvalidSchedule", f"{member} is not supported"
        return None

    def _supports(self, feature: str) -> bool:
        return self._station.model.boolean(
            "SmartChargingCtrlr", f"Supports{feature}", default=False
        )

    # Values

    def installed(self, profile: Payload) -> None:
        """Begin to count the time to the next update (K28.FR.05, FR.10)."""
        self._over.discard(profile["id"])
        if profile["chargingProfileKind"] == DYNAMIC:
            profile.setdefault("dynUpdateTime", self._station.timestamp())
        self._schedule(profile)
        self._look()

    def update(self, payload: Payload) -> Payload:
        """Answer UpdateDynamicSchedule (K28.FR.06, FR.11)."""
        faults = self._station.faults
        profile = self._find(payload["chargingProfileId"])
        if profile is None or faults.updates_refused:
            return {
                "status": "Rejected",
                "statusInfo": {"reasonCode": "InvalidProfile"},
            }
        if not faults.updates_ignored:
            self._apply(profile, payload["scheduleUpdate"])
        self._station.after(self._station.update_all)
        return {"status": "Accepted"}

    def _find(self, profile_id: object) -> Payload | None:
        for one in self._station.profiles:
            if one.id == profile_id and one.data["chargingProfileKind"] == DYNAMIC:
                return one.data
        return None

    def _apply(self, profile: Payload, update: Payload) -> None:
        ((period,),) = [
            one["chargingSchedulePeriod"] for one in profile["chargingSchedule"]
        ]
        period.update(
            {
                name: value
                for name, value in update.items()
                if name.removesuffix("_L2").removesuffix("_L3") in VALUES
            }
        )
        # K28.FR.09.
        profile["dynUpdateTime"] = self._station.timestamp()
        self._schedule(profile)

    def _schedule(self, profile: Payload) -> None:
        number = int(profile["id"])
        if (timer := self._pulls.pop(number, None)) is not None:
            timer.stop()
        if interval := profile.get("dynUpdateInterval"):

            def due() -> None:
                self._pull(number)

            timer = self._pulls[number] = Timer(self._station.clock, due)
            timer.start(float(interval))

    def _pull(self, number: int) -> None:
        if self._find(number) is None:
            self._pulls.pop(number).stop()
            return
        self.pull(number)

    def pull(self, number: int) -> None:
        """Ask for the values of a profile, whatever it is (K28.FR.10)."""

        def answered(answer: Payload | None) -> None:
            profile = self._find(number)
            if profile is not None and answer and answer["status"] == "Accepted":
                # K28.FR.08.
                self._apply(profile, answer["scheduleUpdate"])
                self._station.update_all()

        if self._station.operational:
            payload: dict[str, Any] = {"chargingProfileId": number}
            self._station.outbox.put(
                Item("PullDynamicScheduleUpdate", lambda: payload, done=answered)
            )

    def stop(self) -> None:
        """Stop all timers."""
        self._expiry.stop()
        for timer in self._pulls.values():
            timer.stop()

    # Offline

    def lost(self) -> None:
        """Begin to count, as the loss of the connection is noticed now."""
        if self._offline_since is None:
            self._offline_since = self._station.clock.monotonic()
            self._look()

    def back(self) -> None:
        """End to count: what was invalid is valid again, or not (K01.FR.102)."""
        if self._offline_since is None:
            return
        self._look()
        self._offline_since = None
        self._expiry.stop()
        self._station.update_all()

    @property
    def offline_s(self) -> float | None:
        """How long it has been offline, in s; None while it is not."""
        if self._offline_since is None:
            return None
        return self._station.clock.monotonic() - self._offline_since

    def counts(self, one: Installed) -> bool:
        """Return whether a profile is valid, as far as the connection goes."""
        return one.id not in self._over and not self._is_out(one)

    def _is_out(self, one: Installed) -> bool:
        most, since = one.data.get("maxOfflineDuration"), self._offline_since
        return (
            most is not None
            and since is not None
            and self._station.clock.monotonic() - since >= most
        )

    def _look(self) -> None:
        """Note which profiles are not valid any more, and wait for the next one."""
        if self._offline_since is None:
            return
        passed = self._station.clock.monotonic() - self._offline_since
        left = []
        for one in self._station.profiles:
            if (most := one.data.get("maxOfflineDuration")) is None:
                continue
            if passed < most:
                left.append(most - passed)
            elif one.data.get("invalidAfterOfflineDuration"):
                self._over.add(one.id)
        if left:
            self._expiry.start(min(left) + 0.01)
        self._station.update_all()
