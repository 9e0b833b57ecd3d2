"""What things cost; the ledger of credits."""
