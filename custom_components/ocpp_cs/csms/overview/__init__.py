"""Pages and sums of the sessions, which the database makes."""
