"""What a machine is: this one, or one that is described."""
