"""What files were and are, as a unified diff for people and programs."""
