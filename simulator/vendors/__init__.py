"""The makes that are simulated."""
