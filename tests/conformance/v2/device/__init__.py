"""The cases of the profile for advanced device management."""
