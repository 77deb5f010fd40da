# The commit that was submitted to the cluster gets a name; the smoke run is recorded here; then the bundle.
git tag submitted
reprocrate run --name smoke
reprocrate pack
