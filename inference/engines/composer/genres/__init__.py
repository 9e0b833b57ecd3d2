"""The genres as data: rhythm, harmony, instruments, form and mix of each."""
