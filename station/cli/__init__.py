"""The command line: one small file a command, loaded when it is asked for."""
