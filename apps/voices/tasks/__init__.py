"""What workers and the scheduler do for the voices."""

from apps.voices.tasks.sweep import sweep

__all__ = ["sweep"]
