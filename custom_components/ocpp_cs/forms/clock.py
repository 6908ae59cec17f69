"""A field of forms for a time of the day."""

from typing import Any, override

from homeassistant.helpers.selector import TimeSelector


class ClockTime(TimeSelector):
    """A field for hours and minutes: seconds are of no use, and do not fit a phone."""

    @override
    def serialize(self) -> Any:
        """Return the selector as the frontend knows it; its schema lacks the option."""
        return {"selector": {self.selector_type: {**self.config, "no_second": True}}}
