"""What an upstream has told of one charge point, and must not be lost over a restart."""

from typing import Any

from .told.books import UpstreamBooks


class StationMemory:
    """A few named values, fit for JSON: of one upstream, for one charge point."""

    def __init__(
        self, books: UpstreamBooks, upstream: str, charge_point_id: str
    ) -> None:
        """Remember in the books."""
        self._books = books
        self._upstream = upstream
        self._charge_point_id = charge_point_id
        self.is_promised = False
        """Whether the call that is being answered has set something by `promise`."""

    def get(self, name: str) -> Any:
        """Return a value; None if there is none. It may be of any shape."""
        return self._books.memory(self._upstream, self._charge_point_id).get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep a value; None forgets it."""
        known = self._books.memory(self._upstream, self._charge_point_id)
        if known.get(name) == value:
            return
        values = {**known, name: value}
        if value is None:
            del values[name]
        self._books.remember(self._upstream, self._charge_point_id, values)

    def promise(self, name: str, value: Any) -> None:
        """Keep a value that the upstream has set, before it is told that it is kept."""
        before = self.get(name)
        self.put(name, value)
        self.is_promised = self.is_promised or before != value

    async def write(self) -> None:
        """Return when everything is on the disk, or that has failed."""
        await self._books.save()
