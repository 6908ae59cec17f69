"""Chargers of each version of OCPP, for tests of what is the same in all of them.

`BOTH` on a test or a module runs it once for each version (2.1 in a sample of them, and in all by
`scripts/test --long`): the fixture `charger`, and
whatever else asks for `version`, then makes a charger of that version. `ONLY_1_6` on a
test of such a module keeps it for 1.6 alone.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any
import zlib

import pytest

from simulator import ChargingStation, Generic
from simulator.profiles import Limit
from tests.sampling import LONG

type Charger = Generic | ChargingStation
type Json = dict[str, Any]

V1_6 = "1.6"
V2_0_1 = "2.0.1"
V2_1 = "2.1"

BOTH = pytest.mark.versions(V1_6, V2_0_1)
BEFORE_2_1 = pytest.mark.versions(V1_6, V2_0_1, before_2_1=True)
"""For what 2.1 does otherwise, such as the second period of a limit."""
ONLY_1_6 = pytest.mark.versions(V1_6)

PROTOCOLS = {V1_6: "ocpp1.6", V2_0_1: "ocpp2.0.1", V2_1: "ocpp2.1"}
"""Version -> subprotocol."""


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test for the versions that its mark names, if it asks for one."""
    mark = metafunc.definition.get_closest_marker("versions")
    if mark is not None and "version" in metafunc.fixturenames:
        versions = list(mark.args)
        later = V2_0_1 in versions and not mark.kwargs.get("before_2_1")
        if later and (LONG or _is_in_sample(metafunc.definition.nodeid)):
            versions.append(V2_1)
        metafunc.parametrize("version", versions)


def _is_in_sample(nodeid: str) -> bool:
    """Return whether a test runs for OCPP 2.1 as well: the same ones in every run."""
    return zlib.crc32(nodeid.encode()) % 12 == 0


def make_charger(
    version: str, url: str, charge_point_id: str, **options: Any
) -> Charger:
    """Return a charger of a version, which is to connect."""
    if version == V2_0_1:
        # A car or more is measured by its EVSE, as it is by a connector of 1.6.
        return ChargingStation(url, charge_point_id, **options)
    if version == V2_1:
        return ChargingStation(url, charge_point_id, version=V2_1, **options)
    return Generic(url, charge_point_id, **options)


def installed(charger: Charger) -> Iterator[tuple[int, Json, Json]]:
    """Yield where it was put, the profile and its schedule, for each one that came.

    The safe profile that lies beneath another one is left out (2.1).
    """
    if not isinstance(charger, ChargingStation):
        for payload in charger.calls("SetChargingProfile"):
            profile = payload["csChargingProfiles"]
            yield payload["connectorId"], profile, profile["chargingSchedule"]
        return
    highest: dict[str, int] = {}
    for payload in charger.calls("SetChargingProfile"):
        profile = payload["chargingProfile"]
        purpose, level = profile["chargingProfilePurpose"], profile["stackLevel"]
        highest[purpose] = max(level, highest.get(purpose, 0))
    places: dict[int, int] = {}
    profiles: dict[int, Json] = {}
    for action, payload in charger.received:
        if action == "SetChargingProfile":
            profile = payload["chargingProfile"]
            places[profile["id"]] = payload["evseId"]
        elif action == "UpdateDynamicSchedule":
            # Only the values come, of one that is there (2.1: K28).
            profile = deepcopy(profiles[payload["chargingProfileId"]])
            (period,) = profile["chargingSchedule"][0]["chargingSchedulePeriod"]
            period.update(payload["scheduleUpdate"])
        else:
            continue
        profiles[profile["id"]] = profile
        if profile["stackLevel"] == highest[profile["chargingProfilePurpose"]]:
            yield places[profile["id"]], profile, profile["chargingSchedule"][0]


def profile_id(profile: Json) -> int:
    """Return the id of a profile."""
    number = profile.get("id", profile.get("chargingProfileId"))
    assert isinstance(number, int)
    return number


def periods(charger: Charger) -> list[list[Json]]:
    """Return the periods of each profile that came."""
    return [one["chargingSchedulePeriod"] for _, _, one in installed(charger)]


def limits(charger: Charger) -> list[float]:
    """Return the limit of each profile that came, in A."""
    return [one[0]["limit"] for one in periods(charger)]


def starts(charger: Charger) -> list[str]:
    """Return for which tag each remote start was, that came."""
    if isinstance(charger, ChargingStation):
        calls = charger.calls("RequestStartTransaction")
        return [payload["idToken"]["idToken"] for payload in calls]
    return [payload["idTag"] for payload in charger.calls("RemoteStartTransaction")]


def stops(charger: Charger) -> list[Json]:
    """Return the remote stops that came."""
    if isinstance(charger, ChargingStation):
        return charger.calls("RequestStopTransaction")
    return charger.calls("RemoteStopTransaction")


def limiting(charger: Charger) -> Any:
    """Return the part of a charger whose method `limit` says what it offers."""
    return charger.charging if isinstance(charger, ChargingStation) else charger


def offer_always(charger: Charger, amps: float) -> None:
    """Let a charger offer a current, whatever it is told."""
    limiting(charger).limit = lambda _place: Limit(amps)


def refuse_where(charger: Charger, wrong: Callable[[Json], bool]) -> None:
    """Let a charger refuse each profile that has such a period."""
    if isinstance(charger, ChargingStation):
        stricter = charger.charging.problem_of

        def problem_of(evse_id: object, profile: Json) -> tuple[str, str] | None:
            (schedule,) = profile["chargingSchedule"]
            if any(map(wrong, schedule["chargingSchedulePeriod"])):
                return "InvalidSchedule", "not that"
            return stricter(evse_id, profile)

        charger.charging.problem_of = problem_of  # type: ignore[method-assign]
        return
    strict = charger.refuse_profile

    def refuse_profile(number: object, profile: Json) -> str | None:
        if any(map(wrong, profile["chargingSchedule"]["chargingSchedulePeriod"])):
            return "not that"
        return strict(number, profile)

    charger.refuse_profile = refuse_profile  # type: ignore[method-assign]
