"""`python -m reprocrate`, for where the script is not on the search path."""

from reprocrate.cli import main

if __name__ == "__main__":
    main()
