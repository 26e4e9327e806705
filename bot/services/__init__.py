"""Use cases, one verb a file: what the bot does, without knowing who asked."""
