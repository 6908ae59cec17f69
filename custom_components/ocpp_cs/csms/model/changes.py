"""Watchers of changed fields, which run once per batch of changes."""

import asyncio
from collections.abc import Callable, Iterable
import logging
from typing import Any

_LOGGER = logging.getLogger(__name__)

type Watcher = Callable[[], None]

type Emit = Callable[[str, dict[str, Any]], None]
"""Receives the kind of an event, and its data: see `ChargePoint.emit`."""


class Changes:
    """The changed fields of a charge point and its connectors.

    A field has a scope (0 for the charge point, else the connector's number) and a
    name. Each watcher runs once per message, even if several fields changed, after the
    answer to the charge point has been sent.
    """

    def __init__(self) -> None:
        """Start without watchers."""
        # By scope, then by name.
        self._watchers: dict[int, dict[str, dict[Watcher, None]]] = {}
        # A dict, unlike a set, keeps the order of the changes.
        self._due: dict[Watcher, None] = {}
        self._scheduled = False

    def watch(
        self, scope: int, fields: Iterable[str], watcher: Watcher
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed.

        Args:
            scope: 0 for the charge point, else the connector's number.
            fields: The names of the fields.
            watcher: Called without arguments.

        Returns:
            A function that stops watching.
        """
        names = tuple(fields)
        of_scope = self._watchers.setdefault(scope, {})
        for name in names:
            of_scope.setdefault(name, {})[watcher] = None

        def unwatch() -> None:
            for name in names:
                if (watchers := of_scope.get(name)) is not None:
                    watchers.pop(watcher, None)
                    if not watchers:
                        del of_scope[name]
            self._due.pop(watcher, None)

        return unwatch

    def mark(self, scope: int, *fields: str) -> None:
        """Mark fields as changed; their watchers run soon, or with the next `flush`."""
        if (of_scope := self._watchers.get(scope)) is None:
            return
        for field in fields:
            if (watchers := of_scope.get(field)) is not None:
                self._due.update(watchers)
        if self._due and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Run the watchers of all changed fields immediately."""
        self._scheduled = False
        due, self._due = self._due, {}
        for watcher in due:
            try:
                watcher()
            # One broken watcher must not silence the others.
            except Exception:
                _LOGGER.exception("A watcher of a charge point failed")
