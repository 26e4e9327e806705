"""Telling what is out of the ordinary from what is not, in counts that are mostly nought or one."""
