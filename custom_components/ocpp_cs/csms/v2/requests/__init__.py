"""The requests that only users send, by subject."""
