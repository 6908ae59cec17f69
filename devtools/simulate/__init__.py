"""Days of a house with the sun on its roof, replayed through control laws."""
