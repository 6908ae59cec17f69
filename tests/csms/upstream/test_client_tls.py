"""The connection to an upstream over real TLS: what can be wrong, and is told."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
import socket
import ssl
import threading
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.upstream.client import (
    Trouble,
    TroubleKind,
    usual_tls,
)
from tests.csms import pki
from tests.csms.test_central_system import until

from .backend import Backend, House


def server(**more: Any) -> ssl.SSLContext:
    """Return the context of a backend with a certificate of the CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key = pki.new_key()
    pki.load(context, key, pki.ca().sign(key, "charging.example", **more))
    return context


async def trouble_at(url: str, tls: ssl.SSLContext | None = None) -> Trouble:
    """Return what is wrong with the connection to a backend."""
    async with House() as house:
        station = house.play(url, tls=tls)
        await until(lambda: station.trouble or station.connected)
        assert station.trouble is not None
        return station.trouble


async def test_a_trusted_backend_is_told_the_password() -> None:
    async with Backend(server()) as backend, House() as house:
        house.play(backend.url, tls=pki.client_context(), password="pass")
        await until(lambda: house.station.connected)
        assert backend.requests[0].headers["Authorization"] == "Basic Q1AxOnBhc3M="


async def test_the_scheme_may_be_in_capitals() -> None:
    async with Backend(server()) as backend, House() as house:
        house.play(backend.url.replace("wss", "WSS"), tls=pki.client_context())
        await until(lambda: house.station.connected)


async def test_an_expired_certificate_is_told() -> None:
    tls = server(begins=-3 * pki.DAY, ends=-pki.DAY)
    async with Backend(tls) as backend:
        trouble = await trouble_at(backend.url, pki.client_context())
    assert trouble.kind is TroubleKind.CERTIFICATE_EXPIRED
    assert "expired" in trouble.detail


async def test_a_certificate_of_the_future_is_told() -> None:
    tls = server(begins=timedelta(days=1), ends=timedelta(days=2))
    async with Backend(tls) as backend:
        trouble = await trouble_at(backend.url, pki.client_context())
    assert trouble.kind is TroubleKind.CERTIFICATE
    assert "not yet valid" in trouble.detail


async def test_a_certificate_of_a_stranger_is_told() -> None:
    async with Backend(server()) as backend:
        context = pki.client_context(trusted=pki.Ca("Another root"))
        trouble = await trouble_at(backend.url, context)
    assert trouble.kind is TroubleKind.CERTIFICATE


async def test_what_is_not_trusted_by_anybody_is_told() -> None:
    """Without a context of its own, the authorities of the machine count."""
    async with Backend(server()) as backend:
        trouble = await trouble_at(backend.url)
    assert trouble.kind is TroubleKind.CERTIFICATE
    assert usual_tls().verify_mode is ssl.CERT_REQUIRED


async def test_the_name_is_sent_and_compared() -> None:
    names: list[str | None] = []
    tls = server()
    tls.sni_callback = lambda _, name, __: names.append(name)
    async with Backend(tls) as backend:
        url = backend.url.replace("127.0.0.1", "localhost")
        trouble = await trouble_at(url, pki.client_context())
    assert trouble.kind is TroubleKind.CERTIFICATE
    assert "localhost" in names


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_certificate_of_the_charge_point_is_shown(
    version: ssl.TLSVersion,
) -> None:
    tls = server()
    tls.load_verify_locations(cadata=pki.ca().pem)
    tls.verify_mode = ssl.CERT_REQUIRED
    own = pki.client_context(version=version)
    key = pki.new_key()
    pki.load(own, key, pki.ca().sign(key, "CP1"))
    async with Backend(tls) as backend, House() as house:
        house.play(backend.url, tls=own)
        await until(lambda: house.station.connected)
        (connection,) = backend.connections
        certificate = connection.transport.get_extra_info("peercert")
        assert (("commonName", "CP1"),) in certificate["subject"]


@contextmanager
def blocking(tls: ssl.SSLContext) -> Iterator[str]:
    """Run a server whose alerts are sent, which those of asyncio are not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = listening.accept()
                    talk(plain)

        def talk(plain: socket.socket) -> None:
            with tls.wrap_socket(plain, True, do_handshake_on_connect=False) as one:
                with suppress(OSError):
                    one.do_handshake()
                    one.recv(1000)
                # Until the other side is gone: or it may lose the alert.
                with suppress(OSError):
                    socket.socket.shutdown(one, socket.SHUT_WR)
                    while socket.socket.recv(one, 1000):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"wss://127.0.0.1:{listening.getsockname()[1]}/ocpp"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("case", ["none", "a stranger's", "an expired one"])
async def test_a_certificate_that_is_refused_is_told(
    case: str, version: ssl.TLSVersion
) -> None:
    tls = server()
    tls.load_verify_locations(cadata=pki.ca().pem)
    tls.verify_mode = ssl.CERT_REQUIRED
    own = pki.client_context(version=version)
    key = pki.new_key()
    if case == "a stranger's":
        pki.load(own, key, pki.Ca("Another root").sign(key, "CP1"))
    elif case == "an expired one":
        ends = -pki.DAY
        pki.load(own, key, pki.ca().sign(key, "CP1", begins=2 * ends, ends=ends))
    with blocking(tls) as url:
        trouble = await trouble_at(url, own)
    if case == "none" and version is ssl.TLSVersion.TLSv1_2:
        # Before TLS 1.3 there was no word for that.
        assert trouble.kind is TroubleKind.TLS
    else:
        assert trouble.kind is TroubleKind.UNAUTHORIZED, trouble


async def test_a_backend_without_tls_is_told() -> None:
    async with Backend() as backend:
        url = backend.url.replace("ws:", "wss:")
        trouble = await trouble_at(url, pki.client_context())
    assert trouble.kind is TroubleKind.TLS


async def test_a_backend_that_has_tls_alone_is_told() -> None:
    async with Backend(server()) as backend:
        trouble = await trouble_at(backend.url.replace("wss:", "ws:"))
    assert trouble.kind in {TroubleKind.CLOSED, TroubleKind.UNREACHABLE}


async def test_versions_of_tls_that_do_not_meet_are_told() -> None:
    tls = server()
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    async with Backend(tls) as backend:
        context = pki.client_context(version=ssl.TLSVersion.TLSv1_3)
        trouble = await trouble_at(backend.url, context)
    assert trouble.kind is TroubleKind.TLS
