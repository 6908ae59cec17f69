"""The JSON schemas of OCPP, as validators, and what is made of payloads that break them."""
