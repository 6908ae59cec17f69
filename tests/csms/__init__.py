"""Tests of the central system, over real sockets."""
