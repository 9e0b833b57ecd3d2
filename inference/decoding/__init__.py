"""Untrusted audio: decoded in a child process that can do nothing but decode."""
