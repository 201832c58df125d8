"""What people write with personal data in it, and what they write without: the measure of the marks.

Each value is written as somebody writes it, and set into sentences of both languages in turn. The people,
numbers and addresses are made up. The order of the sentences is fixed, so that a miss can be found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

PHONES = """
20 123 456|20123456|98 765 432|98765432|+216 20 123 456|+21620123456|00216 20 123 456|0021698765432
(+216) 55 123 456|216 22 333 444|55.123.456|55-123-456|55/123/456|55_123_456|2 0 1 2 3 4 5 6|20 12 34 56
20.12.34.56|71 234 567|71-234-567|٢٠١٢٣٤٥٦|٢٠ ١٢٣ ٤٥٦|+٢١٦ ٩٨ ٧٦٥ ٤٣٢|٥٥-١٢٣-٤٥٦|۹۸۷۶۵۴۳۲|20١٢٣456
２０１２３４５６|98 76 54 32|+216-98-765-432|23 456 789|0612345678|06 12 34 56 78|06.12.34.56.78
06-12-34-56-78
0661 23 45 67|06 61 234 567|+212612345678|+212 6 12 34 56 78|+212 (0)6 12 34 56 78|00212 661 234 567
00212661234567|212 661 234 567|0537 12 34 56|05 37 12 34 56|0708090102|07/08/09/01/02|٠٦١٢٣٤٥٦٧٨
٠٦ ١٢ ٣٤ ٥٦ ٧٨|+٢١٢ ٦ ١٢ ٣٤ ٥٦ ٧٨|٠٥٣٧١٢٣٤٥٦|O6 12 34 56 78|06 12 3456 78|661234567|6 61 23 45 67
0 6 1 2 3 4 5 6 7 8|06 – 12 – 34 – 56 – 78|(06) 12345678|+33 6 12 34 56 78|0033612345678|+39 333 1234567
06*12*34*56*78|+216.20.123.456|zéro six douze trente-quatre cinquante-six soixante-dix-huit
vingt, douze, trente-quatre, cinquante-six, dix, neuf
صفر ستة واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية|عشرين واثنا خمسة وخمسين صفر ستة واحد زوز تسعة
زيرو ستة واحد جوج تلاتة ربعة خمسة ستة|066 12 34 567|07 - 11 - 22 - 33 - 44|00 212 655 44 33 22
29 / 876 / 543|20 5 5 5 5 5 5
"""

IDENTITIES = """
01234567|0123 4567|CIN 01234567|CIN: 09876543|CIN n° 12345678|C.I.N. 08123456|ب.ت.و 01234567
بطاقة تعريف وطنية 01234567|رقم بطاقة التعريف: ٠١٢٣٤٥٦٧|بطاقة التعريف الوطنية رقم 11223344|٠٩٨٧٦٥٤٣
carte d'identité 01234567|carte d’identité nationale n° 07654321|AB123456|A123456|BE 123456|BK-654321
ab123456|EE12345|JB 12345|K١٢٣٤٥٦|CNIE BH123456|CNIE: F 654321|cin d123456|البطاقة الوطنية AB654321
رقم البطاقة الوطنية: GK98765|لاكارط ديالي G123456|باسبوري X123456|جواز السفر رقم Z654321
passeport Y123456|carte nationale PB 234567|carte nationale n° T123456|بطاقتي رقمها 04567890|۰۱۲۳۴۵۶۷
CIN 0 1 2 3 4 5 6 7|ب ت و رقم 11872233|cni g 445566|CINE : QA 12345
"""

EMAILS = """
ahmed.ben@gmail.com|trabelsi_1980@yahoo.fr|contact@association-nefta.org|prenom.nom@topnet.tn
k.alami@menara.ma|NOM@HOTMAIL.COM|nom+commune@outlook.com|a.b-c@sous.domaine.org|mohamed @ gmail.com
mohamed@gmail .com|fatma (at) gmail.com|fatma[at]gmail[dot]com|fatma (at) gmail (dot) com
fatma arobase gmail point com|youssef at gmail dot com|samir@gmail|samir @ yahoo|salma.k@live.fr
ali(arobase)hotmail.fr|x1y2z3@protonmail.com|amina@commune.ma|أحمد@gmail.com|nadia آت gmail نقطة com
hicham@icloud.com|sami@planet.tn|mourad.lahlou (a) gmail.com|h_kabbaj77@outlook.fr|rania AT yahoo DOT fr
"""

BANKS = """
08 006 0351835984788 31|08006035183598478831|RIB 10 006 0351835984788 31|TN59 0800 6035 1835 9847 8831
TN5908006035183598478831|011 780 000012345678901234|011780000012345678901234
MA64 011 519 0000012050001234 21|RIB: 230 810 1234567890123456 78|IBAN MA64011519000001205000534921
compte bancaire 12345678901|حسابي البنكي 08006035183598478831|الحساب الجاري رقم 17000000000123456789
CCP 1234567890 12|4539 1488 0343 6467
"""

NAMES = """
السيد محمد الطرابلسي|السيدة فاطمة بن علي|للسيد علي الشابي|السيد الهادي المنصوري|والسيد كمال
بالسيد رضا القاسمي|الأستاذ سامي العياري|الأستاذة سلمى الكتاني|الدكتور يوسف العلمي|للدكتورة نادية الفاسي
المهندس وليد الجبالي|المدعو خالد|المدعوة سعاد الزين|الحاج قدور|الحاجة فاطمة|سي محمد|سي لطفي البجاوي
لالة خديجة|للا مليكة|د. منير بوعزيز|الآنسة مريم العمراني|السِّيد مُحمد بن صالح|السيّدة لَيلى|سيد علي حسن
السيد عبد القادر التازي|السيد بوعلام|علي بن صالح|اسمي حسن الوزاني|الاسم واللقب: منى العبدلي
الاسم الكامل : يونس البقالي|سميتي هشام|Mme Trabelsi|M. Ben Ali|Mr Ahmed Alaoui|Monsieur Karim Bennani
madame saidi|Mlle Nour Ayari|mme benali|Melle Hajer|monsieur Tazi|Dr Hatem Jaziri|Docteur Leïla Mansouri
Maître Slim Gharbi|Me Bouzid|Pr Nabil Kettani|Hadj Brahim|Lalla Aicha|si mohamed|dr karim|MME KETTANI
mr. Jebali|Ali ben Salah|Mohamed Ben Youssef|je m'appelle Sonia Khelifi|Je m’appelle karim
mon nom est Idriss Lahlou|nom et prénom : Rim Oueslati|Signé : Tarek Hamdi|smiti Hicham
ismi Walid Chebbi|Madame Benjelloun-Touimi|M. El Amrani|اسمه نورالدين الماجري|السيد ع. الطرابلسي
محمد العربي الزوابي|Fatima-Zahra El Idrissi|M.Trabelsi|Mr Bouaziz|السي حميد|الدكتورة أسماء المنصوري
"""

LINKS = """
https://exemple.com/offre|http://www.boutique-exemple.tn|www.exemple.ma|exemple.com|bit.ly/3abcDEF
t.me/groupe_exemple|wa.me/21620123456|facebook.com/page.exemple|@compte_exemple|hxxp://exemple[.]com/x
HTTPS://EXEMPLE.NET|promo-exemple.shop|exemple (dot) com|instagram.com/exemple|youtu.be/abc exemple.tv
"""

OFFENCES = """
أنتم حثالة|يا كلاب|يا حمار|رئيس حقير|كلكم لصوص|بلدية السراق|يا أوغاد|هؤلاء خونة|منافقين|شفارة
يا ولد الحرام|الله يلعنكم|ما تحشموش|قليلين التربية يا بهايم|نصابين محتالين|أغبيااااء|كذابين|حرامية|زوامل
مسؤول قواد|ولاد الكلب|نعل بوك|سير تقود|يا حـمـيـر|connards|bande de voleurs|ce sont des escrocs
fils de pute|allez vous faire voir|ta gueule|quel imbécile|tous pourris|bande d'incapables
espèce de crétin|salopards|merde|menteurs|corrompus|idiooots|vous êtes des abrutis|enculés|klem 9a7ba
ya klab|zebbi|3asba likom|wlad l7ram|ya 7mar|chaffara|serra9in|ta7an|weld 9a7ba|mnayek|nikomok
"""

THREATS = """
سنحرق البلدية|يجب قتلهم|غادي نقتل|باش نقتلهم|اذبحوهم|الموت لكم|نعرف وين تسكن|يستاهلو الموت|طرد الأفارقة
ستدفعون الثمن|il faut les tuer|on sait où tu habites|je vais vous tuer|dehors les noirs|à mort le maire
égorgez-les|na3raf darek
"""

CARRIERS_AR = (
    "أرجو التدخل لإصلاح الإنارة في حينا، {}",
    "{} من فضلكم الرد في أقرب وقت",
    "الطريق في حالة سيئة منذ ستة أشهر. {}. وشكرا",
    "نحب نعرف وقتاش تبدا الأشغال {} يعيشكم",
    "بغينا نعرفو فوقاش غادي تسالي الأشغال ({})",
    "سؤال للمجلس:\n{}\nهل من جواب؟",
    "قال لي الجيران اتصل على {} ولم يجب أحد",
    "نقترح توسيع الحديقة و {}",
)
CARRIERS_FR = (
    "Merci de réparer l’éclairage de notre rue, {}",
    "{} merci de répondre vite.",
    "La route est en mauvais état depuis six mois. {}. Cordialement",
    "Bonjour, je demande un passage piéton : {}",
    "On veut savoir quand les travaux commencent ({})",
    "Question au conseil\n{}\nY a-t-il une réponse ?",
    "khoya {} bghit na3ref fo9ach ghadi tsali l5edma",
    "Les voisins disent « {} » et personne ne vient",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, the mark it must have, and what the mark must touch."""

    text: str
    code: str
    value: str


