"""What Loom does, as spans of OpenTelemetry; see ``loom_telemetry.plugin``."""
