"""The software of a launch: interpreter, packages, compiled libraries, locks and container."""
