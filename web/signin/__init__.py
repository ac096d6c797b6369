"""Signing in: carers with a code by SMS, staff with a password and an authenticator app.

Edges use `reauthenticated` before a signature, and nothing else of this package.
"""

from web.signin import carer, staff
from web.signin.pages import blueprint
from web.signin.reauthentication import needs_code, reauthenticated

__all__ = ["blueprint", "carer", "needs_code", "reauthenticated", "staff"]
