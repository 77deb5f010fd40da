"""Running foreign code so that it can harm nothing: isolation, and limits on what it uses."""
