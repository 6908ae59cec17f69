"""Firmware, diagnostics and logs, and the files that chargers upload."""
