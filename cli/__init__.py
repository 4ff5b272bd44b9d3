"""What people type: the commands, and how they answer."""
