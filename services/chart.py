"""What the chart of a child holds for one visit: the evidence of a response assessment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.reported import Comparator
from domain.response_inputs import Transfusion, TransfusionKind
from domain.volume import total_ml
from models.laboratory import LabResult
from models.photo import Photo
from models.tumour import SkinFinding, Treatment, TreatmentKind, TumourVolume
from models.visit import Visit

BASELINE: Final = "baseline"
PLATELETS: Final = "platelets"
FIBRINOGEN: Final = "fibrinogen"
PRODUCTS: Final = {kind.value for kind in TransfusionKind}


@dataclass(frozen=True, slots=True)
class Sample:
    """A laboratory result on its local day."""

    row: LabResult
    on: date

    @property
    def number(self) -> Decimal | None:
        """In the study's unit; a result beyond a limit ("<0.5") is no number."""
        return self.row.study_value if self.row.comparator == Comparator.EQUAL else None


@dataclass(frozen=True, slots=True)
class Tumour:
    """The measurements that count together, one a lesion."""

    lesions: tuple[TumourVolume, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(row.lesion for row in self.lesions)

    @property
    def total_ml(self) -> Decimal | None:
        return total_ml([row.volume_ml for row in self.lesions]) if self.lesions else None

    def differs_in(self, column: str, other: "Tumour") -> bool:
        """Was a lesion measured in another way (method, modality) than in `other`?"""
        here = {row.lesion: getattr(row, column) for row in self.lesions}
        there = {row.lesion: getattr(row, column) for row in other.lesions}
        return any(here[name] != there[name] for name in here.keys() & there.keys())


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """The same view of the same place, then and now; `first` is `newest` where there is one."""

    first: Photo
    newest: Photo


@dataclass(frozen=True, slots=True)
class Chart:
    """The evidence of one visit. Samples and measurements of the visit lie in its window; those
    of the baseline are the last before treatment."""

    visit: Visit
    baseline: Visit | None
    today: date
    platelets: Sample | None
    platelets_baseline: Sample | None
    platelet_counts: tuple[Sample, ...]
    fibrinogen: Sample | None
    fibrinogen_baseline: Sample | None
    tumour: Tumour
    tumour_baseline: Tumour
    skin: SkinFinding | None
    skin_before: SkinFinding | None
    treatments: tuple[Treatment, ...]
    photos: tuple[PhotoPair, ...]
    # lesions are registered, and each of them lies where nothing can be seen or felt
    all_deep: bool

    @property
    def lesions_differ(self) -> bool:
        """Not the same lesions were measured: the sums must not be compared."""
        both = bool(self.tumour.lesions) and bool(self.tumour_baseline.lesions)
        return both and self.tumour.names != self.tumour_baseline.names

    @property
    def transfusions(self) -> tuple[Transfusion, ...]:
        return self.transfusions_among(self.treatments)

    def transfusions_among(self, treatments: Iterable[Treatment]) -> tuple[Transfusion, ...]:
        """One for each day on which a product was given, up to today."""
        return tuple(
            Transfusion(TransfusionKind(row.kind.value), on)
            for row in treatments
            if is_transfusion(row)
            for on in _days(row.started_on, min(row.ended_on or row.started_on, self.today))
        )

    @property
    def rescue(self) -> bool:
        """Was a rescue therapy given since the baseline?"""
        return any(row.kind is TreatmentKind.RESCUE for row in self.treatments)


def is_transfusion(row: Treatment) -> bool:
    return row.kind.value in PRODUCTS


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
