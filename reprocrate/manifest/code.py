"""Source trees as they ran."""

from typing import Annotated

from reprocrate.manifest.section import (
    File,
    Identifier,
    License,
    Many,
    RelativePath,
    Section,
    Sha256,
    Url,
    matching,
)


class Code(Section):
    """One source tree, identified by its digest (`reprocrate.files.tree_digest`)."""

    id: Identifier
    tree_sha256: Sha256
    repository: Url | None = None
    commit: Annotated[str, matching(r"^([0-9a-f]{40}|[0-9a-f]{64})$")] | None = None
    dirty: bool | None = None
    patch: File | None = None
    swhid: Annotated[str, matching(r"^swh:1:(cnt|dir|rev|rel|snp):[0-9a-f]{40}$")] | None = None
    license: License | None = None
    folder: RelativePath | None = None
    main: RelativePath | None = None
    files: Many[File] = ()
