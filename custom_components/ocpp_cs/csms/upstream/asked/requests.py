"""What an upstream asks of a charge point, as it is understood in any version."""

from collections.abc import Callable

from ..memory import StationMemory
from ..model import UpstreamSettings
from .control import Control
from .data_transfer import DataTransfers
from .limits import UpstreamLimits
from .tag_list import TagList
from .wishes import Wishes


class Requests:
    """Answers an upstream for one charge point, by the roles that it has.

    The versions read its calls, and spell the answers.
    """

    def __init__(
        self,
        settings: UpstreamSettings,
        memory: StationMemory,
        charge_point_id: str,
        *,
        trigger: Callable[[str, int | None], bool],
    ) -> None:
        """Answer by these settings.

        Args:
            settings: The settings of the upstream.
            memory: What it has told before.
            charge_point_id: The charge point that it is about.
            trigger: Sends a message (in snake case) of a connector, or of all; returns
                False if there is no such message.
        """
        self.settings = settings
        self.memory = memory
        self.trigger = trigger
        self.limits = UpstreamLimits(settings, memory)
        self.control = Control(settings)
        self.tags = TagList(memory)
        self.wishes = Wishes(settings, charge_point_id)
        self.data_transfers = DataTransfers(settings)
