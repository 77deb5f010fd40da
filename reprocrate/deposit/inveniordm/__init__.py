"""InvenioRDM, the software of Zenodo: what it is told of an experiment, and what it says of that.

https://inveniordm.docs.cern.ch/reference/metadata/
"""
