"""A page that somebody's browser shows is no charge point, whatever its script does."""

import asyncio
from contextlib import closing

from playwright.async_api import async_playwright
import pytest

from tests.csms.central import Central

from .browser import launch

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PAGE = b"""HTTP/1.1 200 OK\r
Content-Type: text/html\r
Connection: close\r
\r
<!doctype html><title>Weather</title>"""

CONNECT = """url => new Promise(resolve => {
  const socket = new WebSocket(url, ["ocpp1.6"]);
  socket.onopen = () => resolve("open");
  socket.onerror = () => resolve("refused");
})"""


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Give whoever asks the page."""
    with closing(writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PAGE)
        await writer.drain()


async def test_a_page_of_another_origin_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with (
        Central() as central,
        await asyncio.start_server(answer, "127.0.0.1", 0) as site,
        async_playwright() as playwright,
    ):
        origin = f"http://127.0.0.1:{site.sockets[0].getsockname()[1]}"
        browser = await launch(playwright)
        page = await browser.new_page()
        await page.goto(origin)
        url = f"ws://127.0.0.1:{central.server.port}/CP1"
        assert await page.evaluate(CONNECT, url) == "refused"
        await browser.close()
        # It was this server that refused it, and not the browser.
        assert f"A web page ('{origin}'" in caplog.text
        assert central.handshakes == []
        # A charger comes in by the same way.
        link = await central.connect()
        assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
