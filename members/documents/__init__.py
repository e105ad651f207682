"""Documents the register hands out."""
