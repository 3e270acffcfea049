"""Letters: queued with the change that caused them, rendered and sent by a worker."""
