"""Known deviations of charge points from the specification, as data."""
