"""Posterpulse: what the scans of a Vantio account mean, told in Slack."""
