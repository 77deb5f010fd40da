"""Where the results come from: runs, code, data, software, machines, and what makes seeds repeatable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.manifest import Code, Data, Environment, File, Hardware, Manifest
from reprocrate.render import words
from reprocrate.render.availability import Place, place_of, reads_no_files
from reprocrate.render.devices import computed_on
from reprocrate.render.preview.generators import generators
from reprocrate.render.preview.links import FileLinks, first, separated
from reprocrate.render.preview.machines import machine_entries
from reprocrate.render.preview.markup import Markup, code, definition, element, joined, link
from reprocrate.render.preview.processes import processes
from reprocrate.render.repetitions import measured_texts

_PLACE = {
    Place.INCLUDED: "yes",
    Place.WITHOUT_FILES: "it has no file of its own: it comes with a package or is made by the code",
    Place.ELSEWHERE: "no: a reader has to obtain it before a rerun",
    Place.REMOTE: "no: it was read over the network, and no file of it is kept",
}
_FEW_PACKAGES = 12
_MOST_PACKAGES = 400
_MOST_OF_A_KIND = 20
_MOST_DATA = 60


class Provenance:
    """The parts of the page that say how the results were made.

    Args:
        manifest: the experiment.
        files: the files that can be linked to.
    """

    def __init__(self, manifest: Manifest, files: FileLinks) -> None:
        self._manifest = manifest
        self._files = files

    def code(self) -> Markup:
        """Every source tree."""
        if not self._manifest.code:
            return element("p", "No source code was recorded, so nothing can be run again.", class_="soft")
        return first(self._manifest.code, _MOST_OF_A_KIND, self._one_code, "source tree")

    def data(self) -> Markup:
        """Every data set, every service whose answers entered the results, and who used the files."""
        services = [element("li", words.service_label(one)) for one in self._manifest.services]
        listed = [element("h3", "Services"), element("ul", *services)] if services else []
        sets = first(self._manifest.data, _MOST_DATA, self._one_data, "data set")
        return joined(
            sets or listed or element("p", self._no_data(), class_="soft"),
            listed if sets else None,
            processes(self._manifest),
        )

    def _no_data(self) -> str:
        if reads_no_files(self._manifest):
            return (
                "The runs read no data files of their own: "
                "what they used is made by the code or comes with its packages."
            )
        return "No data set was recorded. Whether the runs read any cannot be told."

    def environments(self) -> Markup:
        """Every software environment."""
        if not self._manifest.environments:
            return element("p", "No software environment was recorded.", class_="soft")
        return first(self._manifest.environments, _MOST_OF_A_KIND, self._one_environment, "environment")

    def hardware(self) -> Markup:
        """Every machine."""
        if not self._manifest.hardware:
            return element("p", "No machine was recorded.", class_="soft")
        machines = first(self._manifest.hardware, _MOST_OF_A_KIND, _machine, "machine")
        used = [definition("Computed on", words.plain(one)) for one in computed_on(self._manifest)]
        return joined(machines, element("dl", *used, class_="about") if used else None)

    def determinism(self) -> Markup:
        """What decides whether a seed gives the same numbers again."""
        return joined(self._promise(), generators(self._manifest))

    def _promise(self) -> Markup:
        found = self._manifest.determinism
        if found is None:
            return element("p", "Nothing was recorded about what makes a seed repeatable.", class_="soft")
        promise = {
            "bitwise": "the same seed gives the same bits",
            "numerical": "the same seed gives the same numbers up to rounding",
            "statistical": "the same distribution over seeds",
            "none": "no promise",
        }
        entries = [
            definition("Promised", promise[found.promised] if found.promised else "nothing was promised")
        ]
        if found.seeds_pair_randomness is not None:
            text = (
                "a seed draws the same randomness in every configuration"
                if found.seeds_pair_randomness
                else "seeds of different configurations are independent"
            )
            entries.append(definition("Seeds", text))
        if found.settings:
            settings = [joined(code(name), " ", _setting(value)) for name, value in found.settings.items()]
            entries.append(definition("Settings as observed", separated(settings)))
        if found.known_causes:
            causes = (element("p", words.sentence(words.plain(cause))) for cause in found.known_causes)
            entries.append(definition("Why seeds may differ", *causes))
        measured = [element("p", words.plain(one)) for one in measured_texts(self._manifest)]
        if measured:
            entries.append(definition("Run twice", *measured))
        return element("dl", *entries, class_="about")

    def _one_code(self, one: Code) -> Markup:
        entries = [
            definition(
                "Commit", code(one.commit) if one.commit else "the code was not under version control"
            ),
            definition(
                "Repository", link(one.repository, one.repository) if one.repository else "none recorded"
            ),
        ]
        if one.commit:
            entries.append(definition("Working tree", self._working_tree(one)))
        if one.swhid:
            entries.append(
                definition(
                    "Software Heritage",
                    link(f"https://archive.softwareheritage.org/{one.swhid}", code(one.swhid)),
                )
            )
        if one.license:
            entries.append(definition("Licence", one.license))
        if one.folder:
            entries.append(definition("Folder", code(one.folder)))
        entries.append(definition("Tree digest", code(one.tree_sha256)))
        entries.append(definition("Files", self._files.listed(one.files)))
        return element("dl", *entries, class_="about")

    def _working_tree(self, one: Code) -> list[str | Markup]:
        if one.dirty is None:
            return ["not recorded whether it differed from the commit"]
        if not one.dirty:
            return ["as committed"]
        return [
            "changed since the commit; ",
            "the files here are the ones that ran",
            *([", the difference is ", self._files.link(one.patch, None)] if one.patch else []),
        ]

    def _one_data(self, one: Data) -> Markup:
        return joined(
            element("h3", words.data_label(one, one.id)),
            element("dl", *self._data_entries(one), class_="about"),
        )

    def _data_entries(self, one: Data) -> Iterator[Markup]:
        yield definition("Source", _source(one))
        yield definition(
            "Licence", one.license or "none given: whether this may be used or passed on is not known"
        )
        if words.data_version(one):
            yield definition("Version", words.data_version(one).removeprefix("version "))
        if one.access:
            reason = words.sentence(words.plain(one.access.reason)) if one.access.reason else ""
            yield definition("Access", f"{words.plain(one.access.level)}{reason and f': {reason}'}")
            if one.access.how_to_obtain:
                yield definition("How to obtain it", words.sentence(words.plain(one.access.how_to_obtain)))
        if one.citation:
            yield definition("Cite as", one.citation)
        if one.splits:
            sizes = [
                f"{split.name} ({split.role}{f', {split.count:,} items' if split.count is not None else ''})"
                for split in one.splits
            ]
            yield definition("Splits", ", ".join(sizes))
        if one.preprocessing:
            yield definition("Preprocessing", ", ".join(words.plain(step.step) for step in one.preprocessing))
        yield definition("Included", _PLACE[place_of(one)])
        if one.files:
            yield definition("Files", self._files.listed(one.files))

    def _one_environment(self, one: Environment) -> Markup:
        entries = [definition("Python", _python(one))]
        if one.os:
            parts = [one.os.version or one.os.name, one.os.machine, one.os.libc]
            entries.append(definition("System", ", ".join(words.plain(part) for part in parts if part)))
        if one.container:
            entries.append(
                definition("Container", f"{words.plain(one.container.image)} {one.container.digest or ''}")
            )
        if one.native_libraries:
            names = [
                " ".join(part for part in (library.name, library.version) if part)
                for library in one.native_libraries
            ]
            entries.append(definition("Native libraries", ", ".join(dict.fromkeys(names))))
        if one.variables:
            entries.append(
                definition(
                    "Variables",
                    separated([code(f"{name}={value}") for name, value in one.variables.items()]),
                )
            )
        entries.append(definition("Lock", *self._lock(one)))
        entries += [
            definition(
                "The author's lock",
                self._files.link(File(path=lock.path, size=lock.size, sha256=lock.sha256), None),
                f"; otherwise installed: {words.shortened(map(words.plain, lock.differing), 6)}"
                if lock.differing
                else ", as it was installed",
            )
            for lock in one.locks
        ]
        packages = [
            f"{package.name} {package.version}{f'+{package.local_label}' if package.local_label else ''}"
            for package in one.packages
        ]
        entries.append(definition(words.count_of(len(packages), "package").capitalize(), _packages(packages)))
        if one.other_packages:
            others = [f"{other.name} {other.version}" for other in one.other_packages]
            entries.append(definition("Other packages", _packages(others)))
        if changed := list(words.changed_packages(one)):
            entries.append(definition("Changed", words.shortened(changed, _MOST_PACKAGES)))
        return element("dl", *entries, class_="about")

    def _lock(self, one: Environment) -> list[str | Markup]:
        lock = one.lock
        if lock is None:
            return ["none: the environment can only be built by hand" if one.packages else "none needed"]
        as_file = File(path=lock.path, size=lock.size, sha256=lock.sha256)
        text = ", every entry with its digest" if lock.hashed else ", without digests"
        left_out = (
            f"; it leaves out {words.shortened(map(words.plain, lock.left_out), 6)}" if lock.left_out else ""
        )
        return [self._files.link(as_file, None), text + left_out]


def _setting(value: object) -> str:
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _source(one: Data) -> Markup:
    source = one.source
    if source and source.doi:
        return link(f"https://doi.org/{source.doi}", f"doi:{source.doi}")
    if source and source.url:
        return link(source.url, source.url)
    if one.remote:
        return code(one.remote.uri)
    origin = {"new": "made for this experiment", "generated": "made by a program of this experiment"}
    obtained = one.access and one.access.how_to_obtain
    unknown = "not recorded" if obtained else "not recorded: it cannot be obtained anew"
    return Markup(element("span", origin.get(one.origin or "", unknown)))


def _machine(one: Hardware) -> Markup:
    return element("dl", *machine_entries(one), class_="about")


def _packages(names: Sequence[str]) -> Markup | str:
    """Names with versions; many of them folded."""
    if not names:
        return "none beyond Python itself"
    if len(names) <= _FEW_PACKAGES:
        return ", ".join(names)
    return element(
        "details",
        element("summary", f"{words.shortened(names, 4)}"),
        element("p", words.shortened(names, _MOST_PACKAGES)),
    )


def _python(one: Environment) -> str:
    if one.python is None:
        return "not recorded"
    build = f" ({one.python.build})" if one.python.build else ""
    return f"{one.python.implementation or 'Python'} {one.python.version}{build}"
