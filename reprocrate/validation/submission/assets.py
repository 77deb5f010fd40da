"""Weights, data and hardware: files that are there, and places that are named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.finding import Location, Observed
from reprocrate.validation.submission.items import counted, found, listed, not_assessed, not_found
from reprocrate.validation.submission.readme import Link, lines_of, links_of
from reprocrate.validation.submission.tree import LANGUAGES, Sign, SubmissionTree, suffix_of

_ENDINGS_OF_WEIGHTS = """
.pt .pth .ckpt .safetensors .h5 .hdf5 .keras .onnx .tflite .gguf .ggml .caffemodel .pdparams .msgpack
.mlmodel .weights .params .pb .t7 .jit .cpkt
"""
_WEIGHTS = frozenset(_ENDINGS_OF_WEIGHTS.split())
_WEIGHTS_BY_NAME = re.compile(
    r"pytorch_model.*\.bin|.*(?:model|weights|checkpoint|ckpt).*\.(?:bin|pkl|pickle|joblib|npz|zip|tar|tgz|gz)"
)
_OF_EITHER = frozenset((".h5", ".hdf5", ".params", ".pb"))
_NAMES_A_MODEL = re.compile(
    r"model|weight|checkpoint|ckpt|saved|pre-?train|\bnet|network|epoch|best|final", re.IGNORECASE
)
_IN_TESTS = re.compile(r"(?:.*/)?(?:unit)?test(?:s|ing|_?data)?/.*", re.IGNORECASE)
_OF_RESULTS = re.compile(
    r"(?:.*/)?(?:(?:\w+[_-])?(?:results?|logs?)|outputs?|runs?|figures?|plots?|metrics|predictions?|tests?)/.*"
    r"|(?:.*/)?results?[_-][^/]*",
    re.IGNORECASE,
)
"""What an experiment gave, or what tests of software read: no data that it is made of."""

_ENDINGS_OF_DATA = """
.csv .tsv .parquet .arff .feather .npy .npz .mat .jsonl .ndjson .rds .rdata .sav .dta .xlsx .xls .lmdb
.tfrecord .arrow .sqlite .db .wav .flac .nii .dcm .hdf5 .h5 .libsvm .svm .fasta .fastq .vcf .edf .tif
.tiff
"""
_DATA = frozenset(_ENDINGS_OF_DATA.split())
_IN_DATA = re.compile(r"(?:.*/)?(?:data|datasets?|corpus|corpora|raw|benchmarks?)/.+", re.IGNORECASE)
_ENDINGS_OF_OTHERS = """
.md .rst .yaml .yml .toml .cfg .ini .in .tex .bib .pdf .html .css .dockerfile .sql .conf .config .pipeline
.prototxt .names .log .svg .png .slurm_template .template .lock .j2 .mako
"""
_NO_DATA = frozenset(_ENDINGS_OF_OTHERS.split())
_POINTER = b"version https://git-lfs.github.com/spec/"
_SHORTEST_WEIGHTS = 1_000

_ARE_WEIGHTS = re.compile(
    r"\b(?:weights?|checkpoints?|ckpts?|pre-?trained|trained models?|model zoo|models?)\b"
)
_ARE_DATA = re.compile(
    r"\b(?:data|data-?sets?|corpus|corpora|benchmarks?|annotations?|splits?|images?|embeddings?)\b"
)
_WEIGHT_LINK = re.compile(
    r"\.(?:pth?|ckpt|safetensors|h5|onnx|caffemodel|pdparams|gguf|tflite|keras)(?:\?.*)?$|kaggle\.com/models/|modelscope\.\w+/models/",
    re.IGNORECASE,
)
_DATA_LINK = re.compile(
    r"huggingface\.co/datasets/|hf\.co/datasets/|kaggle\.com/(?:datasets/|c/|competitions/|[\w-]+/[\w-]+/data)|archive\.ics\.uci\.edu|"
    r"openml\.org|physionet\.org|image-net\.org|cocodataset\.org|\.(?:csv|tsv|parquet|jsonl|arff)(?:\.gz)?(?:\?.*)?$|"
    r"commoncrawl\.org|tensorflow\.org/datasets/catalog|dataverse|datadryad\.org|snap\.stanford\.edu/data",
    re.IGNORECASE,
)
_MODEL_PAGE = re.compile(
    r"(?:huggingface|hf)\.co/(?!datasets/|docs|papers|blog|spaces|join|login|learn|models\b|tasks|collections|course)[\w.-]+/[\w.-]+"
)
_DEPOSIT = re.compile(
    r"zenodo\.org/(?:records?|doi)/|doi\.org/10\.5281/|figshare\.com/|osf\.io/\w|drive\.google\.com/|docs\.google\.com/uc|dropbox\.com/|"
    r"onedrive\.live\.com|1drv\.ms|sharepoint\.com|pan\.baidu\.com|github\.com/[^/]+/[^/]+/releases|(?:s3[\w.-]*|storage)\.(?:amazonaws|googleapis)\.com|"
    r"dl\.fbaipublicfiles\.com|mega\.nz|box\.com/|cloudfront\.net|\.(?:zip|tar|tgz|tar\.gz|7z)(?:\?.*)?$",
    re.IGNORECASE,
)
_ALL_RELEASES = re.compile(r"github\.com/[^/]+/[^/]+/releases/?$", re.IGNORECASE)
_HELD = Sign(
    r"\b(?:load_dataset\(\s*[\"'](?P<hub>(?!(?:dataset|csv|json|parquet|text|imagefolder|audiofolder|arrow|pandas|webdataset)[\"'])[^\"'{]+)[\"']|torchvision\.datasets\.(?P<vision>(?!ImageFolder|DatasetFolder|VisionDataset|FakeData)[A-Z]\w+)|datasets\.(?P<short>MNIST|CIFAR100?|CIFAR10|FashionMNIST|ImageNet|SVHN|STL10|CelebA|VOC\w+|Coco\w+)\(|"
    r"(?:sklearn\.)?datasets\.(?:fetch|load)_(?P<sklearn>\w+)\(|\b(?:fetch|load)_(?P<plain>openml|california_housing|iris|digits|breast_cancer|diabetes|wine|20newsgroups|covtype)\(|"
    r"keras\.datasets\.(?P<keras>\w+)|tfds\.load\(\s*[\"'](?P<tfds>[^\"']+)|torchtext\.datasets\.(?P<text>\w+)|"
    r"(?:Planetoid|TUDataset|PygNodePropPredDataset)\([^)]*name\s*=\s*[\"'](?P<graph>[^\"']+)|gym(?:nasium)?\.make\(\s*[\"'](?P<gym>[^\"']+))",
    "datasets fetch_ load_ keras tfds Planetoid TUDataset Pyg gym",
)
_USED = Sign(
    r"\.from_pretrained\(\s*[\"'](?P<hub>[\w./-]+)[\"']|timm\.create_model\(\s*[\"'](?P<timm>[\w.-]+)|torch\.hub\.load\(\s*[\"'](?P<torch>[^\"']+)",
    "from_pretrained( create_model( torch.hub",
)
_FETCHES = Sign(
    r"\b(?:wget|curl|gdown|urlretrieve|download_url\(|requests\.get)\b[^\n]{0,200}?(?P<url>https?://[^\s\"')]+)|gdown\s+(?:--id\s+)?(?P<id>[\w-]{20,})",
    "wget curl gdown urlretrieve download_url requests.get",
)
_IN_CODE = Sign(
    r"(?P<url>https?://(?:[\w.-]*dataverse[\w.-]*/\S*?(?:datafile|persistentId)|(?:www\.)?zenodo\.org/records?/|archive\.ics\.uci\.edu/|"
    r"[\w.-]*figshare\.com/|huggingface\.co/datasets/|physionet\.org/)[^\s\"')>]+|"
    r"https?://[^\s\"')>]+\.(?:csv|tsv|jsonl|parquet|npz|arff)(?:\.gz)?)[\"']",
    "https://",
)
"""Addresses of data among the texts of programs."""

_HARDWARE = Sign(
    r"\b(?:NVIDIA\s+|Nvidia\s+)?(?:(?:GeForce\s+)?(?:RTX|GTX)[\s-]?(?:A?\d{3,4})(?:\s?Ti|\s?SUPER)?|Tesla[\s-][KMPTV]\d{1,3}|"
    r"(?<![\w-])[AHVPBL](?:100|200|40S?|6000|5000|4000|10G?|30)(?=[\s,.;:)-]*(?:\w+\s){0,3}?(?:GPU|GB|SXM|PCIe|node|card|with|40|80|NVIDIA|\d+\s?GB))|A100|H100|V100|P100|H200|A6000|GH200|"
    r"\b\d+\s?[x×]?\s?(?:T4|L4|P4|K80|V100|A100|H100)s?\b|"
    r"Quadro\s\w+|TITAN\s?(?:X|V|RTX|Xp)|TPU(?:[\s-]?v\d\w*)|MI\d{3}X?\b|Apple\sM\d|Intel\s(?:Xeon|Core)[\w\s-]*|AMD\s(?:EPYC|Ryzen)[\w\s-]*)",
    "NVIDIA Nvidia RTX GTX Tesla T4 L4 P4 K80 100 200 40 6000 5000 4000 A10 Quadro TITAN TPU MI Apple "
    "Intel AMD A30",
)
_PLAINLY = Sign(
    r"\bGPUs?\s+with\s+(?:at\s+least\s+)?\d+\s?GB|\d+\s?GB\s+(?:of\s+)?(?:GPU\s+memory|VRAM)|\d+\s?GB\s+GPU|"
    r"\b(?:runs?|ran|trained|tested)\s+on\s+(?:a\s+)?(?:single\s+)?CPU\b",
    "GPU VRAM CPU gpu cpu",
    re.IGNORECASE,
)
_NO_DATA_LINK = re.compile(
    r"\.(?:pth?|ckpt|safetensors|onnx|sh|py|whl|deb|run|exe|toml|lock|md|html?)(?:\?.*)?$|github\.com/|libtorch|miniconda|anaconda|"
    r"//[^/]*\{|huggingface\.co/\{",
    re.IGNORECASE,
)
_MOST_READ = 3_000


def links_in(tree: SubmissionTree) -> list[Link]:
    """The addresses in all READMEs."""
    every = (link for path in tree.guides for link in links_of(path, lines_of(tree.text(path))))
    return [link for link in every if not link.url.lower().endswith((".pdf", ".png", ".jpg", ".svg", ".gif"))]


def observe_weights(tree: SubmissionTree, links: list[Link]) -> Observed:
    """Weights of models: files, or where to get them."""
    files = [path for path in tree.own if _is_weights(path) and tree.size(path) > 0]
    pointers = [path for path in files if _is_pointer(tree, path)]
    here = [path for path in files if path not in pointers and tree.size(path) >= _SHORTEST_WEIGHTS]
    linked = [link for link in links if _leads_to_weights(link)]
    places = [Location(path) for path in here] + [Location(each.path, line=each.line) for each in linked]
    said = []
    if here:
        said.append(f"{counted(len(here), 'file')}: {listed(here, 2)}")
    if linked:
        said.append(_addresses(linked))
    if said:
        return found("weights", "; ".join(said), places)
    if pointers:
        return not_found(
            "weights",
            f"{listed(pointers)}: only the pointers of Git LFS, not the files",
            map(Location, pointers),
        )
    if tree.is_only_documents:
        return not_assessed("weights", "there is nothing but documents")
    used = dict(_matches(tree, _USED))
    if used:
        return not_found(
            "weights", f"none of its own; it starts from {listed(used)}, which others publish", used.values()
        )
    return not_found("weights", "no file of weights, and no address in a README that plainly leads to any")


def observe_data(tree: SubmissionTree, links: list[Link]) -> Observed:
    """Data: files, addresses, and sets that libraries bring."""
    files = [path for path in tree.own if _is_data(path)]
    linked = [link for link in links if _leads_to_data(link)]
    held = dict(_matches(tree, _HELD))
    worlds = [name for name in held if _is_environment(name)]
    fetched = {
        name: place
        for sign in (_FETCHES, _IN_CODE)
        for name, place in _matches(tree, sign)
        if not _NO_DATA_LINK.search(name)
    }
    said = []
    if files:
        size = sum(map(tree.size, files))
        said.append(f"{counted(len(files), 'file')} of {_bytes(size)}: {listed(files, 2)}")
    if linked:
        said.append(_addresses(linked))
    if len(held) > len(worlds):
        said.append(f"brought by libraries: {listed(name for name in held if name not in worlds)}")
    if worlds:
        said.append(f"environments of Gymnasium: {listed(worlds)}")
    if fetched:
        said.append(f"downloaded by code: {listed(fetched, 2)}")
    places = [Location(path) for path in files[:4]] + [Location(each.path, line=each.line) for each in linked]
    if said:
        return found("data", "; ".join(said), [*places, *held.values(), *fetched.values()])
    if tree.is_only_documents:
        return not_assessed("data", "there is nothing but documents")
    return not_found(
        "data",
        "no files of data, no address that plainly leads to any, and no data set that a library brings",
    )


def _is_environment(name: str) -> bool:
    """Whether a name is that of an environment, which ends in its version: `Hopper-v4`."""
    return re.fullmatch(r"[\w/:.-]+-v\d+", name) is not None


def observe_hardware(tree: SubmissionTree) -> Observed:
    """What READMEs and papers in LaTeX say it ran on."""
    texts = [*tree.guides, *(path for path in tree.own if suffix_of(path) == ".tex")]
    for sign in (_HARDWARE, _PLAINLY):
        places: dict[str, Location] = {}
        for path in texts:
            for line, match in tree.lines(path, sign):
                places.setdefault(" ".join(match[0].split()), Location(path, line=line))
        if places:
            return found("hardware", listed(places), places.values())
    if tree.is_only_documents:
        return not_assessed("hardware", "a paper in PDF may say it; its text is not read")
    what = (
        "no README"
        if not tree.readmes
        else f"{listed(tree.readmes, 2)} {'names' if len(tree.readmes) == 1 else 'name'} no processor or GPU"
    )
    return not_found("hardware", what)


def _addresses(links: list[Link]) -> str:
    urls = list(dict.fromkeys(link.url for link in links))
    return f"{counted(len(urls), 'address', 'addresses')}: {listed(urls, 2)}"


def _is_weights(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    suffix = suffix_of(path)
    if suffix in _OF_EITHER and (_IN_DATA.fullmatch(path) or _IN_TESTS.fullmatch(path)):
        return False
    if suffix in (".h5", ".hdf5") and not _NAMES_A_MODEL.search(path):
        return False
    return suffix in _WEIGHTS or _WEIGHTS_BY_NAME.fullmatch(name) is not None


def _is_pointer(tree: SubmissionTree, path: str) -> bool:
    """Whether Git LFS left its pointer in a file's place (git-lfs, docs/spec.md)."""
    return tree.size(path) < 400 and tree.text(path).encode().startswith(_POINTER)


