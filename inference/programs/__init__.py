"""Programs of other environments: run on a leash, weighed, quoted, and the sound they wrote read with suspicion."""
