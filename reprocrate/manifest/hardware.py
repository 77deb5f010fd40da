"""The machines that runs used, and what a rerun needs."""

from reprocrate.manifest.section import Identifier, Many, Positive, Section, Size


class Cpu(Section):
    """The processor."""

    architecture: str
    model: str | None = None
    microarchitecture: str | None = None
    level: str | None = None
    features: Many[str] = ()
    cores: Positive | None = None
    threads: Positive | None = None
    sockets: Positive | None = None


class Accelerator(Section):
    """A GPU or the like."""

    model: str
    vendor: str | None = None
    memory_bytes: Size | None = None
    driver: str | None = None
    runtime: str | None = None
    compute_capability: str | None = None


class Hardware(Section):
    """One kind of machine."""

    id: Identifier
    cpu: Cpu | None = None
    memory_bytes: Size | None = None
    accelerators: Many[Accelerator] = ()
    interconnect: str | None = None


class AcceleratorFeature(Section):
    """A hardware feature as namespace, feature and value (wheel-variant draft PEPs)."""

    namespace: str
    feature: str
    value: str


class Requirements(Section):
    """What a rerun needs beyond code, data and environment."""

    network: Many[str] = ()
    secrets: Many[str] = ()
    proprietary: Many[str] = ()
    accelerators: Many[AcceleratorFeature] = ()
