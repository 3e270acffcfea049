"""The stories that chain the domains: registering, signing in, getting back in."""
