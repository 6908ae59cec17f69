"""Fields that several forms share, and the errors for their values."""
