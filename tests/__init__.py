"""Tests of the integration, its parts and the simulator."""
