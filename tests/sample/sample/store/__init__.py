"""Access to the store."""
