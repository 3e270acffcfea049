"""What a subject enrolled: one row for each authenticator."""
