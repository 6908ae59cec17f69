"""Certificates of a server and its chargers: made, kept, renewed, and served."""
