"""The HTTP APIs that the scripted server speaks, one module each."""
