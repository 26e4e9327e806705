"""The output device: what the domain found becomes Block Kit, and Block Kit becomes a message."""
