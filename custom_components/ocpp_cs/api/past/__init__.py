"""Past and running sessions, as the dashboard asks for them."""
