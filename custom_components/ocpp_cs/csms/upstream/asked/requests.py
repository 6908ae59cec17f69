"""What an upstream asks of a charge point, as it is understood in any version."""

from collections.abc import Callable, Sequence
from typing import Any

from ...charge_point import ChargePoint
from ...model.model import DiagnosticsStatus, FirmwareStatus
from ...model.tags import tag_key
from ...transactions.transaction import Transaction
from ..memory import StationMemory
from ..model import UpstreamSettings
from ..speech import Call
from ..told.books import UpstreamBooks
from .control import Control
from .data_transfer import DataTransfers
from .limits import UpstreamLimits
from .tag_list import TagList
from .wishes import Wish, Wishes, WishKind


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
        self._books = books
        self.settings = settings
        self.memory = memory
        self.charge_point = charge_point
        self.trigger = trigger
        self.send = send
        self.limits = UpstreamLimits(settings, memory)
        self.control = Control(
            settings, memory, charge_point, books, limit=self.limits.put_for
        )
        self.tags = TagList(settings, memory)
        self.wishes = Wishes(settings, charge_point.id)
        self.data_transfers = DataTransfers(settings, charge_point)
        self.tell_firmware: Callable[[FirmwareStatus], None] = lambda status: None
        """Sends the status of an update that the upstream has asked for."""
        self.tell_diagnostics: Callable[[DiagnosticsStatus], None] = lambda status: None
        """Sends the status of an upload that it has asked for."""
        self.wake: Callable[[], None] = lambda: None
        """Has what it wants to be told looked at again, as its settings have changed."""

    def may_measure(self, connector_id: int) -> bool:
        """Return whether the values of a connector are the upstream's business.

        They are not in a session that it is not told of.
        """
        connector = self.charge_point.connectors.get(connector_id)
        running = None if connector is None else connector.transaction
        return running is None or (
            self._books.told(self.settings.id, running.key) is not None
        )

    def used_reservation(self, session: Transaction) -> int | None:
        """End the reservation that a session uses; return its id."""
        key = tag_key(session.id_tag)
        known = self.tags.decided(key) or self.tags.listed(key)
        return self.control.reservations.used(
            session, None if known is None else known.parent_id_tag
        )

    def wish_firmware(self, **details: Any) -> bool:
        """Ask the owner for an update of firmware; return whether he is asked.

        If he is not, the upstream is told that it has failed: the answer of 1.6 has no
        status.
        """
        if self.wishes.wish(WishKind.FIRMWARE, **details):
            return True
        self.tell_firmware(FirmwareStatus.DOWNLOAD_FAILED)
        return False

    def wish_diagnostics(self, **details: Any) -> bool:
        """Ask the owner for an upload of diagnostics; return whether he is asked."""
        if self.wishes.wish(WishKind.DIAGNOSTICS, **details):
            return True
        self.tell_diagnostics(DiagnosticsStatus.UPLOAD_FAILED)
        return False

    def refused(self, wish: Wish) -> None:
        """Tell the upstream that the owner has refused, where it waits for that."""
        if wish.kind is WishKind.FIRMWARE:
            self.tell_firmware(FirmwareStatus.DOWNLOAD_FAILED)
        elif wish.kind is WishKind.DIAGNOSTICS:
            self.tell_diagnostics(DiagnosticsStatus.UPLOAD_FAILED)
