"""Answers sentences that are spoken or typed to Home Assistant's assistant.

An integration cannot bring sentences of its own: they are registered as triggers of
sentences are, for all servers together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_when_setup

from ..api.places import Place, loaded, places_of
from ..const import DOMAIN
from ..csms.connector import Connector
from .sentences import MODE_WORDS, SENTENCES, Command

if TYPE_CHECKING:
    from homeassistant.components.conversation.models import ConversationInput

_CONVERSATION: Final = "conversation"
_CHARGING: Final = "switch.charging"
_MODE: Final = "select.charge_mode"
_MOST_NAMED: Final = 6
"""More places are not told one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """A connector, as people speak of it."""

    connector: Connector
    entities: Mapping[str, str]
    """Domain and key, such as `sensor.power` -> the id of the entity."""
    name: str
    names: frozenset[str]
    """All its names, as `_plain` spells them: those of charger and vehicle, too."""

    def state(self, hass: HomeAssistant, entity: str) -> str | None:
        """Return the state of one of its entities; None if it is not known."""
        state = hass.states.get(self.entities.get(entity, ""))
        if state is None or state.state in (STATE_UNKNOWN, STATE_UNAVAILABLE):
            return None
        return state.state


class _Unclear(Exception):
    """It is not clear what is meant; has the key and the placeholders of the answer."""

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key)
        self.key = key
        self.words = words


@callback
def async_setup_voice(hass: HomeAssistant) -> None:
    """Register the sentences, as soon as there is an assistant."""

    async def register(hass: HomeAssistant, _component: str) -> None:
        # Not before, as the assistant's requirements may be missing.
        from homeassistant.components.conversation.agent_manager import (
            get_agent_manager,
        )

        manager = get_agent_manager(hass)
        for command, sentences in SENTENCES.items():
            manager.register_trigger(
                sentences=list(sentences),
                trigger_callback=partial(_heard, hass, command),
            )

    async_when_setup(hass, _CONVERSATION, register)


async def _heard(
    hass: HomeAssistant, command: Command, said: ConversationInput, result: Any
) -> str:
    slots = {name: str(entity.value) for name, entity in result.entities.items()}
    return await async_answer(
        hass,
        command,
        place=slots.get("place"),
        mode=slots.get("mode"),
        language=said.language,
        context=said.context,
    )


async def async_answer(
    hass: HomeAssistant,
    command: Command,
    *,
    place: str | None = None,
    mode: str | None = None,
    language: str,
    context: Context | None = None,
) -> str:
    """Do what a sentence asks for, and return what to say.

    Args:
        hass: Home Assistant.
        command: What it asks for.
        place: The words for a connector, charger or vehicle, if there were any.
        mode: The words for a charge mode.
        language: The language of the answer.
        context: The context with the user, whose permissions apply.

    Raises:
        HomeAssistantError: The charger refuses, or the user may not do it.
    """
    texts = await async_get_translations(hass, language, "common", {DOMAIN})
    try:
        key, words = await _DO[command](hass, place, mode, language, context)
    except _Unclear as err:
        key, words = err.key, err.words
    return texts[f"component.{DOMAIN}.common.voice_{key}"].format(**words)


type _Answer = tuple[str, dict[str, str]]


async def _start(
    hass: HomeAssistant,
    place: str | None,
    _mode: str | None,
    _language: str,
    context: Context | None,
) -> _Answer:
    def startable(one: Spoken) -> bool:
        connector = one.connector
        return connector.plugged_in is True and connector.transaction is None

    found = _which(hass, place, startable, "no_car")
    await _act(hass, found, _CHARGING, "turn_on", context)
    return "started", {"place": found.name}


async def _stop(
    hass: HomeAssistant,
    place: str | None,
    _mode: str | None,
    _language: str,
    context: Context | None,
) -> _Answer:
    found = _which(
        hass, place, lambda one: one.connector.transaction is not None, "nothing_runs"
    )
    await _act(hass, found, _CHARGING, "turn_off", context)
    return "stopped", {"place": found.name}


