"""Fields that the forms of several features share, and what is wrong with what is entered."""
