"""The dashboard: draws what the engine says; it never judges and never touches a kit."""
