"""The words of the heads of calendar columns and of papers that are none, in Arabic, French and English.

Tables and nothing else.
"""

from enum import StrEnum


class Column(StrEnum):
    """What a column of a calendar holds."""

    PHASE = "phase"
    CODE = "code"
    TASK = "task"
    DOCUMENTS = "documents"
    DATE = "date"
    DONE = "done"
    NOTES = "notes"
    RESPONSIBLE = "responsible"


def _listed(*lines: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for line in lines for phrase in line.split("|"))


# A head belongs to the column of the longest phrase it contains, the first one where several are as long.
HEADS: dict[Column, tuple[str, ...]] = {
    Column.PHASE: _listed(
        "المرحلة | المراحل | مرحلة | مراحل",
        "phase | phases | étape | étapes | stage | stages",
    ),
    Column.CODE: _listed(
        "الرمز | رمز | الرقم | رقم | عدد | رمز العمل | رقم العمل | رمز النشاط | رقم النشاط",
        "code | numéro | no | n | réf | référence | number",
    ),
    Column.TASK: _listed(
        "الأعمال | العمل | أعمال | الأنشطة | النشاط | أنشطة | الأعمال والأنشطة | العمليات | المحطات",
        "المهام | المهمة | مهام | الإجراءات | الإجراء | إجراءات",
        "tâche | tâches | action | actions | activité | activités",
        "task | tasks | activity | activities",
    ),
    Column.DOCUMENTS: _listed(
        "الوثائق | وثائق | الوثيقة | المؤيدات | مؤيدات | الإثباتات | المرفقات | الوثائق المثبتة",
        "document | documents | justificatif | justificatifs | pièces | pièces justificatives | livrables",
        "evidence | supporting documents",
    ),
    Column.DATE: _listed(
        "التاريخ | تاريخ | التواريخ | تواريخ | الأجل | الآجال | الموعد | المواعيد",
        "date | dates | échéance | échéances | délai | date de réalisation | session date",
    ),
    Column.DONE: _listed(
        "الإنجاز | إنجاز | منجز | أنجز | تم الإنجاز | تم إنجاز | تم إنجاز المرحلة | نعم لا",
        "réalisé | réalisée | réalisation | étape réalisée | phase réalisée | tâche réalisée",
        "fait | faite | achevé | achevée | oui non",
        "done | completed | yes no",
    ),
    Column.NOTES: _listed(
        "ملاحظات | الملاحظات | ملاحظة | ملحوظات",
        "observation | observations | remarque | remarques | commentaire | commentaires | note | notes",
        "remarks | comments",
    ),
    Column.RESPONSIBLE: _listed(
        "المسؤول | المسؤولون | الجهة المسؤولة | الطرف المسؤول | المتدخلون",
        "responsable | responsables | pilote | chargé",
        "responsible",
    ),
}

# The heads of tables of people, and of the numbers of people, that are kept beside calendars.
ATTENDANCE: tuple[str, ...] = _listed(
    "الاسم | اللقب | الصفة | الإمضاء | إمضاء | التوقيع | الهاتف | الجنس | العمر | السن",
    "النساء | نساء | الرجال | الإناث | الذكور | الشباب | الحضور | الحاضرين | الحاضرون",
    "المشاركين | المشاركون",
    "nom | prénom | qualité | fonction | signature | émargement | téléphone | cin | sexe | âge",
    "femmes | hommes | jeunes | présents | participants",
    "name | phone | women | men | youth | attendance",
)
# What minutes of a meeting say of themselves and of its course.
MINUTES: tuple[str, ...] = _listed(
    "محضر جلسة | محضر اجتماع | محضر الجلسة | محضر الاجتماع | محضر دورة | جدول الأعمال | افتتحت الجلسة",
    "افتتح الجلسة | رفعت الجلسة | الحاضرون | الغائبون | المتغيبون | حضر السادة | كاتب الجلسة | رئيس الجلسة",
    "procès verbal | compte rendu | ordre du jour | séance ouverte | la séance est levée | étaient présents",
    "étaient absents | secrétaire de séance | minutes of | agenda",
)
