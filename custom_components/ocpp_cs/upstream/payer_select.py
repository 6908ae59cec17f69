"""The select of who pays for the sessions of a connector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription

from ..csms.connector import Connector
from ..csms.upstream.told.routing import PRIVATE
from ..entity import OcppEntity, OcppEntityDescription
from ..exceptions import translates_errors
from .payers import AUTOMATIC, PAYER, Payers

if TYPE_CHECKING:
    from ..chargers.charger import Charger


@dataclass(frozen=True, kw_only=True)
class PayerSelectDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes the select of the payer."""


PAYER_SELECT = PayerSelectDescription(
    key=PAYER,
    translation_key=PAYER,
    options=[AUTOMATIC, PRIVATE],
    fields=(PAYER,),
    always_available=True,
)


class PayerSelect(OcppEntity, SelectEntity):
    """Who pays for the running session, and for the next ones.

    The options are `automatic` (the card decides), `private`, and the names of the
    backends that pay.
    """

    entity_description: PayerSelectDescription

    def __init__(
        self,
        charger: Charger,
        description: PayerSelectDescription,
        connector: Connector,
        payers: Payers,
    ) -> None:
        """Create the select of a connector."""
        super().__init__(charger, description, connector)
        self._payers = payers
        # Other options are a change, too.
        self._value_fn = lambda connector: (
            payers.choice(connector),
            payers.labels(connector.charge_point.id),
        )

    @property
    def _shown(self) -> tuple[str, dict[str, str]]:
        shown: tuple[str, dict[str, str]]
        shown = self._value or self._value_fn(self.connector)
        return shown

    @property
    @override
    def options(self) -> list[str]:
        """Return who may pay."""
        return list(self._shown[1].values())

    @property
    @override
    def current_option(self) -> str | None:
        """Return who pays."""
        choice, labels = self._shown
        return labels.get(choice)

    @override
    @translates_errors
    async def async_select_option(self, option: str) -> None:
        """Let somebody else pay. Raises HomeAssistantError if it is too late."""
        for choice, label in self._shown[1].items():
            if label == option:
                self._payers.async_choose(self.connector, choice)
