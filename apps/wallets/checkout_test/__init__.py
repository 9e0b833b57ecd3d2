"""The test checkout: how people pay where no payment service is set up. No money moves, and production refuses it."""
