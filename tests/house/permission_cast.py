"""A municipality with one of everything, its addresses, and visitors who ask for them."""

from __future__ import annotations

import re

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from consultations.models import ActionPlan
from consultations.receipts import code_for, fingerprint
from consultations.services.projects import keep_version, state_activity
from portal.accounts import links
from portal.accounts.models import User
from portal.audit.log import record
from portal.files.uploads import check_upload
from portal.municipalities.invitations import invite
from portal.municipalities.models import Municipality, Role
from portal.municipalities.services import keep_zone_map
from portal.notifications.models import Delivery, Subscription
from portal.papers.models import Worker
from portal.publications.codes import code_of
from portal.publications.models import Publication
from programs.models import Program
from tests import factories
from tests.consultations.commitments import proof
from tests.consultations.factories import (
    ActionPlanFactory,
    ActivityFactory,
    IndicatorFactory,
    ProjectFactory,
    StageFactory,
)
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    ParticipationRulesFactory,
)
from tests.consultations.plan_rows import StageFileFactory
from tests.house.permission_table import Row
from tests.portal.dispatches.factories import DispatchProofFactory, RecipientFactory
from tests.portal.meetings.factories import (
    MeetingFactory,
    MeetingFileFactory,
    MinutesFactory,
    VideoLinkFactory,
)
from tests.portal.papers.factories import printed
from tests.portal.publications.registers import published
from tests.programs import project_rows, table_rows

# Where a foreign object can be named in the address.
NAMES_AN_OBJECT = re.compile(
    r"_(change|delete|history|transition|password_change)$|^(staff-|task-|document-|file-|program-p|program-origin|program-import|program-new|program-history|program-grid|program-cells|program-check|plan-p)"
    r"|^(facility(-new|-photos)?|photo-change|coordination(-new)?|table-(im|ex)port)$"
    r"|^(contribution|contribution-(publish|refuse|redact|hand-over)|answer|answer-step)$"
    r"|^meeting-(new|edit|minutes|step|held|files|videos|file-visibility|video-remove|pack|attendance|minutes-docx|posted)$"
    r"|^dispatch-|^document-own$"
)


class Said:
    """What is said and answered in a municipality, and the rows of its plans."""

    def __init__(self, town: Municipality, plan: ActionPlan, draft: ActionPlan) -> None:
        self.public = ConsultationFactory(municipality=town, number=1, plan=plan, open=True)
        self.draft = ConsultationFactory(municipality=town, number=2, plan=plan)
        self.code = code_for(f"permissions {town.slug}")
        self.pending = ContributionFactory(
            consultation=self.public, receipt_hash=fingerprint(self.code), received_at=timezone.now()
        )
        self.waiting = ContributionFactory(consultation=self.public, published=True)
        self.answer = OfficialAnswerFactory(
            consultation=self.public,
            contributions=[ContributionFactory(consultation=self.public, published=True)],
        )
        self.subscription = Subscription.objects.create(
            municipality=town,
            topic="consultation",
            topic_id=self.public.pk,
            email=f"follower@{town.slug}.example",
            confirmed_at=timezone.now(),
        )
        delivery = Delivery.objects.create(
            municipality=town, subscription=self.subscription, key=town.slug, due_at=timezone.now()
        )
        self.of_plan = {each.slug: self._plan_rows(each) for each in (plan, draft)}
        self.objects = {
            "consultations_consultation": self.public,
            "consultations_contribution": self.pending,
            "consultations_officialanswer": self.answer,
            "consultations_participationrules": ParticipationRulesFactory(municipality=town),
            "notifications_subscription": self.subscription,
            "notifications_delivery": delivery,
        }

    def _plan_rows(self, plan: ActionPlan) -> dict[str, Model]:
        stage = StageFactory(plan=plan)
        project = ProjectFactory(plan=plan, number=1)
        activity = ActivityFactory(project=project)
        indicator = IndicatorFactory(project=project)
        keep_version(project=project, actor=None)
        project.title_fr = "Autre titre"
        project.save()
        keep_version(project=project, actor=None, reason="Relu")
        update = state_activity(
            activity=activity,
            percent=10,
            note="",
            stated_on=plan.municipality.today(),
            uploads=[proof()],
            is_public=True,
            actor=None,
        )
        document, evidence = StageFileFactory(stage=stage), update.files.get()
        removable = ProjectFactory(plan=plan, number=2)
        return {
            "plan-file": document,
            "staff-plan-stage": stage,
            "staff-plan-move": stage,
            "staff-stage-meetings": stage,
            "staff-stage-files": stage,
            "staff-stage-file": document,
            "staff-stage-file-visibility": document,
            "project-evidence": evidence,
            "staff-activity-file": evidence,
            "staff-activity-update": activity,
            "staff-measurements": indicator,
            "staff-project-remove": removable,
        }

    def rows(self, plan: str) -> dict[str, Model]:
        one = {"contribution-hand-over": self.pending, "answer": self.answer, "answer-step": self.answer}
        acts = ("contribution", "contribution-publish", "contribution-refuse", "contribution-redact")
        return self.of_plan[plan] | one | dict.fromkeys(acts, self.pending)

    def names(self, route: str, *, is_draft: bool) -> dict[str, object]:
        """What addresses name beside keys."""
        known: dict[str, object] = {
            "code": self.code,
            "token": self.subscription.token,
            "suffix": "csv",
            "asked": "profile",
            "old": 1,
            "new": 2,
        }
        if route == "opinions-register-file":
            known["year"] = timezone.now().year
        about_period = re.search(r"consultation|contribute|said-done|notify-me|paper-form", route)
        if (about_period and is_draft) or route == "staff-consultation-remove":
            known["number"] = self.draft.number
        return known

    def query(self, route: str) -> str:
        return f"?c={self.waiting.pk}" if route == "answer-new" else ""


