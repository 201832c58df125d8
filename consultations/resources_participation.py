"""Contributions with their official answers as a table, out of the admin and back into it.

Out go the rows of the municipalities whose contributions the person may see; no name and no e-mail of
anybody. What comes in is received as from a form, and answers are drafts: nothing becomes public by a file.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.results import RowResult

from consultations.marks import marks_of
from consultations.models import (
    TEXT_LENGTH,
    TITLE_LENGTH,
    UNSAID,
    Channel,
    Consultation,
    Contribution,
    OfficialAnswer,
    Verdict,
)
from consultations.receipts import code_for, is_well_formed, normalised
from consultations.services.answers import write_answer
from consultations.services.contributions import Closed, Words, receive
from portal.administration.scoped import scoped
from portal.bilingual import script_language
from portal.exchange.cells import Choice, Day, Text, WholeNumber, is_empty
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.access import Act, allows
from portal.municipalities.models import Municipality

_TEXTS = ("text", "solution", "effect")


def readable(contribution: Contribution, name: str) -> str:
    """One of the texts, as the staff may read it: what its author took back nobody reads any more."""
    is_withdrawn = contribution.status == Contribution.Status.WITHDRAWN
    return "" if is_withdrawn else getattr(contribution, name)


class ReceivedField(Field):
    """What somebody contributed: written when it comes in, and never by a file after that."""

    def get_value(self, instance: Contribution) -> Any:
        if self.attribute in _TEXTS:
            return readable(instance, self.attribute)
        return super().get_value(instance)

    def save(self, instance: Contribution, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        if instance.pk:
            raise ValueError(_("What was received is not changed by a file: leave the cell as it was."))
        self.put(instance, self.clean(row))

    def put(self, instance: Contribution, value: Any) -> None:
        setattr(instance, self.attribute, value)


class ChannelField(ReceivedField):
    """The way by which it came in; what came in by the portal has its row already."""

    def put(self, instance: Contribution, value: Any) -> None:
        if value == Channel.WEB:
            raise ValueError(_("By a file comes what came on paper, by telephone or in a meeting."))
        instance.channel = value


class QuestionField(ReceivedField):
    """The question, by its place in the consultation."""

    def get_value(self, instance: Contribution) -> int | None:
        return instance.question.position if instance.question else None

    def put(self, instance: Contribution, value: Any) -> None:
        instance.question = instance.consultation.questions.filter(position=value).first()
        if instance.question is None:
            raise ValueError(_("The consultation has no question at this place."))


class ZoneField(ReceivedField):
    """The zone, by its number in the municipality."""

    def get_value(self, instance: Contribution) -> int | None:
        return instance.zone.number if instance.zone else None

    def put(self, instance: Contribution, value: Any) -> None:
        instance.zone = instance.consultation.municipality.zones.filter(number=value).first()
        if instance.zone is None:
            raise ValueError(_("The municipality has no zone of this number."))


class SerialField(Field):
    """The serial of a paper form, which is its receipt code. Its hash alone is kept: it never goes out."""

    def __init__(self) -> None:
        super().__init__(None, "serial", Text(longest=60))

    def get_value(self, instance: Contribution) -> str:
        return getattr(instance, "serial", "")

    def save(self, instance: Contribution, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        code = normalised(self.clean(row))
        if instance.pk:
            raise ValueError(_("This contribution has its receipt already."))
        if not is_well_formed(code):
            raise ValueError(_("This is no serial: one of its letters is mistyped."))
        instance.serial = code  # type: ignore[attr-defined]


class AnswerField(Field):
    """A part of the official answer. Many contributions may share one answer."""

    def __init__(self, name: str, widget: Any) -> None:
        super().__init__(name, f"answer_{name}", widget)

    def get_value(self, instance: Contribution) -> Any:
        cells = getattr(instance, "answer_cells", {})
        if self.attribute in cells:
            return cells[self.attribute]
        return getattr(instance.answer, self.attribute) if instance.answer else ""

    def save(self, instance: Contribution, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        if instance.answer and instance.answer.is_public:
            raise ValueError(_("This answer is public: it changes at the desk, with a reason."))
        instance.answer_cells[self.attribute] = self.clean(row)  # type: ignore[attr-defined]


class DayField(Field):
    """A day by the municipality's clocks; it goes out only."""

    def __init__(self, column: str, path: str) -> None:
        super().__init__(path, column, Day(), readonly=True)

    def get_value(self, instance: Contribution) -> datetime.date | None:
        moment: Any = instance
        for step in self.attribute.split("__"):
            moment = getattr(moment, step) if moment is not None else None
        zone = instance.consultation.municipality.zone_info
        return moment.astimezone(zone).date() if moment else None


