"""Making a version from a version: what is kept, what is written anew, and how the sound of both is joined."""
