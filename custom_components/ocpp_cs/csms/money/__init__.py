"""What chargers are to show of prices and costs, in any version of OCPP."""