class ContributionResource(ScopedResource):
    """One row for each contribution, in the municipalities where ``user`` may see contributions.

    A row without a reference is received anew, by whoever may moderate there; the same file twice
    brings nothing twice. A row with one may bring the draft of its answer, by whoever may answer there;
    rows of a file whose answers are the same to the letter share one.
    """

    municipality = key("consultation__municipality__slug", "municipality", Text())
    consultation = key("consultation__number", "consultation")
    reference = Field("reference", "reference", Text(longest=20), readonly=True)
    serial = SerialField()
    kind = ReceivedField("kind", "kind", Choice(Contribution.Kind))
    channel = ChannelField("channel", "channel", Choice(Channel))
    day = DayField("day", "received_at")
    status = Field("status", "status", Text(), readonly=True)
    refusal_reason = Field("refusal_reason", "refusal_reason", Text(), readonly=True)
    question = QuestionField("question", "question", WholeNumber())
    part = ReceivedField("part", "part", Text(longest=60))
    # Their length is told in the characters that a person sees, by whom they are received.
    text = ReceivedField("text", "text", Text())
    solution = ReceivedField("solution", "solution", Text())
    effect = ReceivedField("effect", "effect", Text())
    profile = ReceivedField("profile", "profile", Text(longest=20))
    age = ReceivedField("age", "age", Text(longest=20))
    zone = ZoneField("zone", "zone", WholeNumber())
    answer_status = Field("answer__status", "answer_status", Text(), readonly=True)
    answer_verdict = AnswerField("verdict", Choice(Verdict))
    answer_text_ar = AnswerField("text_ar", Text(longest=TEXT_LENGTH))
    answer_text_fr = AnswerField("text_fr", Text(longest=TEXT_LENGTH))
    answer_did_ar = AnswerField("did_ar", Text(longest=TITLE_LENGTH))
    answer_did_fr = AnswerField("did_fr", Text(longest=TITLE_LENGTH))
    answer_service_ar = AnswerField("service_ar", Text(longest=300))
    answer_service_fr = AnswerField("service_fr", Text(longest=300))
    answer_day = DayField("answer_day", "answer__published_at")
    import_acts = (Act.MODERATE, Act.ANSWER)
    municipality_path = "consultation__municipality"

    class Meta(ScopedResource.Meta):
        model = Contribution
        import_id_fields = ("municipality", "consultation")
        fields = (
            *import_id_fields,
            "reference",
            "serial",
            "kind",
            "channel",
            "day",
            "status",
            "refusal_reason",
            "question",
            "part",
            "text",
            "solution",
            "effect",
            "profile",
            "age",
            "zone",
            "answer_status",
            "answer_verdict",
            "answer_text_ar",
            "answer_text_fr",
            "answer_did_ar",
            "answer_did_fr",
            "answer_service_ar",
            "answer_service_fr",
            "answer_day",
        )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._forms: dict[str, int] = {}
        self._answers: dict[tuple[Any, ...], OfficialAnswer] = {}
        self._rewritten: dict[int, tuple[Any, ...]] = {}

    # --- which rows ------------------------------------------------------------------------------

    def get_queryset(self) -> models.QuerySet:
        rows = Contribution.objects.select_related(*self.select_related())
        if self.user is None:
            return rows.none()
        return scoped(rows, self.municipality_path, self.user, Act.SEE_CONTRIBUTIONS)

    @classmethod
    def select_related(cls) -> list[str]:
        return [*super().select_related(), "question", "zone", "answer"]

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        keys = self.key_of(row)
        if keys["municipality"] not in self.reach:
            text = _("There is no municipality “%(slug)s” whose contributions you may type in or answer.")
            raise ValidationError({"municipality": text % {"slug": keys["municipality"]}})
        number = self._number_of(row)
        if number is None:
            return
        named = (*keys.values(), number)
        if named in self._seen:
            raise ValidationError(_("The file has this row twice."))
        self._seen.add(named)

    def _number_of(self, row: dict[str, Any]) -> int | None:
        """The number that a row's reference names; ``None`` for one that is to be received."""
        if is_empty(row.get("reference")):
            return None
        text = self.fields["reference"].clean(row).strip().upper().removeprefix("C-")
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ValidationError({"reference": _("This is no reference. It is written like C-16.")})
        return int(text)

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Contribution | None:
        number = self._number_of(row)
        if number is None:
            return None
        keys = self.key_of(row)
        found = self.get_queryset().filter(
            consultation__municipality__slug=keys["municipality"],
            consultation__number=keys["consultation"],
            number=number,
        )
        contribution = found.first()
        if contribution is None:
            text = _("There is no such contribution. For a new one leave the cell empty.")
            raise ValidationError({"reference": text})
        contribution.answer_cells = {}
        return contribution

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Contribution:
        consultations = Consultation.objects.of(municipality).filter(number=keys["consultation"])
        consultation = consultations.select_related("municipality").first()
        if consultation is None:
            raise ValidationError({"consultation": _("The municipality has no consultation of this number.")})
        row = Contribution(
            consultation=consultation,
            kind=Contribution.Kind.COMMENT,
            channel=Channel.PAPER,
            profile=UNSAID,
            age=UNSAID,
        )
        row.answer_cells = {}  # type: ignore[attr-defined]
        return row

    # --- writing ---------------------------------------------------------------------------------

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """What the cells say; the rest is asked by the services that write."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        if is_create:
            self._receive(instance)
        current = instance.answer
        if any(_told(current, name) != value for name, value in instance.answer_cells.items()):
            self._write_answer(instance)
            instance.was_there = False

    def _receive(self, instance: Any) -> None:
        municipality = instance.consultation.municipality
        if not allows(self.user, Act.MODERATE, municipality.pk):  # type: ignore[arg-type]
            raise ValidationError({"reference": _("Your role does not type contributions in.")})
        words = Words(**{name: getattr(instance, name) for name in _WORDS})
        form = self._form_of(instance, words)
        try:
            received = receive(
                consultation=instance.consultation,
                words=words,
                code=instance.serial if hasattr(instance, "serial") else code_for(form),
                language=script_language(words.text),
                key="" if hasattr(instance, "serial") else form,
                channel=instance.channel,
                entered_by=self.user,
                marks=marks_of(words.text, words.solution, words.effect),
            )
        except Closed as closed:
            text = _("The consultation takes no contributions now.")
            raise ValidationError({"consultation": text}) from closed
        except ValidationError as refusal:
            raise ValidationError(_by_column(refusal, {"code": "serial"}, self.fields)) from refusal
        instance.was_there = not received.is_new
        for column in ("pk", "number", "status", "received_at", "answer"):
            setattr(instance, column, getattr(received.contribution, column))

    def _form_of(self, instance: Any, words: Words) -> str:
        """A key for a row that has no serial: the same when the same file comes in again."""
        said = repr((instance.consultation.pk, instance.channel, words))
        digest = hashlib.sha256(said.encode()).hexdigest()
        self._forms[digest] = self._forms.get(digest, 0) + 1
        return f"file {digest} {self._forms[digest]}"

    def _write_answer(self, instance: Any) -> None:
        consultation = instance.consultation
        if not allows(self.user, Act.ANSWER, consultation.municipality_id):  # type: ignore[arg-type]
            raise ValidationError({"answer_verdict": _("Your role does not write answers.")})
        said = (consultation.pk, *sorted(instance.answer_cells.items()))
        answer = instance.answer or self._answers.get(said)
        if answer and self._rewritten.get(answer.pk, said) != said:
            text = _("Another row of the file says something else of the same answer.")
            raise ValidationError({"answer_verdict": text})
        group = Contribution.objects.filter(answer=answer) if answer else []
        try:
            written = write_answer(
                consultation=consultation,
                contributions=[*group, Contribution.objects.get(pk=instance.pk)],
                values=instance.answer_cells,
                actor=self.user,
                answer=answer,
            )
        except ValidationError as refusal:
            names = {name: f"answer_{name}" for name in instance.answer_cells}
            names["contributions"] = "reference"
            raise ValidationError(_by_column(refusal, names, self.fields)) from refusal
        self._answers[said] = written
        self._rewritten[written.pk] = said

    # --- the journal, in which no text of anybody stands ------------------------------------------

    def after_import_row(self, row: dict[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        """The services journal each act; here they are counted for the file's own entry."""
        if getattr(row_result.instance, "was_there", False):
            row_result.import_type = RowResult.IMPORT_TYPE_SKIP
        is_new = row_result.import_type == RowResult.IMPORT_TYPE_NEW
        if kwargs.get("dry_run") or not (is_new or row_result.import_type == RowResult.IMPORT_TYPE_UPDATE):
            return
        slug = row_result.instance.consultation.municipality.slug
        self._counts[slug, "row.added" if is_new else "row.changed"] += 1


_WORDS = ("kind", "text", "solution", "effect", "question", "part", "profile", "age", "zone")


def _told(answer: OfficialAnswer | None, name: str) -> Any:
    return getattr(answer, name) if answer else ""


def _by_column(refusal: ValidationError, names: dict[str, str], fields: dict[str, Any]) -> dict[str, Any]:
    """What a service refused, at the columns of the table."""
    found: dict[str, Any] = {}
    for name, errors in refusal.update_error_dict({}).items():
        column = names.get(name, name)
        found.setdefault(column if column in fields else NON_FIELD_ERRORS, []).extend(errors)
    return found
