"""Setting up a go-eCharger from its address."""
