"""The public face: opening, checking and saving datasets; it ties the phases together."""
