"""Genres and moods as people write them."""

from __future__ import annotations

from django import template

from apps.common.genres import written

register = template.Library()
register.filter("written", written)
