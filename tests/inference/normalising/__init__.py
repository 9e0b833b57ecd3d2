"""Normalising keeps its promises."""
