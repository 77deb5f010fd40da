# Two searches, their choices, and the chosen ones with five seeds; then the bundle.
reprocrate run --all
reprocrate pack
