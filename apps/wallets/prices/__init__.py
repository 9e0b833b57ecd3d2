"""What things cost, as rows that are only ever added to, so that an old quote stays explainable."""
