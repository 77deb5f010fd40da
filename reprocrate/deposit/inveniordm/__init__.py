"""InvenioRDM, the software of Zenodo: its records are read, and deposits are made in it.

`records` reads what is published, or what a link opens; `deposits` makes drafts and publishes them, `uploads`
brings their files, `metadata` is what they are told of an experiment.

https://inveniordm.docs.cern.ch/reference/rest_api_index/
"""
