"""Everything that `make run` brings along: a real PostgreSQL, a real Redis, the media edge, and who supervises them."""
