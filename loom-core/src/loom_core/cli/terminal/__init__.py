"""Plain output for terminals: widths, tables, times, marks and JSON."""
