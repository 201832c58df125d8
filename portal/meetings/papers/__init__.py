"""What is printed of a meeting: invitation, poster, attendance sheet, minutes."""

from django.utils.translation import gettext_lazy as _

from portal.meetings.papers import attendance, minutes, notices
from portal.municipalities.access import Act
from portal.papers.orders import Paper

INVITATION = Paper(label=_("Invitation to a meeting"), draft=notices.invitation)
POSTER = Paper(label=_("Poster of a meeting"), draft=notices.poster)
ATTENDANCE = Paper(label=_("Attendance sheet"), draft=attendance.sheet, act=Act.SEE_DRAFTS)
MINUTES = Paper(label=_("Minutes of a meeting"), draft=minutes.published)
MINUTES_DRAFT = Paper(label=_("Minutes of a meeting"), draft=minutes.drafted, act=Act.SEE_DRAFTS)
MINUTES_DOCX = Paper(label=_("Minutes of a meeting"), draft=minutes.editable, act=Act.SEE_DRAFTS)
