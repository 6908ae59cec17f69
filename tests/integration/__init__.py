"""Tests of the integration in Home Assistant, with real sockets."""
