"""Who may connect: addresses, secrets, and what is told of those who may not."""
