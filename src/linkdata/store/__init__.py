"""Content addressing: digests."""
