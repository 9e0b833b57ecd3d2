"""What every app shares: ids, errors, clock, rate limits, base classes; no model of the domain."""
