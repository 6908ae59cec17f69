"""Mends a local list that is out of step: sends all of it again."""

from typing import TYPE_CHECKING, override

from ..tags.local_lists import async_send_whole_list
from .flows import SendFlow

if TYPE_CHECKING:
    from ..chargers.charger import Charger


class LocalListFlow(SendFlow):
    """Asks whether to send the list."""

    @override
    async def _send(self, charger: Charger) -> None:
        await async_send_whole_list(charger)
