"""The demo: a real Home Assistant with chargers that are simulated."""
