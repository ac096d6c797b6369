"""Watching the worklists of all sites: what nobody answers is passed on."""

from notifications.line import Line
from services.escalation import Tally, sites, sweep


def watch(line: Line) -> Tally:
    """One round, a commit after each site. What a round did not do heals at the next."""
    raised = ended = escalated = 0
    with line.sessions() as session:
        every_site = sites(session)
        session.commit()
        for site in every_site:
            done = sweep(session, site, line.protocols, now=line.clock())
            session.commit()
            raised, ended = raised + done.raised, ended + done.ended
            escalated += done.escalated
    return Tally(raised, ended, escalated)
