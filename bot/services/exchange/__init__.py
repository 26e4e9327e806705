"""Files in the API's shape, in and out: JSON lines and CSV, a row at a time in flat memory."""
