"""A station of OCPP 2.1 from its boot to a limit that is changed by small messages."""

from custom_components.ocpp_cs.csms.limits.intent import Intent, LimitState
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import World, until


async def test_a_limit_is_updated_and_not_written_again(world: World) -> None:
    """The first one installs a dynamic profile, the others change its value (K28)."""
    charge_point = world.adopt()
    url = f"ws://127.0.0.1:{world.central_system.port}"
    charge_point.profile_methods.timing = LimitTiming(guard=0.0)
    async with ChargingStation(url, "CP1", version="2.1", time_factor=20.0) as station:
        await until(lambda: charge_point.ready)
        assert charge_point.protocol == "ocpp2.1"
        assert charge_point.capabilities.dynamic_profiles
        limiter = charge_point.connector(1).limiter
        await limiter.request(Intent(limit_a=10.0))
        await limiter.request(Intent(limit_a=8.0))
        (installed,) = station.calls("SetChargingProfile")
        assert installed["chargingProfile"]["chargingProfileKind"] == "Dynamic"
        (update,) = station.calls("UpdateDynamicSchedule")
        assert update == {
            "chargingProfileId": installed["chargingProfile"]["id"],
            "scheduleUpdate": {"limit": 8.0},
        }
        assert limiter.state is LimitState.SENT
        evse = station.evses[0]
        evse.plug_in(Car())
        assert station.charging.limit(evse).amps == 8.0
