"""Weekly plans: at which times of the week which vehicle or connector is to be ready."""
