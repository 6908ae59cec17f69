"""The benchmark: a real Home Assistant under the load of up to a hundred chargers."""
