"""An archive that is nothing but files: a folder, or a store of objects such as S3.

    ROOT/<id>/                 what is published
        record.json            what it is, and what each file is (see `records`)
        SHA256SUMS             the digests of all files, as `sha256sum --check` takes them
        ...                    the files
    ROOT/.drafts/<id>/         the files of a draft
    ROOT/.drafts/<id>.json     what is known of it

There are no DOIs: what is published is named by its address. A later version lies beside the first, as
`<id>-v2` and so on. Nothing that is published is changed any more.
"""

from __future__ import annotations

from reprocrate.deposit.store.opening import store

__all__ = ["store"]
