# Prepare the parts, run both methods with five seeds each, write the table; then the bundle.
reprocrate run --all
reprocrate pack
