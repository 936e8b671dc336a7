"""What is measured about the serial wire: without a wire (`run`), and over a pty."""
