"""Charging from the sun, under a fuse, ready in time: control laws on plain numbers.

Nothing in here knows Home Assistant, OCPP or a clock: who calls passes the time, as
seconds since 1970, and acts on the decisions (`control.py` is where to begin).

Powers are in W, currents in A, energies in kWh. Power from the grid and out of the
house's battery is positive, power into them negative.
"""
