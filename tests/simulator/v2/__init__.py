"""Tests of the simulated station of OCPP 2.0.1."""