def _values(lines: str) -> list[str]:
    return [value for line in lines.strip().splitlines() for value in line.split("|")]


def _samples(code: str, lines: str) -> list[Sample]:
    """Every value in a sentence of each language, in turn, and in one of both together."""
    carriers = cycle(zip(CARRIERS_AR, CARRIERS_FR, CARRIERS_FR[3:] + CARRIERS_AR[:3], strict=True))
    return [
        Sample(carrier.format(value), code, value)
        for value, chosen in zip(_values(lines), carriers, strict=False)
        for carrier in chosen
    ]


PERSONAL = [
    *_samples("phone", PHONES),
    *_samples("identity", IDENTITIES),
    *_samples("email", EMAILS),
    *_samples("bank", BANKS),
    *_samples("name", NAMES),
]
OTHERS = [*_samples("link", LINKS), *_samples("insult", OFFENCES), *_samples("violence", THREATS)]

HARMLESS = """
نقترح غرس أشجار في ساحة المدرسة وإنارة الطريق المؤدية إليها.
الطريق بين حي النصر ووسط المدينة مليئة بالحفر منذ سنة 2019.
نطلب رفع الفضلات ثلاث مرات في الأسبوع عوضا عن مرة واحدة.
الكلاب السائبة كثيرة قرب المدرسة، نرجو إيجاد حل.
كلفة المشروع 250.000 دينار، فهل تكفي؟
خصصت البلدية 1 250 000 دينار للتنوير العمومي سنة 2022.
الميزانية 500.000,00 درهم لا تكفي لكل الأحياء.
السيد رئيس البلدية المحترم، نشكركم على هذه الاستشارة.
إلى السيد الكاتب العام المكلف بتسيير البلدية.
نرجو من السيد المدير أن ينشر المحاضر في أجل 5 أيام.
السيدة الرئيسة، متى تنطلق الأشغال؟
الجلسة يوم 13/11/2021 على الساعة 10:30 بقصر البلدية.
انعقدت الدورة من 13 نوفمبر 2021 إلى 15 نوفمبر 2021.
برنامج 2021-2022 لم يُنجز منه إلا 10 من 19.
القانون الأساسي عدد 29 لسنة 2018 ينص على ذلك في الفصل 29.
القانون التنظيمي 113-14 والمرسوم 2.16.301 واضحان.
عدد سكان الحي 20819 ساكنا ولا توجد حديقة واحدة.
المساحة 12 500 متر مربع وتكفي لملعب وحديقة.
نهج الدكتور علي لا إنارة فيه.
شارع الحبيب بورقيبة يحتاج إلى ممر للراجلين.
مدرسة الأستاذ محمد علي بلا سياج.
سيدي بوعلي منطقة بلا قنوات صرف.
زنقة سيدي علي بن حمدوش ضيقة.
حي طارق بن زياد وحي عقبة بن نافع بلا حافلة.
معتمدية بن قردان وولاية بن عروس مثال جيد.
أمي لا تستطيع بلوغ المستوصف لأن الحافلة لا تمر.
نحتاج إلى طبيب قار في المستوصف، وإلى صيدلية ليلية.
الزبالة تتراكم في السوق يوم الأحد.
هذا حي مهمش وكل الوعود لم تنفذ.
لا أوافق على هذا المشروع لأنه لا يخدم الشباب.
القرار غير عادل، والإدارة بطيئة جدا في الرد.
أين ذهبت الأموال المخصصة للحي؟ نطلب نشر الصفقات.
نريد أن تنشر البلدية قائمة المنتفعين.
متى سيفتح باب الترشح؟ الأجل قصير جدا.
نقترح ميزانية تشاركية بنسبة 5% من الاستثمار.
الماء ينقطع كل يوم من الساعة 8 إلى الساعة 12.
حافلة واحدة لـ 3000 تلميذ غير كافية.
النصاب القانوني لم يتوفر في الجلسة الأولى.
خدمة العملاء في شركة الماء لا ترد.
الخنازير البرية تفسد المزروعات في المناطق الريفية.
العربات المجرورة بالحمير تعطل المرور في السوق.
جدار ساقط قرب الملعب يهدد الأطفال.
طهروا القنوات قبل فصل الأمطار.
الطلبة الأفارقة يحتاجون إلى مكتب إرشاد بالفرنسية.
وقت فتح المكتبة من 8 إلى 16 غير مناسب للطلبة.
المشروع عدد 3 نسخة 2 أفضل من النسخة الأولى.
خط العرض 33.873123, 7.882312 هو مكان الحفرة.
صرفت 12.500,250 دينار على الدهن فقط؟
نقترح 3 ملاعب و2 حدائق و10 نقاط إنارة.
دخلنا في 2025 وما زالت الأشغال متوقفة.
نحب نعرف علاش تعطلت الأشغال في نهجنا.
بغينا ملعب للقرب فالحي ديالنا.
الجماعة خاصها تزيد الإنارة فالزنقة الخلفية.
واش كاين شي برنامج للشباب هاد العام؟
علاش ما تنشروش محاضر الدورات فالموقع؟
كانت الحديقة جميلة، واليوم هي مهملة.
نشكر أعوان البلدية على مجهودهم بعد الفيضانات.
السيد الوالي والسيد المعتمد حضرا التدشين.
السيد العامل والسيد الباشا مطالبان بالتدخل.
السيدات والسادة أعضاء المجلس، تحية طيبة.
نقترح قاعة متعددة الاختصاصات قرب المعهد.
عدد التلاميذ 1200 وعدد الأقسام 24.
الصفقة رقم 12/2022 لم تنشر بعد.
رقم البطاقة غير مطلوب في هذه الاستمارة، أليس كذلك؟
هل يمكن نشر رقم هاتف البلدية في الموقع؟
نريد بريدا إلكترونيا للبلدية ورقما أخضر.
الأستاذ الجامعي مثل غيره من المواطنين.
المهندس البلدي لم يزر الورشة.
الحاجة إلى مستوصف قريب أصبحت ملحة.
الحاجة ماسة إلى ماء صالح للشرب.
من 1 جانفي 2022 إلى 31 ديسمبر 2022.
شهر رمضان 1443 وقت غير مناسب للاستشارة.
أطلب تأجيل الجلسة إلى 2022/01/15.
المخطط 2022-2027 أهم من البرنامج السنوي.
نسبة الاستخلاص 45,6% ضعيفة، يجب تحسينها.
أقترح 100000 درهم للمكتبة و200000 درهم للملعب.
السكن الاجتماعي متوقف منذ سنتين.
Nous demandons plus d’éclairage dans la rue de la gare.
La collecte des ordures ménagères doit être quotidienne en été.
Les chiens errants sont un danger pour les enfants.
Le budget de 1 250 000 DT est insuffisant.
Coût estimé : 510 000 dinars, soit 15 % du programme.
Le montant de 500.000,00 MAD ne couvre pas les deux quartiers.
Monsieur le Maire, merci pour cette consultation.
Madame la Présidente du conseil, quand commencent les travaux ?
Bonjour Monsieur, je propose une bibliothèque.
Si la commune publiait les procès-verbaux, on pourrait suivre.
Si Tunis l’a fait, nous pouvons le faire aussi.
Il me semble que le projet 3 est mieux que le projet 2.
La séance du 13/11/2021 à 10h30 était trop courte.
Du 1er octobre 2024 au 31 mars 2025, rien n’a été fait.
Le programme 2021-2022 n’est réalisé qu’à 10 sur 19.
La loi organique 2018-29, article 29, le prévoit.
Le décret n° 2019-401 du 6 mai 2019 organise le registre.
Le dossier n° 12345 est-il traité ?
Avenue du Docteur Moreau, aucun passage piéton.
Rue Mohamed Ben Youssef : trottoirs cassés.
Place Hadj Brahim, il faut des bancs.
L’école Tarek Ibn Ziad n’a pas de clôture.
Ben Guerdane et Ben Arous ont déjà un tel portail.
Le maître d’ouvrage doit afficher le panneau de chantier.
Un poteau pourri menace de tomber près du marché.
Le terrain a été vendu sans consultation.
Lâchez un peu de budget pour la culture !
Nous voulons 3 terrains de sport et 2 jardins.
Trente-cinq mille quatre cents dinars pour un rond-point, c’est trop.
Deux ou trois bus par jour suffiraient.
La place coûte 25 000 000 de millimes, c’est beaucoup.
Surface de 12 500 m2 pour 20 819 habitants.
Code postal 14000 ou 2240, peu importe : le courrier n’arrive pas.
Le taux de recouvrement est de 45,6 %, il faut l’améliorer.
Je ne suis pas d’accord avec ce choix.
Cette décision est injuste et l’administration est lente.
Où est passé l’argent prévu pour notre quartier ?
Publiez les marchés publics et leurs titulaires.
Le médecin ne vient qu’une fois par semaine au dispensaire.
Plantez des arbres le long de la route RN 12.
La route GP 3 et la RR 134 sont dangereuses.
Il y a 24 classes pour 1200 élèves.
Les travaux ont duré 18 mois au lieu de 6.
Point GPS 33.873123, 7.882312 : nid-de-poule.
Le bus passe à 7 h 10, 8 h 20 et 17 h 45.
Le projet 12, version 2, est meilleur.
La piscine ferme de 12 h à 14 h.
Merci aux agents de la commune pour leur travail.
Le Dr est absent depuis mars.
On demande un numéro vert et une adresse e-mail de la commune.
Mesdames et Messieurs les conseillers, bonjour.
Monsieur, je vous prie de publier le rapport.
Quel est le nom du responsable du projet ?
Mon nom ne doit pas être publié.
Le plan 2022-2027 prévoit 12 actions.
Entre 2015 et 2019, 272 communes ont été financées.
Une aide de 20 à 50 dinars par famille serait utile.
Nous étions 42 participants dont 7 femmes.
Il manque 12 bancs, 30 arbres et 4 poubelles.
La facture de 2023 est plus élevée que celle de 2022.
Le marché hebdomadaire bloque la rue chaque dimanche.
bghina mal3ab f l7ouma dyalna
nheb na3ref wa9tech tabda l5edma fi nahjna
3lach ma tnachrouch l mahader f site
l klab fi kol blassa, lazem 7al
kifach nsejlou f had lbarnamaj?
barcha zebla fi essou9
l mouchkla fi trottoir mkasser
Les sangliers détruisent les cultures.
L’incapacité de la route à absorber la pluie est connue.
Un comité de lutte contre la corruption serait utile.
On dit que l’eau est polluée, faites des analyses.
Abattez l’arbre mort avant qu’il ne tombe.
Éliminez les points noirs de déchets.
Le traitement des parasites des palmiers est urgent.
La conduite DN 300 est percée.
جمال الحي يبدأ من نظافة الشوارع.
رضا الأهالي عن الخدمات ضعيف.
حياة المواطنين في خطر بسبب الحفر.
الاعتماد على الأهالي في العناية بالحديقة فكرة جيدة.
الماء صالح للشرب منذ سنة فقط.
عمر البناية يفوق 50 سنة.
شارع محمد الخامس مزدحم.
حي محمد السادس بلا مستوصف.
L’avenue Habib Bourguiba est sans arbres.
Le boulevard Mohamed V est embouteillé.
Je suis contre ce projet.
Je suis habitante du quartier Ennasr.
""".strip().splitlines()
"""What must not be marked: all a town speaks of, with its dates, amounts, laws, streets and offices."""
