"""The studio's work in a worker; the one place of the studio that knows `inference`."""
