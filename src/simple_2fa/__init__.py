"""Simple 2FA: two-factor sign-in for people, applications and Flask apps."""
