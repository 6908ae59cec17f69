"""Tests of OCPP 2 at the edge."""
