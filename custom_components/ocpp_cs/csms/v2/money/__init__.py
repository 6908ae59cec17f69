"""Prices and costs: tariffs for stations that calculate, and what sessions cost."""
