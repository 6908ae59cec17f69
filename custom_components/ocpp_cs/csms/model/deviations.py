"""What a charge point does otherwise than the specification says."""

import logging

_LOGGER = logging.getLogger(__name__)

_MAX_KINDS = 200
"""Kinds that are told apart; a charge point could make up new ones for ever."""
_MAX_DETAIL = 200


class Deviations:
    """Counts each kind of deviation of one charge point and logs it once."""

    def __init__(self, charge_point_id: str) -> None:
        """Start with nothing to complain of."""
        self._charge_point_id = charge_point_id
        self.counts: dict[str, int] = {}

    def note(self, kind: str, detail: str = "") -> None:
        """Count one deviation.

        `kind` is a short stable snake_case name (`unit_unknown`), refined by a
        colon and the place where that is few-valued (`missing:status`);
        `detail` is an example for the log.
        """
        if kind not in self.counts and len(self.counts) >= _MAX_KINDS:
            kind = "other"
        count = self.counts.get(kind, 0)
        self.counts[kind] = count + 1
        if not count:
            _LOGGER.info(
                "%s deviates from OCPP: %s%s (counted from now on, not logged again)",
                self._charge_point_id,
                kind,
                f" ({detail[:_MAX_DETAIL]})" if detail else "",
            )
