"""The OCPP central system: plain asyncio, independent of Home Assistant."""
