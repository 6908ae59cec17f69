"""A port that waits for its server is not taken by who tries to reach the server."""

import socket

from devtools.process import free_port, is_free


def test_no_outgoing_connection_takes_a_free_port() -> None:
    port = free_port()
    assert is_free("127.0.0.1", port)
    # Such a one would now and then be connected with itself, and keep the port.
    for _ in range(200):
        with socket.socket() as client:
            client.bind(("127.0.0.1", 0))
            assert client.getsockname()[1] >= 32_768
    assert port < 32_768
