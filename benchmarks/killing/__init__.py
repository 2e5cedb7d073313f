"""What `random_kills.py` is made of: jobs whose every repetition shows, and workers that are killed."""
