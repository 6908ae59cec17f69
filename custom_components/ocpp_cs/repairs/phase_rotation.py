"""Mends a phase rotation with which a charger measures its phases wrong: writes it."""

from typing import TYPE_CHECKING, override

from ..exceptions import translate_errors
from ..issues.phase_rotation import right_rotation
from .flows import SendFlow

if TYPE_CHECKING:
    from ..chargers.charger import Charger


class PhaseRotationFlow(SendFlow):
    """Asks whether to write the right one."""

    @override
    async def _send(self, charger: Charger) -> None:
        # It may have been set right by now.
        if (right := right_rotation(charger.charge_point)) is not None:
            with translate_errors(charger.name):
                await charger.charge_point.commands.set_phase_rotation(right)
