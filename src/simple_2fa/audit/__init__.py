"""What happened: the events that every unit leaves behind."""
