"""The versions of OCPP of charge points that offer no subprotocol."""

_MOST_KNOWN = 200
"""The number of ids that are kept; the oldest goes first."""

_MOST_CHANGES = 3
"""How often the version of an id is changed, as its messages may be of both."""


class ShownVersions:
    """Remembers the versions that messages have shown, by charge point id."""

    def __init__(self) -> None:
        """Start without any."""
        self._known: dict[str, tuple[str, int]] = {}
        """Id -> the subprotocol, and how often it was changed."""

    def of(self, charge_point_id: str) -> str | None:
        """Return the subprotocol of the version of an id; None if it is not known."""
        known = self._known.get(charge_point_id)
        return None if known is None else known[0]

    def learn(self, charge_point_id: str, subprotocol: str) -> bool:
        """Remember the version that a message has shown.

        Returns:
            False if it has changed too often, and stays what it is.
        """
        _, changes = self._known.get(charge_point_id, ("", 0))
        if changes >= _MOST_CHANGES:
            return False
        self._known.pop(charge_point_id, None)
        self._known[charge_point_id] = (subprotocol, changes + 1)
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return True

    def forget(self, charge_point_id: str) -> None:
        """Forget what is known of an id."""
        self._known.pop(charge_point_id, None)
