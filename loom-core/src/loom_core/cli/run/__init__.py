"""Running a goal from the command line: request, approval, interruption and output."""
