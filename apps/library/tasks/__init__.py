"""What workers and the scheduler do for the library."""

from apps.library.tasks.regular import collect, marks, plays
from apps.library.tasks.signing import sign

__all__ = ["collect", "marks", "plays", "sign"]