class Cast:
    """A municipality with one of everything, and its addresses."""

    def __init__(self, slug: str) -> None:
        self.municipality = factories.MunicipalityFactory(
            **{"tunisian" if slug == "nefta" else "moroccan": True}
        )
        program = factories.ProgramFactory(municipality=self.municipality, year=2022, published=True)
        self.task = task = factories.TaskFactory(phase__program=program)
        self.document = document = factories.ExpectedDocumentFactory(task=task)
        self.draft = factories.ProgramFactory(municipality=self.municipality, year=2023)
        upload = SimpleUploadedFile("pv.pdf", b"%PDF-1.4\n")
        self.file = factories.SupportingDocumentFactory(expected_document=document, file=upload)
        self.origin = factories.ProgramOriginFactory(program=program)
        self.plan = ActionPlanFactory(municipality=self.municipality, slug="openness", published=True)
        self.draft_plan = ActionPlanFactory(municipality=self.municipality, slug="draft")
        person = factories.MembershipFactory(municipality=self.municipality).user
        self.objects = {
            "accounts_user": person,
            "audit_entry": record(
                actor=person, action="row.changed", obj=task, municipality=self.municipality
            ),
            "municipalities_municipality": self.municipality,
            "municipalities_membership": person.memberships.get(),
            "programs_program": self.draft,
            "programs_phase": factories.PhaseFactory(program=self.draft),
            "programs_task": factories.TaskFactory(phase__program=self.draft),
            "programs_expecteddocument": factories.ExpectedDocumentFactory(task__phase__program=self.draft),
            "consultations_actionplan": ActionPlanFactory(municipality=self.municipality, slug="spare"),
            "consultations_project": ProjectFactory(plan=self.draft_plan, number=3),
        }
        self._tables(program)
        self._projects(program)
        self._meetings()
        self._papers()
        self._people(person)
        self.said = Said(self.municipality, self.plan, self.draft_plan)
        self.objects |= self.said.objects
        published(self.municipality)

    def _people(self, member: User) -> None:
        """Somebody who works there, somebody who is invited, and the links of letters."""
        town = self.municipality
        inviter = factories.MembershipFactory(municipality=town, role=Role.MUNICIPAL_ADMIN).user
        invited, self.token = invite(
            municipality=town,
            email=f"invited@{town.slug}.example",
            name="Somebody",
            role=Role.AUDITOR,
            language="fr",
            actor=inviter,
        )
        for act in ("staff-member", "staff-member-remove", "staff-member-factor"):
            self.rows[act] = member
        for act in ("staff-invitation-again", "staff-invitation-withdraw"):
            self.rows[act] = invited
        self.letters = {
            "invitation": {"token": self.token},
            "reset-password": {"code": links.reset_code(member)},
            "confirm-email": {"code": links.email_code(member, f"new@{town.slug}.example")},
        }

    def _tables(self, program: Program) -> None:
        """What the calendar's tasks produce; the rows that the admin deletes are the draft's."""
        keep_zone_map(municipality=self.municipality, upload=check_upload(table_rows.upload()), actor=None)
        facility = table_rows.FacilityFactory(program=program)
        photo = table_rows.FacilityPhotoFactory(facility=facility)
        self.rows = {
            "facility": facility,
            "facility-photos": facility,
            "facility-photo": photo,
            "staff-photo": photo,
            "photo-change": photo,
            "coordination": table_rows.CoordinationFactory(program=program),
        }
        makers = {
            "cell": table_rows.CellFactory,
            "announcement": table_rows.AnnouncementFactory,
            "infrastructureline": table_rows.InfrastructureLineFactory,
            "facility": table_rows.FacilityFactory,
            "budgetline": table_rows.BudgetLineFactory,
            "taxrecovery": table_rows.TaxRecoveryFactory,
            "coordination": table_rows.CoordinationFactory,
        }
        self.objects |= {f"programs_{name}": make(program=self.draft) for name, make in makers.items()}

    def _projects(self, program: Program) -> None:
        """A card that the public sees where its program is public; what the admin deletes has no versions."""
        for place in (program, self.draft):
            project_rows.at_stage(project_rows.CardFactory(program=place, number=1), "prepare")
        project_rows.NeedFactory(municipality=self.municipality, number=1)
        project_rows.EnvelopeFactory(program=program)
        project_rows.ScheduleStepFactory(card=program.cards.get())
        card = project_rows.CardFactory(program=self.draft, number=2)
        self.objects |= {
            "programs_projectcard": card,
            "programs_envelope": project_rows.EnvelopeFactory(program=self.draft),
            "programs_schedulestep": project_rows.ScheduleStepFactory(card=card),
            "programs_need": project_rows.NeedFactory(municipality=self.municipality, number=2),
            "programs_program": factories.ProgramFactory(municipality=self.municipality, year=2024),
        }

    def _meetings(self) -> None:
        self.meeting = MeetingFactory(municipality=self.municipality, published=True)
        self.draft_meeting = MeetingFactory(municipality=self.municipality)
        for meeting in (self.meeting, self.draft_meeting):
            meeting.file = MeetingFileFactory(meeting=meeting)
        self.video = VideoLinkFactory(meeting=self.meeting)
        MinutesFactory(meeting=self.meeting, is_public=True)
        self.objects["meetings_meeting"] = MeetingFactory(municipality=self.municipality)
        self.objects["meetings_minutes"] = MinutesFactory(meeting=self.draft_meeting)

    def _papers(self) -> None:
        """Copies that were sent, long papers that were made, and what makes papers of a program possible."""
        town = self.municipality
        proof = DispatchProofFactory(line__dispatch__municipality=town)
        self.rows |= {"dispatch-proof": proof, "dispatch-proof-remove": proof, "document-own": self.document}
        acts = ("staff-dispatch", "dispatch-list", "dispatch-more", "dispatch-proofs", "dispatch-remove")
        self.rows |= dict.fromkeys(acts, proof.line.dispatch)
        self.rows["meeting-pack"] = MeetingFactory(municipality=town, kind="deciding_body")
        self.printed = {
            state: printed(town, "program-calendar", {"year": year})
            for state, year in (("", 2022), ("draft", 2023))
        }
        self.objects |= {
            "dispatches_recipient": RecipientFactory(municipality=town),
            "papers_printing": self.printed[""],
            "papers_worker": Worker.objects.create(name=town.slug),
        }

    def _meeting_address(self, row: Row) -> str:
        meeting = self.draft_meeting if row.state == "draft" else self.meeting
        named = {
            "staff-meeting-file": meeting.file,
            "meeting-file-visibility": meeting.file,
            "meeting-video-remove": self.video,
        }
        where = {"slug": self.municipality.slug, "pk": named.get(row.route, meeting).pk}
        if row.route == "meeting-file":
            where["file_pk"] = meeting.file.pk
        return reverse(row.route, kwargs=where)

    def address(self, row: Row) -> str:
        if row.route.startswith("admin:"):
            return self._admin_address(row.route.removeprefix("admin:"))
        if re.match(r"(staff-)?meeting(-(?!new|pack)|$)", row.route):
            return self._meeting_address(row)
        year, plan = (2023, "draft") if row.state == "draft" else (2022, "openness")
        if row.route.startswith("table-"):
            table = {"table": "budget"} | ({"format": "csv"} if row.route == "table-export" else {})
            return reverse(row.route, kwargs={"slug": self.municipality.slug, "year": year, **table})
        named = {
            "program-origin": self.origin,
            "staff-task": self.task,
            "task-meetings": self.task,
            "document-files": self.document,
        }
        named |= self.rows | self.said.rows(plan)
        pk = named.get(row.route, self.file).pk
        known = {"slug": self.municipality.slug, "year": year, "plan": plan, "number": 1, "pk": pk}
        known |= self.said.names(row.route, is_draft=row.state == "draft")
        known["key"] = self.printed[row.state].key
        known |= self.letters.get(row.route, {})
        if row.route == "verify-code":
            known["code"] = code_of(Publication.objects.of(self.municipality).first())
        wanted = get_resolver().reverse_dict.getlist(row.route)[0][0][0][1]
        query = self.said.query(row.route)
        return reverse(row.route, kwargs={name: known[name] for name in wanted}) + query

    def _admin_address(self, name: str) -> str:
        program = self.objects["programs_program"]
        if name == "short-address":
            return f"/admin/programs/program/{program.pk}/"
        if name == "anything-else":
            return "/admin/nothing/of/the/kind/"
        if name == "app_list":
            return reverse("admin:app_list", args=["programs"])
        if name == "view_on_site":
            return reverse(
                "admin:view_on_site", args=[ContentType.objects.get_for_model(program).pk, program.pk]
            )
        if name == "autocomplete":
            query = "?app_label=programs&model_name=phase&field_name=program"
            return reverse("admin:autocomplete") + query
        if name == "password_change":
            return reverse("admin:password_change")
        if name == "auth_user_password_change":
            return reverse(f"admin:{name}", args=[self.objects["accounts_user"].pk])
        model, _underscore, view = name.rpartition("_")
        if view in ("change", "delete", "history"):
            return reverse(f"admin:{name}", args=[self.objects[model].pk])
        if view == "transition":
            return reverse(f"admin:{name}", args=[self.objects[model].pk, "publish"])
        return reverse(f"admin:{name}")


def sign_in(visitor, own, foreign):
    client = Client()
    if visitor == "platform":
        client.force_login(factories.UserFactory(is_superuser=True))
    elif visitor == "stranger":
        client.force_login(factories.MembershipFactory(municipality=foreign, role=Role.MUNICIPAL_ADMIN).user)
    elif visitor != "anonymous":
        client.force_login(factories.MembershipFactory(municipality=own, role=visitor).user)
    return client


def ask(client: Client, row: Row, address: str) -> str:
    """The answer to one question, whose traces are taken back."""
    data = {"post": "yes"} if row.route.endswith("_delete") else {}
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.post(address, data) if row.method == "POST" else client.get(address)
        answer = in_words(client, response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def in_words(client: Client, response) -> str:
    """``sign-in`` for the way there; Django's own way there leads on to it, or to a refusal."""
    where = response.headers.get("Location", "")
    if where.startswith(reverse("admin:login")):
        return in_words(client, client.get(where))
    return "sign-in" if where.partition("?")[0] == reverse("sign-in") else str(response.status_code)
