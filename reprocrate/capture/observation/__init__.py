"""What was seen of a launch while it ran: the logs of the recorder, and the traces of strace."""
