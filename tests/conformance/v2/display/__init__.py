"""The cases of the profile for the advanced user interface."""