def _is_data(path: str) -> bool:
    suffix = suffix_of(path.removesuffix(".gz").removesuffix(".zip"))
    if _OF_RESULTS.fullmatch(path):
        return False
    if suffix in _DATA and not _is_weights(path):
        return True
    name = path.rpartition("/")[2].lower()
    other = suffix in LANGUAGES or suffix in _NO_DATA or name.startswith(("readme", ".", "licen", "makefile"))
    is_small = name.startswith("benchmark") or "/benchmark" in path.lower()
    return not other and not is_small and _IN_DATA.fullmatch(path) is not None and not _is_weights(path)


def _leads_to_weights(link: Link) -> bool:
    if _WEIGHT_LINK.search(link.url):
        return True
    if _DATA_LINK.search(link.url):
        return False
    if _MODEL_PAGE.search(link.url):
        return _ARE_WEIGHTS.search(f"{link.words} {link.heading}") is not None
    if _ALL_RELEASES.search(link.url):  # of any software, unless the line says that weights are there
        return re.search(r"\b(?:weights?|checkpoints?|pre-?trained)\b", link.words) is not None
    return _DEPOSIT.search(link.url) is not None and _kind_of(link) == "weights"


def _leads_to_data(link: Link) -> bool:
    if _DATA_LINK.search(link.url):
        return True
    return not _WEIGHT_LINK.search(link.url) and bool(_DEPOSIT.search(link.url)) and _kind_of(link) == "data"


def _kind_of(link: Link) -> str:
    """What a deposit holds, by the words on its line, and where these say nothing by the heading."""
    around = link.words.replace(link.url.lower(), " ")
    for words in (around, link.heading, link.url.lower().replace("_", " ").replace("-", " ")):
        weights, data = _ARE_WEIGHTS.search(words), _ARE_DATA.search(words)
        if weights and (not data or weights.start() < data.start()):
            return "weights"
        if data:
            return "data"
    return ""


def _matches(tree: SubmissionTree, sign: Sign) -> Iterator[tuple[str, Location]]:
    for path in tree.scripts[:_MOST_READ]:
        if path.endswith("setup.py"):
            continue
        for line, match in tree.lines(path, sign):
            name = next((text for text in match.groups() if text), None)
            if name:
                yield name, Location(path, line=line)


def _bytes(size: int) -> str:
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= one:
            return f"{size / one:.3g} {unit}"
    return counted(size, "byte")
