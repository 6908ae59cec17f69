"""Types and small tools that every part of the central system uses."""
