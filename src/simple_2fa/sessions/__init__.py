"""Sessions, and the browsers that are known to belong to an account."""
