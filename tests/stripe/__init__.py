"""A small Stripe of our own: a state machine that speaks Stripe's HTTP API over a real socket, and can misbehave."""
