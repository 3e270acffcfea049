"""Applications with an API key."""
