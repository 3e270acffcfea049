"""What the faces share of Flask."""
