"""Reads the prices of the coming hours from the entities that the user chose."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isclose
from typing import Any, Final

from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import LOGGER
from ..smart_charging.planning.prices import PriceSlot, slots_of
from .units import price_of

_FACTORS: Final = (1.0, 0.01, 0.001, 100.0, 1000.0)
_UNITS: Final = {"nordpool": 0.001}
"""Factors to a price per kWh for integrations whose actions use another unit."""

type _Call = tuple[str, dict[str, Any]]
"""The name of an action, and its data."""


def _day_start(day: date) -> str:
    return dt_util.start_of_local_day(day).isoformat()


def _amber_channel(unique_id: str) -> str:
    return next(
        (
            one
            for one in ("controlled_load", "feed_in")
            if unique_id.endswith(f"-{one}")
        ),
        "general",
    )


# Integrations of Home Assistant that provide the prices by an action.
_ACTIONS: Final[Mapping[str, Callable[[er.RegistryEntry, date], _Call]]] = {
    "amberelectric": lambda entity, _day: (
        "get_forecasts",
        {
            "config_entry_id": entity.config_entry_id,
            "channel_type": _amber_channel(entity.unique_id),
        },
    ),
    "easyenergy": lambda entity, day: (
        "get_energy_usage_prices",
        {
            "config_entry": entity.config_entry_id,
            "incl_vat": True,
            "start": day.isoformat(),
            "end": day.isoformat(),
        },
    ),
    "energyzero": lambda entity, day: (
        "get_energy_prices",
        {
            "config_entry": entity.config_entry_id,
            "incl_vat": True,
            "start": day.isoformat(),
            "end": day.isoformat(),
        },
    ),
    "green_planet_energy": lambda entity, _day: (
        "get_prices",
        {"config_entry_id": entity.config_entry_id, "hours": 24},
    ),
    "nordpool": lambda entity, day: (
        "get_prices_for_date",
        {"config_entry": entity.config_entry_id, "date": day.isoformat()},
    ),
    "omie": lambda entity, day: (
        "get_prices_for_date",
        {"date": day.isoformat(), "countries": [entity.unique_id.partition("_")[0]]},
    ),
    "tibber": lambda _entity, day: (
        "get_prices",
        {"start": _day_start(day), "end": _day_start(day + timedelta(days=1))},
    ),
}


async def async_read_prices(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh from now on; empty if there are none."""
    slots = await async_read_all(hass, entity_ids, now)
    return [slot for slot in slots if slot.end > now]


async def async_read_all(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh, those of the past included.

    Prices in the attributes of the entities have priority over the response of an
    action of their integration.
    """
    if slots := read_attributes(hass, entity_ids, now):
        return slots
    answers: list[object] = []
    usual = 1.0
    for entity_id in entity_ids:
        platform, told = await _ask(hass, entity_id, now)
        answers += told
        usual = _UNITS.get(platform, usual)
    found = _slots(answers, now)
    return _coming(_priced(_states(hass, entity_ids), found, now, usual), now)


def _slots(data: object, now: datetime) -> list[PriceSlot]:
    zone = dt_util.get_default_time_zone()
    return slots_of(data, zone, dt_util.as_local(now).date())


def _coming(slots: list[PriceSlot], now: datetime) -> list[PriceSlot]:
    """Return slots, those of the past included; none if all of them are past."""
    return slots if any(slot.end > now for slot in slots) else []


def read_attributes(
    hass: HomeAssistant, entity_ids: Sequence[str], now: datetime
) -> list[PriceSlot]:
    """Return the prices per kWh in the attributes; empty if none is of the future."""
    states = _states(hass, entity_ids)
    found: dict[datetime, PriceSlot] = {}
    # One entity may have the prices of today, and another those of tomorrow.
    for state in states:
        for slot in _slots(state.attributes, now):
            found.setdefault(slot.start, slot)
    slots = sorted(found.values())
    return _coming(_priced(states, slots, now, _factor_of(states)), now)


def _states(hass: HomeAssistant, entity_ids: Iterable[str]) -> list[State]:
    return [state for one in entity_ids if (state := hass.states.get(one)) is not None]


def can_be_asked(hass: HomeAssistant, entity_ids: Iterable[str]) -> bool:
    """Return whether the integration of an entity tells prices by an action."""
    registry = er.async_get(hass)
    return any(
        registered.platform in _ACTIONS
        for one in entity_ids
        if (registered := registry.async_get(one)) is not None
    )


async def _ask(
    hass: HomeAssistant, entity_id: str, now: datetime
) -> tuple[str, list[object]]:
    """Return an entity's integration, and the responses of its action, one per day."""
    registered = er.async_get(hass).async_get(entity_id)
    if registered is None or (make := _ACTIONS.get(registered.platform)) is None:
        return "", []
    answers: list[object] = []
    today = dt_util.as_local(now).date()
    calls = [make(registered, today + timedelta(days=days)) for days in (0, 1)]
    # Some do not ask for a day.
    for name, data in calls if calls[0] != calls[1] else calls[:1]:
        if not hass.services.has_service(registered.platform, name):
            return "", []
        try:
            answer = await hass.services.async_call(
                registered.platform, name, data, blocking=True, return_response=True
            )
        except (HomeAssistantError, vol.Invalid) as err:
            # The prices of tomorrow are not known before noon, and a service may be
            # down.
            LOGGER.debug("%s.%s tells no prices: %s", registered.platform, name, err)
            continue
        # The errors of others are not ours: further entities are asked all the same.
        except Exception:  # noqa: BLE001
            LOGGER.exception("%s.%s tells no prices", registered.platform, name)
            continue
        answers.append(
            _own_part(answer, registered.unique_id, hass.states.get(entity_id))
        )
    return registered.platform, answers


def _own_part(answer: object, unique_id: str, state: State | None) -> object:
    """Return the part of a response that belongs to the entity.

    Nord Pool returns a list for each area, Tibber one for each home.
    """
    inner = answer.get("prices", answer) if isinstance(answer, Mapping) else answer
    if not isinstance(inner, Mapping):
        return answer
    home = None if state is None else state.attributes.get("app_nickname")
    for key, part in inner.items():
        if key == home or unique_id.startswith(f"{key}-"):
            return part
    return answer


def _priced(
    states: Iterable[State], slots: list[PriceSlot], now: datetime, usual: float
) -> list[PriceSlot]:
    """Return slots with prices per kWh in Home Assistant's currency.

    Some lists are in cents or per MWh while the state of their entity is not: the
    current price shows the factor. `usual` is the factor if it does not.
    """
    present = next((slot.price for slot in slots if slot.start <= now < slot.end), None)
    factor = usual
    for state in states:
        price = price_of(state)
        if price and present:
            factor = next(
                (
                    factor
                    for factor in (usual, *_FACTORS)
                    if isclose(present * factor, price, rel_tol=0.05)
                ),
                usual,
            )
            break
    if factor == 1.0:
        return slots
    return [PriceSlot(slot.start, slot.end, slot.price * factor) for slot in slots]


def _factor_of(states: Iterable[State]) -> float:
    """Return the factor from the unit of an entity to a price per kWh."""
    for state in states:
        one = State(state.entity_id, "1", state.attributes)
        return price_of(one) or 1.0
    return 1.0
