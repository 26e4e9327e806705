"""Bolt entry points: acknowledge, parse, call a service, show a view."""
