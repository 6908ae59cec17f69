"""The requirements of OCPP 2.1, by the numbers of its part 2."""
