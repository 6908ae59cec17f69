"""Migration of data from earlier versions, and back."""
