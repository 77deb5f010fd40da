"""PDF files as text. Another process opens them, with limits on its time and memory; nothing in them is run."""
