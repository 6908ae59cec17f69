"""Solar charging, fuse protection and charge plans: control laws on plain numbers.

Nothing in here depends on Home Assistant, OCPP or a clock: the caller passes the time,
as seconds since 1970, and applies the decisions (start with `control.py`).

Powers are in W, currents in A, energies in kWh. Import from the grid and discharge of
the home battery are positive, export and charge are negative.
"""
