"""From the data of versions before to today's, and back."""
