"""Plans under tariffs and under a fuse, beside evcc's planner and the optimum."""
