"""Security in OCPP 2: passwords, network profiles, certificates, and what is hidden."""
