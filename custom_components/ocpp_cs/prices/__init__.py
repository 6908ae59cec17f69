"""Prices: what a kWh costs now, cost then and will cost, and for whom."""
