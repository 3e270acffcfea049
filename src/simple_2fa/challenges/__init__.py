"""The one noun: a question put to one subject, for one purpose, by one factor."""
