"""What the triggers, conditions and actions of devices have in common."""
