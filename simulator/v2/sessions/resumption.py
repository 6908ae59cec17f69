"""Transactions that go on after a loss of power, or a restart (2.1, B13, E17)."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulator.v2.station import ChargingStation

_PERSISTENCE: Final = (
    "smartchargingctrlr",
    "",
    None,
    None,
    "chargingprofilepersistence",
    "txprofile",
)


class Resumption:
    """Keeps the transactions of a station over an interruption."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._since: float | None = None
        """When the interruption began; None while there is none."""
        self._ordered = False

    @property
    def timeout(self) -> int:
        """The seconds that an interruption may last; 0 resumes nothing."""
        if self._station.version != "2.1":
            return 0
        return self._station.model.integer("TxCtrlr", "ResumptionTimeout")

    @property
    def is_dark(self) -> bool:
        """Whether no energy flows, as the station is off."""
        return self._since is not None

    def interrupt(self, *, ordered: bool) -> bool:
        """Begin an interruption; return whether the transactions outlast it.

        Args:
            ordered: Whether the CSMS wants it (ImmediateAndResume), however long it is.
        """
        station = self._station
        if not self.timeout:
            return False
        self._since, self._ordered = station.clock.monotonic(), ordered
        station.update_all()
        keeps = station.model.find(_PERSISTENCE)
        for evse in station.transactions.running():
            if keeps is None or keeps.value != "true":
                station.profiles.end_transaction(evse.number)
            evse.sampling.stop()
            evse.ended_sampling.stop()
            if evse.transaction is not None:
                evse.transaction.has_priority = False
        return True

    def end(self) -> None:
        """Resume the transactions, or end them if it was too long (FR.10, FR.20)."""
        if self._since is None:
            return
        station = self._station
        lasted = station.clock.monotonic() - self._since
        self._since = None
        goes_on = station.model.boolean(
            "TxCtrlr", "AllowEnergyTransferResumption", default=True
        )
        for evse in station.transactions.running():
            transaction = evse.transaction
            assert transaction is not None
            if lasted > self.timeout and not self._ordered:
                station.transactions.end(evse, "AbnormalCondition", "PowerLoss")
                continue
            if not goes_on and transaction.charging_before == "Charging":
                # E17.FR.12
                transaction.suspended = True
            station.transactions.resumed(evse)
