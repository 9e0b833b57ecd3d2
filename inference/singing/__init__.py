"""A voice that sings: words and a melody go in, a vocal comes out; knows nothing of genres or forms."""
