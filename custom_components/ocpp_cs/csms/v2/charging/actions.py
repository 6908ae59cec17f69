"""The actions about charging profiles."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...model.profile import InstalledProfile
from ...schema.spelling import snake
from ..spelling import profile_to_user

if TYPE_CHECKING:
    from ...commands import Answer
    from ..commands import Fields, Handler, V2Commands


async def _set_charging_profile(commands: V2Commands, fields: Fields) -> Answer:
    """Install a charging profile (K01)."""
    profile = fields.get("charging_profile")
    if isinstance(profile, Mapping):
        fields = fields | {"charging_profile": commands.profiles.read(profile)}
    return await commands.set_charging_profile(**fields)


async def update_dynamic_schedule(commands: V2Commands, fields: Fields) -> Answer:
    """Change the values of a dynamic profile of a user (2.1: K28)."""
    return await commands.profiles.update_of_user(
        fields["charging_profile_id"], fields["schedule_update"]
    )


async def _get_charging_profiles(commands: V2Commands, fields: Fields) -> Answer:
    """Tell which charging profiles are installed (K09)."""
    ids = fields.get("charging_profile_id")
    answer, found = await commands.profiles.installed(
        evse_id=fields.get("connector_id"),
        charging_profile_purpose=fields.get("charging_profile_purpose"),
        stack_level=fields.get("stack_level"),
        charging_profile_id=[ids] if isinstance(ids, int) else ids,
        charging_limit_source=_listed(fields.get("charging_limit_source")),
    )
    return answer | {
        "complete": found.complete,
        "profiles": [_shown(one) for one in found.profiles],
    }


def _listed(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return [value] if isinstance(value, str) else value


def _shown(one: InstalledProfile) -> dict[str, Any]:
    return {
        "connector_id": one.connector_id,
        "charging_limit_source": snake(one.source),
        "charging_profile": profile_to_user(one.profile),
    }


CHARGING_ACTIONS: Mapping[str, str | Handler] = {
    "clear_charging_profile": lambda commands, fields: commands.clear_charging_profile(
        **fields
    ),
    "get_charging_profiles": _get_charging_profiles,
    "get_composite_schedule": lambda commands, fields: (
        commands.profiles.composite_schedule(**fields)
    ),
    "set_charging_profile": _set_charging_profile,
}
"""Action -> the handler that sends it."""
