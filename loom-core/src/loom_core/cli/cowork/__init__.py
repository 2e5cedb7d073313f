"""What every face of a cowork session shares: how it begins, who is asked, and its commands."""
