"""Tests of the simulated charge points, against a bare websocket server."""
