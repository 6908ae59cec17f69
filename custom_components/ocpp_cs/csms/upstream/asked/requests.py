"""What an upstream asks of a charge point, as it is understood in any version."""

from collections.abc import Callable, Sequence

from ...charge_point import ChargePoint
from ..memory import StationMemory
from ..model import UpstreamSettings
from ..speech import Call
from ..told.books import UpstreamBooks
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
        charge_point: ChargePoint,
        books: UpstreamBooks,
        *,
        trigger: Callable[[str, int | None], bool],
        send: Callable[[Sequence[Call]], bool] = lambda calls: False,
    ) -> None:
        """Answer by these settings.

        Args:
            settings: The settings of the upstream.
            memory: What it has told before.
            charge_point: The charge point that it is about.
            books: What it is told of sessions.
            trigger: Sends a message (in snake case) of a connector, or of all; returns
                False if there is no such message.
            send: Sends messages after the answer, also before the upstream has
                accepted the charge point; returns False if too many wait.
        """
        self.settings = settings
        self.memory = memory
        self.charge_point = charge_point
        self.trigger = trigger
        self.send = send
        self.limits = UpstreamLimits(settings, memory)
        self.control = Control(settings, memory, charge_point, books)
        self.tags = TagList(memory)
        self.wishes = Wishes(settings, charge_point.id)
        self.data_transfers = DataTransfers(settings, charge_point)
