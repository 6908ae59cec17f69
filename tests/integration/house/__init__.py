"""Tests of the server's own device."""
