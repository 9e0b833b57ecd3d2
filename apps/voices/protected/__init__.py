"""Voices that nobody may take: the list of them, and songs that sound like one."""
