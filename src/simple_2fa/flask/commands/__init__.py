"""Commands in a Flask application, and what they share with those of our own server."""
