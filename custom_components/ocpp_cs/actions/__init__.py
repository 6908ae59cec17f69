"""The actions: what they take, and what runs them."""
