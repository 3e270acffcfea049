"""How often things may happen: the rules in words, and the buckets that count."""
