"""What users set of cars that supply the house, and what is known of them."""
