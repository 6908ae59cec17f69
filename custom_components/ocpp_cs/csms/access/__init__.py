"""Id tags: authorization, local lists and reservations."""
