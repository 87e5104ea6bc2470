"""`linkdata store`: its commands, and what they share."""
