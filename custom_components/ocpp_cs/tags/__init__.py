"""Id tags: authorization, local lists and energy."""
