"""Past sessions: where they are kept, what they cost, and files of them."""
