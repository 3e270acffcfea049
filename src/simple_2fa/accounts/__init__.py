"""Accounts: an address that somebody proved, and a password."""
