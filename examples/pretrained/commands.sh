# Evaluate both models; then the bundle.
reprocrate run --all
reprocrate pack
