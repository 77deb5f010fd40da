"""RC22: computer vision."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.domains import says_any
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.settings import of_configuration, of_preprocessing
from reprocrate.validation.subject import Subject

VISION = ("vision",)


@rule(
    "RC2221",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says at which resolution, and how cropped, images were used",
    domains=VISION,
)
def resolution_is_recorded(subject: Subject) -> Iterator[Found]:
    """In computer vision, a manifest SHOULD tell how images were resized or cropped.

    Judged: a manifest with evidence runs, where none of the words listed as `resolution` in `domains.json`
        stands in a `step` of `preprocessing`, in the name or text of one of its `parameters`, in the name or
        text of a hyper-parameter or factor, or in an argument of the `command` of a configuration; once, at
        the `data`, or where there is none at the manifest.
    Why: accuracy on the same weights differs by a point or more with the crop and the size of test images
        (Touvron et al. 2019).
    Fix: add a step to `preprocessing` of the data in reprocrate.toml, such as { step = "resize and centre
        crop", kind = "other", parameters = { resize = 256, crop = 224 } }.
    """
    manifest = subject.well_formed
    texts = [text for data in manifest.data for text in of_preprocessing(data)]
    texts += [text for each in manifest.configurations for text in of_configuration(each)]
    if subject.evidence.counting and not says_any(texts, "resolution"):
        yield Found("/data" if manifest.data else "")


@rule(
    "RC2222",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether the reported values are of one view of each image",
    domains=VISION,
)
def views_at_test_time_are_stated(subject: Subject) -> Iterator[Found]:
    """In computer vision, a manifest MAY tell whether predictions on test images are averaged over views.

    Judged: a manifest with results, where none of the words listed as `views` in `domains.json` stands in the
        `definition` of a metric, in the name or text of a hyper-parameter or factor, in an argument of the
        `command` of a configuration, or in a step of `preprocessing` as RC2221 reads it; once, at the
        `results`.
    Why: averaging over crops and mirror images is worth as much as many a new method, at many times the cost.
    Fix: say it in `definition` of the metric, such as "one centre crop", or as a hyper-parameter `tta =
        false`.
    """
    manifest = subject.well_formed
    texts = [text for data in manifest.data for text in of_preprocessing(data)]
    texts += [text for each in manifest.configurations for text in of_configuration(each)]
    if manifest.results and not says_any([*texts, *(each.definition for each in manifest.metrics)], "views"):
        yield Found("/results")
