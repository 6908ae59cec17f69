"""Cards and id tags: who may charge, and where."""
