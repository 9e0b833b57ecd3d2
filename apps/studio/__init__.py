"""Generation: forms, requests, and what comes of them."""
