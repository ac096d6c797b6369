"""How a made-up child is let into the study: criteria, consent, and the sealed list of its site.

The list is imported, so that each child gets the arm that the cast gives it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from demo.children import Child
from demo.families import CARERS
from demo.stage import SitePeople, Stage, made_up_id, minutes
from domain.eligibility import Answer, asks_assent
from domain.protocol import Half
from domain.protocol_randomisation import CriterionKind
from domain.randomisation import stratum_of
from domain.slots import SlotKey
from models.consent import ConsentKind
from models.participant import Participant, Relation
from services.consents import SaidConsent, record_consent
from services.eligibility import SaidEligibility, check_eligibility
from services.randomisation import SaidRandomisation, randomise
from services.randomisation_import import COLUMNS, import_list

# places that no child has yet, in each stratum
_MORE: Final = 8


def bring_list(
    stage: Stage, cast: Sequence[Child], people: Mapping[str, SitePeople], *, now: datetime
) -> None:
    """Seal the list of the trial office: the arms of the cast in the order in which it comes."""
    arms: defaultdict[str, list[str]] = defaultdict(list)
    for site in people:
        for kmp in (True, False):
            arms[_stratum(stage, site, kmp=kmp)] = []
    for child in cast:
        arms[_stratum(stage, child.site, kmp=child.kmp)].append(child.arm)
    codes = [arm.code for arm in stage.protocol.arms]
    lines, count = [",".join(COLUMNS)], 0
    for stratum, known in arms.items():
        more = [codes[(len(known) + place) % len(codes)] for place in range(_MORE)]
        for position, arm in enumerate([*known, *more], start=1):
            count += 1
            lines.append(f"{stratum},{position},D-{count:03d},{arm}")
    investigator = next(iter(people.values())).investigator
    import_list(
        stage.session,
        investigator,
        "\n".join(lines),
        protocol=stage.protocol,
        seal=stage.seal,
        now=now,
    )


def admit(
    stage: Stage,
    child: Child,
    people: SitePeople,
    row: Participant,
    *,
    first_on: date,
    now: datetime,
) -> None:
    """Criteria, consent, assent of an older child, and the next place of the list."""
    prepare(stage, child, people, row, now=now)
    said = SaidRandomisation(first_slot=SlotKey(first_on, Half.MORNING))
    randomise(
        stage.session,
        people.coordinator,
        row,
        said,
        protocol=stage.protocol,
        seal=stage.seal,
        now=now + minutes(3),
    )


def prepare(
    stage: Stage, child: Child, people: SitePeople, row: Participant, *, now: datetime
) -> None:
    """Everything that must stand before randomisation."""
    protocol, session = stage.protocol, stage.session
    answers = {
        one.code: Answer.YES if one.kind == CriterionKind.INCLUSION else Answer.NO
        for one in protocol.eligibility.criteria
    }
    checked = SaidEligibility(
        client_id=made_up_id(child.study_number, "eligibility"),
        checked_on=row.enrolled_on,
        answers=answers,
    )
    check_eligibility(
        session, people.investigator, row, checked, protocol=protocol, now=now + minutes(1)
    )
    kinds = [ConsentKind.CONSENT]
    if asks_assent(row.born_on, row.enrolled_on, protocol.consent):
        kinds.append(ConsentKind.ASSENT)
    for kind in kinds:
        said = _consent(stage, child, row, kind)
        record_consent(
            session, people.investigator, row, said, protocol=protocol, now=now + minutes(2)
        )


def _consent(stage: Stage, child: Child, row: Participant, kind: ConsentKind) -> SaidConsent:
    carer = CARERS[child.carers[0]]
    by_child = kind is ConsentKind.ASSENT or carer.relation is Relation.SELF
    return SaidConsent(
        client_id=made_up_id(child.study_number, kind),
        kind=kind,
        document_version=stage.protocol.consent.documents[0].code,
        given_by=child.call_name if kind is ConsentKind.ASSENT else carer.name,
        relation=_relation(carer.relation, by_child=by_child, kind=kind),
        given_on=row.enrolled_on,
    )


def _relation(relation: Relation, *, by_child: bool, kind: ConsentKind) -> Relation:
    """A patient with a phone of its own has a guardian who signs."""
    if kind is ConsentKind.ASSENT:
        return Relation.SELF
    return Relation.OTHER if by_child else relation


def _stratum(stage: Stage, site: str, *, kmp: bool) -> str:
    facts = {"site": site, "kasabach_merritt": "yes" if kmp else "no"}
    return stratum_of(stage.protocol.randomisation.strata, facts)
