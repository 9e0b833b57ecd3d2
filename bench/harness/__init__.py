"""What several benches need: workers as subprocesses, and kinds of job that do next to nothing."""
