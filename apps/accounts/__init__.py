"""Users, plans and their entitlements, API tokens."""
