"""The fourth domain: colour of the skin and firmness on palpation (trial.md §6)."""

from domain.response_inputs import Firmness, ResponseDomain, SkinColour
from domain.response_score import DomainScore, DomainState, Why


def score_skin(colour: SkinColour | None, firmness: Firmness | None) -> DomainScore:
    """Better is lighter or *significantly* softer; slight changes are none.

    Both findings are needed, since "nothing worse" cannot be said of what nobody examined.
    """
    state, why = _judge(colour, firmness)
    findings = tuple(finding for finding in (colour, firmness) if finding is not None)
    return DomainScore(ResponseDomain.SKIN, state, why, findings=findings)


def _judge(colour: SkinColour | None, firmness: Firmness | None) -> tuple[DomainState, Why]:
    if colour is None or firmness is None:
        return DomainState.MISSING, _what_is_missing(colour, firmness)
    if colour is SkinColour.NOTHING_TO_SEE and firmness is Firmness.NOTHING_TO_PALPATE:
        return DomainState.NOT_APPLICABLE, Why.SKIN_NOTHING_TO_JUDGE
    better = colour is SkinColour.LIGHTER or firmness is Firmness.SIGNIFICANTLY_SOFTER
    worse = colour is SkinColour.DARKER or firmness is Firmness.HARDER
    match better, worse:
        case True, True:
            return DomainState.CONTRADICTORY, Why.SKIN_BETTER_AND_WORSE
        case True, False:
            return DomainState.COMPLETE, Why.SKIN_BETTER
        case False, True:
            return DomainState.NONE, Why.SKIN_WORSE
        case _:
            return DomainState.PARTIAL, Why.SKIN_UNCHANGED


def _what_is_missing(colour: SkinColour | None, firmness: Firmness | None) -> Why:
    if colour is not None:
        return Why.FIRMNESS_MISSING
    return Why.COLOUR_MISSING if firmness is not None else Why.COLOUR_AND_FIRMNESS_MISSING
