"""Documents and calendar files about plans."""
