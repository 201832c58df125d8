"""The sentences of the journal about meetings."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "meeting.added": _("Meeting added"),
    "meeting.edited": _("Meeting edited"),
    "meeting.published": _("Meeting published"),
    "meeting.withdrawn": _("Meeting withdrawn"),
    "meeting.cancelled": _("Meeting cancelled"),
    "meeting.restored": _("Meeting takes place after all"),
    "meeting.held": _("Said whether the meeting was held"),
    "meeting.published_anew": _("Changed meeting entered into the register"),
    "minutes.written": _("Minutes written"),
    "minutes.edited": _("Minutes edited"),
    "minutes.published": _("Minutes published"),
    "minutes.withdrawn": _("Minutes withdrawn"),
    "meeting_file.added": _("File of a meeting added"),
    "meeting_file.shown": _("File of a meeting made public"),
    "meeting_file.hidden": _("File of a meeting made internal"),
    "video.added": _("Video added"),
    "video.removed": _("Video removed"),
}

LABELS = {
    "agenda": _("agenda"),
    "zones": _("attendance by zone"),
}
