"""Id tags: who may charge, and what they used."""