async def _set_mode(
    hass: HomeAssistant,
    place: str | None,
    mode: str | None,
    language: str,
    context: Context | None,
) -> _Answer:
    path = f"component.{DOMAIN}.entity.select.charge_mode.state."
    texts = await async_get_translations(hass, language, "entity", {DOMAIN})
    names = {
        key.removeprefix(path): text
        for key, text in texts.items()
        if key.startswith(path)
    }
    words: Mapping[str, str] = {
        _plain(text): option for option, text in names.items()
    } | dict(MODE_WORDS)
    if (option := words.get(_plain(mode or ""))) is None:
        raise _Unclear("no_mode", mode=mode or "")
    found = _which(
        hass,
        place,
        lambda one: _MODE in one.entities,
        "no_modes",
    )
    await _act(hass, found, _MODE, "select_option", context, option=option)
    return "mode", {"place": found.name, "mode": names.get(option, option)}


async def _is_full(
    hass: HomeAssistant,
    place: str | None,
    _mode: str | None,
    _language: str,
    _context: Context | None,
) -> _Answer:
    found = _which(hass, place, lambda one: one.connector.plugged_in is True, "no_car")
    words = {"place": found.name}
    if found.connector.plugged_in is not True:
        return "no_car", words
    if found.state(hass, "sensor.charging_state") == "full":
        return "full", words
    if (soc := found.state(hass, "sensor.soc")) is not None:
        return "soc", words | {"soc": f"{float(soc):.0f}"}
    energy = found.connector.session_energy_wh
    if energy is None or found.connector.transaction is None:
        return "soc_unknown", words
    return "energy", words | {"energy": f"{energy / 1000:.1f}"}


_DO: Final[Mapping[Command, Callable[..., Any]]] = {
    Command.START: _start,
    Command.STOP: _stop,
    Command.MODE: _set_mode,
    Command.FULL: _is_full,
}


async def _act(
    hass: HomeAssistant,
    place: Spoken,
    entity: str,
    action: str,
    context: Context | None,
    **data: Any,
) -> None:
    entity_id = place.entities.get(entity, "")
    if hass.states.get(entity_id) is None:
        raise _Unclear("no_entity", place=place.name)
    await hass.services.async_call(
        entity.partition(".")[0],
        action,
        {ATTR_ENTITY_ID: entity_id, **data},
        blocking=True,
        context=context,
    )


def _which(
    hass: HomeAssistant, said: str | None, fits: Callable[[Spoken], bool], nobody: str
) -> Spoken:
    """Return the place that is meant.

    Args:
        hass: Home Assistant.
        said: The words for it; without, it is the only one that fits.
        fits: Returns whether a place comes into question without words.
        nobody: The key of the answer if none fits.

    Raises:
        _Unclear: It is none, or one of several.
    """
    every = list(_places(hass))
    # Other entities, such as the charge mode, are not exposed unless the user does it.
    places = [
        _spoken(one)
        for one in every
        if (entity_id := one.entities.ids.get(_CHARGING)) is not None
        and async_should_expose(hass, _CONVERSATION, entity_id)
    ]
    if not places:
        raise _Unclear("none_exposed" if every else "no_place")
    if words := _plain(said or "").removeprefix("the ").removeprefix("der "):
        found = [one for one in places if words in one.names] or [
            one for one in places if any(words in name for name in one.names)
        ]
        if not found:
            raise _Unclear("unknown_place", place=said or "")
    elif len(places) == 1:
        found = places
    else:
        found = [one for one in places if fits(one)]
        if not found:
            raise _Unclear(f"{nobody}_anywhere")
    if len(found) > 1:
        # Of a double charger, the connector at which it makes sense.
        found = [one for one in found if fits(one)] or found
    if len(found) > 1:
        raise _Unclear(
            "several", places=", ".join(one.name for one in found[:_MOST_NAMED])
        )
    return found[0]


def _places(hass: HomeAssistant) -> Iterator[Place]:
    """Yield the connectors of all servers."""
    for entry in loaded(hass):
        yield from places_of(hass, entry)


def _spoken(place: Place) -> Spoken:
    """Return a connector with all that people may call it."""
    charger, connector, device = place.charger, place.connector, place.device
    vehicles = place.hub.vehicles
    name = charger.connector_name(connector.number)
    names = {
        name,
        device.name_by_user or device.name,
        charger.name,
        f"{charger.name} {connector.number}",
        vehicles.name_of(vehicles.at(connector)),
    }
    return Spoken(
        connector=connector,
        entities=place.entities.ids,
        name=name,
        names=frozenset(_plain(one) for one in names if one),
    )


def _plain(text: str) -> str:
    """Return a name for comparing: in small letters, without signs."""
    spelled = "".join(one if one.isalnum() else " " for one in text.casefold())
    return " ".join(spelled.split())
