"""PDF files as text. Another process opens them, within limits of time and memory; nothing is run."""
