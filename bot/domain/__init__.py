"""Pure decisions: no clock, no input or output, no SQL, no Slack; `now` is always an argument."""
