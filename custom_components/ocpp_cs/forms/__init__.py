"""Fields that forms of several rooms have, and what is said of what is entered there."""
