"""What changes the ledger, one use case a file; each is one call of one SQL function."""
