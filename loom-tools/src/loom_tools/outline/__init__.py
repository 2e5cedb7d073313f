"""What a source file declares, from its syntax tree."""
