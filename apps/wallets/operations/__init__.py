"""What operators do with wallets and see of the money."""
