"""A client for the store, and the settings it takes."""
