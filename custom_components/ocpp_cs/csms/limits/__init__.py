"""Current limits of connectors, sent to the charge point as charging profiles."""
