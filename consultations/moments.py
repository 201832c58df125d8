"""The moments at which pages about consultations change by themselves."""

from portal.municipalities.moments import Moments

PERIODS = Moments(
    table="consultations_consultation", columns=("opens_at", "closes_at"), condition="status = 'published'"
)
