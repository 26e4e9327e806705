"""The simulated world: a campus that makes scans, and the services that a bot talks to."""
