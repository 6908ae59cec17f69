"""Files that really leave a simulated charger."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web
import pytest

from simulator import Faults
from simulator.uploading import Uploader

type Got = list[tuple[str, str, bytes]]


@pytest.fixture(name="got")
def fixture_got() -> Got:
    """Return method, path and content of all that arrived, whole or not."""
    return []


@pytest.fixture(name="url")
async def fixture_url(got: Got) -> AsyncIterator[str]:
    """Return the address of a server that takes everything but `refused`."""

    async def handle(request: web.Request) -> web.Response:
        if request.path.startswith("/refused"):
            return web.Response(status=403)
        if request.content_type.startswith("multipart/"):
            field = (await request.post())["file"]
            assert isinstance(field, web.FileField)
            got.append((request.method, field.filename, field.file.read()))
        else:
            got.append((request.method, request.path, await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture(name="uploader")
def fixture_uploader() -> Uploader:
    return Uploader(Faults(), lambda text: None)


async def test_the_body_or_a_form(uploader: Uploader, url: str, got: Got) -> None:
    uploader.content = b"all"
    assert await uploader.send(f"{url}/dir/", "a b/c.log")
    uploader.appends_name = False
    uploader.method = "POST"
    assert await uploader.send(f"{url}/dir/", "a.log")
    uploader.form = True
    assert await uploader.send(f"{url}/dir/", "a.log")
    assert got == [
        ("PUT", "/dir/a b/c.log", b"all"),
        ("POST", "/dir/", b"all"),
        ("POST", "a.log", b"all"),
    ]
    assert uploader.answers == [200, 200, 200]


async def test_what_does_not_arrive(uploader: Uploader, url: str, got: Got) -> None:
    assert not await uploader.send(f"{url}/refused", "a.log")
    assert uploader.answers == [403]
    uploader._faults.upload_breaks_off = True
    assert not await uploader.send(f"{url}/", "a.log")
    uploader._faults.upload_fails = True
    assert not await uploader.send(f"{url}/", "a.log")
    assert not await uploader.send("ftp://127.0.0.1/", "a.log")
    await asyncio.sleep(0)
    assert got == []


async def test_nobody_there(uploader: Uploader, unused_tcp_port: int) -> None:
    assert not await uploader.send(f"http://127.0.0.1:{unused_tcp_port}/", "a.log")
    # Other protocols are not simulated.
    assert await uploader.send("ftp://127.0.0.1/", "a.log")
    assert uploader.answers == []
