"""Files that really leave the charger, over HTTP."""

from collections.abc import AsyncIterator, Callable
import ssl
from urllib.parse import quote

import aiohttp

from .faults import Faults


class Uploader:
    """Sends files where it is told to.

    Only http and https are real; an upload to any other location does nothing.
    For tests: `answers` holds the HTTP status of each answer so far.
    """

    def __init__(self, faults: Faults, log: Callable[[str], None]) -> None:
        self._faults = faults
        self._log = log
        self.method = "PUT"
        """PUT, or POST."""
        self.form = False
        """Whether it is sent as a form, as browsers do, and not as the bare body."""
        self.appends_name = True
        """Whether the location is taken for a directory."""
        self.content = b"12:00:00 all is well\n" * 50
        self.file_name: str | None = None
        """What the file is called on the wire, when not what was announced."""
        self.answers: list[int] = []

    async def send(
        self, location: str, name: str, context: ssl.SSLContext | None = None
    ) -> bool:
        """Return whether the file arrived; `context` is for https."""
        if self._faults.upload_fails:
            return False
        if not location.startswith(("http://", "https://")):
            return True
        name = self.file_name or name
        if self.appends_name and not self.form:
            location = f"{location.rstrip('/')}/{quote(name, safe='')}"
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(
                    self.method, location, data=self._body(name), ssl=context or True
                ) as answer,
            ):
                self.answers.append(answer.status)
                self._log(f"upload of {name}: {answer.status}")
                return answer.ok
        except (aiohttp.ClientError, OSError) as err:
            self._log(f"upload of {name}: {err!r}")
            return False

    def _body(self, name: str) -> aiohttp.FormData | AsyncIterator[bytes] | bytes:
        if self._faults.upload_breaks_off:
            return self._half()
        if not self.form:
            return self.content
        form = aiohttp.FormData()
        form.add_field("comment", "as you wished")
        form.add_field("file", self.content, filename=name)
        return form

    async def _half(self) -> AsyncIterator[bytes]:
        yield self.content[: len(self.content) // 2]
        raise ConnectionResetError("cut in the middle")
