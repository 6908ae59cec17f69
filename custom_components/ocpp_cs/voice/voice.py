"""Registers the sentences with Home Assistant's assistant.

An integration cannot bring sentences of its own: they are registered as triggers of
sentences are, for all servers together. Such a trigger goes before the assistant's own
sentences and cannot ask back (its answer always ends the conversation). All are one
trigger, as each trigger that fits is run.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_when_setup

from ..const import DOMAIN, LOGGER
from .commands import Said, async_answer
from .places import all_names
from .sentences import Command, with_names

if TYPE_CHECKING:
    from homeassistant.components.conversation.models import ConversationInput

_CONVERSATION: Final = "conversation"
_SETTLED_S: Final = 1.0
"""Names change in groups: when a charger is added, or a server is loaded."""


@callback
def async_setup_voice(hass: HomeAssistant) -> None:
    """Register the sentences, as soon as there is an assistant."""

    async def register(hass: HomeAssistant, _component: str) -> None:
        Sentences(hass).async_start()

    async_when_setup(hass, _CONVERSATION, register)


class Sentences:
    """The sentences in the assistant, with the present names in them."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Register nothing yet."""
        self._hass = hass
        self._names: set[str] | None = None
        self._unregister: Callable[[], None] | None = None
        self._update = Debouncer(
            hass,
            LOGGER,
            cooldown=_SETTLED_S,
            immediate=False,
            function=self._register,
        )

    @callback
    def async_start(self) -> None:
        """Register them, and follow the names from now on."""
        self._register()
        listen = self._hass.bus.async_listen
        listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._changed)
        listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._changed)
        async_dispatcher_connect(
            self._hass,
            SIGNAL_CONFIG_ENTRY_CHANGED,
            lambda _change, entry: self._changed() if entry.domain == DOMAIN else None,
        )

    @callback
    def _changed(self, _event: object = None) -> None:
        self._update.async_schedule_call()

    @callback
    def _register(self) -> None:
        names = all_names(self._hass)
        if names == self._names:
            return
        # Not before, as the assistant's requirements may be missing.
        from homeassistant.components.conversation.agent_manager import (
            get_agent_manager,
        )

        if self._unregister is not None:
            self._unregister()
        self._names, sentences = names, with_names(names)
        self._unregister = get_agent_manager(self._hass).register_trigger(
            sentences=list(sentences), trigger_callback=partial(self._heard, sentences)
        )

    async def _heard(
        self,
        sentences: Mapping[str, tuple[Command, bool]],
        said: ConversationInput,
        result: Any,
    ) -> str:
        command, may_be_named = sentences[result.intent_sentence.text]
        slots = {name: str(one.value).strip() for name, one in result.entities.items()}
        place = slots.get("place")
        return await async_answer(
            self._hass,
            Said(
                command=command,
                words=said.text if place is None and may_be_named else place,
                whole=place is not None,
                mode=slots.get("mode"),
                amount=slots.get("amount"),
                time=slots.get("time"),
                context=said.context,
            ),
            said.language,
        )
