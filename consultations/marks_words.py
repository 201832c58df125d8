"""Words that a moderator should look at: insults and calls to violence, and what surrounds names.

In Arabic, in the Arabic of Tunisia and of Morocco (in Arabic and in Latin letters) and in French. They flag
and decide nothing. Words that people need to speak of their town are left out, however often they are used
as insults too: stray dogs, refuse, dirt. Such words stand in :data:`INSULT_PHRASES` alone.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


INSULTS = _set(
    """
    حقير حقيرة حقراء سافل سافلة سفلة نذل أنذال وضيع خسيس منحط منحطين وغد أوغاد حثالة غبي غبية أغبياء
    أحمق حمقى بليد تافه تافهين جاهل جهلة معتوه أبله كذاب كذابة كذابين منافق منافقين دجال نصابين
    محتال محتالين حرامي حرامية سراق سراقين مرتشي مرتشين مرتش خائن خائنة خونة فاسق فاجر عاهر عاهرة
    عاهرات داعر قواد ديوث مخنث لوطي لقيط كافر زنديق ملعون ملعونين أوباش رعاع قحبة قحاب قحبات نيك
    ينيك تنيك منيك منيوك منايك زب زبي زبور ميبون مبون طحان طحانة طحاين عطاي خرا مسطك باندي باندية
    جبورة مكبوت مفروخ تفه حقار حقارين مافيوزي شفار شفارة زامل زوامل قلاوي طبون بوزبال برهوش براهش
    مكلخ مكلخة مكلخين كلخ مسخوط مساخط حرايمي حرايمية منحوس كلاخ قواويد connard connards connarde
    connasse con cons conne conasse enculé enculés encule salaud salauds salope salopes salopard
    salopards pute putes putain putains merde merdes merdique merdeux imbécile imbéciles idiot
    idiots idiote crétin crétins crétine débile débiles abruti abrutis abrutie bouffon bouffons
    clown clowns enfoiré enfoirés bâtard bâtards batard batards escroc escrocs menteur menteurs
    menteuse corrompu corrompus ripou ripoux traître traîtres crapule crapules racaille racailles
    pédé pédés tapette gouine tarlouze nègre négro bougnoule bicot youpin charlatan charlatans
    mafieux fdp ntm pd bordel niquer nique couille couilles chier chiant foutre bite dégueulasse
    minable minables hypocrite hypocrites 9a7ba 9a7eb ka7ba 9a7bet zebi zebbi zob nayek nayik nik
    nikomok nikommok nikomk tnayek mnayek mnayka miboun mibun mboun 3asba 3asbet asba ta7an ta7anin
    ta77an 5ra khra 9awed 9awad kawad 9awada zamel zwamel zemel chaffar chaffara cheffar chefara chffara
    serra9 sarra9 sarra9in serra9in sorra9 5ayen khayen kadheb kaddab kaddeb 7aqir 7a9ir 9lawi
    9alawi tabon tabboun mkallakh mkelekh 7rami 7ramia harami haramia mounafi9
    """
)

INSULT_PHRASES = (
    "يا حمار",
    "يا حمير",
    "يا بهيم",
    "يا بهايم",
    "يا خنزير",
    "يا خنازير",
    "يا لص",
    "يا لصوص",
    "يا نصاب",
    "يا متخلف",
    "يا متخلفين",
    "يا سارق",
    "يا قذر",
    "يا ساقط",
    "أنتم لصوص",
    "كلكم لصوص",
    "كلهم لصوص",
    "عصابة لصوص",
    "بلدية لصوص",
    "بلدية السراق",
    "عصبة ليكم",
    "espèce d ordure",
    "espèce d âne",
    "bande de voleurs",
    "tous des voleurs",
    "tous voleurs",
    "tous pourris",
    "sont des voleurs",
    "êtes des voleurs",
    "espèce de voleur",
    "bande de parasites",
    "sous merde",
    "ya 7mar",
    "ya hmar",
    "ya 7mir",
    "ya bhim",
    "ya bhayem",
    "ya kleb",
    "يا كلب",
    "يا كلاب",
    "ولد الكلب",
    "اولاد الكلب",
    "ولاد الكلب",
    "ابن الكلب",
    "أبناء الكلب",
    "ابن الكلبة",
    "يا عبيد",
    "يا زبالة",
    "يا وسخ",
    "يا حيوان",
    "يا حيوانات",
    "يا بقر",
    "يا بغل",
    "يا قرد",
    "ولد الحرام",
    "ولاد الحرام",
    "اولاد الحرام",
    "ابن الحرام",
    "أبناء الحرام",
    "ابن الزانية",
    "ولد القحبة",
    "ولاد القحبة",
    "بنت الكلب",
    "بنت الحرام",
    "عديم الشرف",
    "عديمي الشرف",
    "عديم الضمير",
    "عديمي الضمير",
    "بلا شرف",
    "قليل الحياء",
    "قليل التربية",
    "قليلي التربية",
    "قليل الأدب",
    "ما تحشموش",
    "ما تحشمش",
    "ماتحشموش",
    "ما عندكش وجه",
    "الله يلعن",
    "الله يلعنكم",
    "لعنة الله عليكم",
    "لعنة الله عليه",
    "الله ينعل",
    "ينعل بوك",
    "ينعل والديك",
    "نعلة الله",
    "نعل بوك",
    "سير تقود",
    "سيرو تقودو",
    "يلعن بوك",
    "يلعن دين",
    "فمك بالخرا",
    "بياع وطنه",
    "باع ضميره",
    "fils de pute",
    "fils de chien",
    "fils de chienne",
    "fils de putain",
    "ta gueule",
    "ferme ta gueule",
    "fermez vos gueules",
    "va te faire",
    "allez vous faire",
    "bande de chiens",
    "bande d ânes",
    "bande de nuls",
    "bande d incapables",
    "gros porc",
    "sale arabe",
    "sale noir",
    "sale juif",
    "sale chien",
    "espèce de chien",
    "honte à vous",
    "tête de mule",
    "weld l 9a7ba",
    "weld el 9a7ba",
    "wlad l 9a7ba",
    "weld l7ram",
    "wlad l7ram",
    "ould lehram",
    "ya kelb",
    "ya kalb",
    "ya klab",
    "ya 7ayawan",
    "ma t7chmouch",
    "ma te7chmouch",
    "ma thechmouch",
    "yel3an bouk",
    "yl3an bouk",
    "na3al bouk",
    "lah yn3al",
    "allah yel3an",
    "rabi yel3an",
    "sir t9awed",
)

VIOLENCE = _set(
    """
    سنقتلكم سنقتله نقتلوهم نقتلهم نقتلكم اقتلوهم اقتلوه اذبحوهم نذبحوهم نذبحهم سنحرق نحرقوهم احرقوهم
    سنهاجم تصفيتهم شنقوهم اشنقوهم سنفجر تفجيرهم اضربوهم نضربوهم الوصفان زنوج tuons tuez égorger
    égorgez égorgeons pendez pendons lynchez lynchons exterminez génocide n9atlou ne9tlouhom
    no9tlouhom nedhb7ouhom ned7bouhom na7r9ou ne7r9ou wosfan wosfen 3abid 3azzi 3zawa
    """
)

VIOLENCE_PHRASES = (
    "يجب قتلهم",
    "لازم قتلهم",
    "يستحق الموت",
    "يستاهل الموت",
    "يستاهلو الموت",
    "يستحقون الموت",
    "الموت لهم",
    "الموت لكم",
    "سنحرق البلدية",
    "نحرقو البلدية",
    "سأقتل",
    "باش نقتل",
    "غادي نقتل",
    "سيدفع الثمن",
    "ستدفعون الثمن",
    "نعرف دارك",
    "نعرف وين تسكن",
    "نعرفو وين تسكن",
    "عارفين فين ساكن",
    "دمك حلال",
    "اطردوا الأفارقة",
    "طرد الأفارقة",
    "السود خارج",
    "à mort",
    "mort aux",
    "il faut les tuer",
    "il faut le tuer",
    "je vais le tuer",
    "je vais vous tuer",
    "on va brûler",
    "on va vous retrouver",
    "on sait où tu habites",
    "je sais où il habite",
    "je sais où tu habites",
    "dehors les noirs",
    "dehors les africains",
    "dehors les étrangers",
    "mérite la mort",
    "na3raf darek",
    "na3ref win toskon",
)

TITLES_AR = _set(
    """
    سيد سيدة آنسة أستاذ أستاذة دكتور دكتورة مهندس مهندسة مدعو مدعوة حاج
    """
)
"""Without their article."""
SHORT_TITLES_AR = _set("سي السي لالة لالا للا")
SPOKEN_TITLES_AR = _set("حاجة معلم معلمة")
"""Ordinary words, unless a given name follows."""

ROLES_AR = _set(
    """
    رئيس رئيسة رئاسة كاتب كاتبة مدير مديرة والي معتمد معتمدة عامل قائد باشا وزير وزيرة عمدة مستشار
    مستشارة عضو عضوة مسؤول مسؤولة محترم محترمة نائب نائبة وكيل وكيلة قاضي مفوض مهندس مهندسة مكلف
    مكلفة خبير خبيرة مواطن مواطنة مشرف مشرفة منسق منسقة بلدي بلدية جماعة جماعي مجلس ذي تي خليفة
    محافظ محافظة طبيب صيدلي مقرر مقررة عام متصرف أمين مندوب معماري مختص مختصة جهوي إقليمي قنصل سفير
    حاضرين حضور سادة سيدات جامعي دولي مدني فلاحي طرقات أشغال مالي ثانوي ابتدائي تنفيذي إداري بناء أول أولى
    رياضيات فرنسية عربية أعضاء ممثل ممثلة رئيسا دولة أن إن في من عن إلى هو هي كان كانت قد لا لم
    لن ما هل كل هذا هذه ذلك مع عند بعد قبل ثم أو حتى أما و ليس غير لها له لهم لنا لكم يجب يطلب قال
    قالت صاحب مالك صاحبة مالكة جار جارة المقيم الساكن الله بيت رمضان عيد منزل
    """
)
"""What follows a title without being a name, without the article."""
ALSO_NAMES_AR = _set("أمين خليفة رمضان عيد مالك")
"""Those of them that are given names too: what comes next tells."""

TITLES_FR = _set("mme mmes mlle melle mr monsieur madame mademoiselle msieur mdame")
CAPITAL_TITLES_FR = _set("m me dr docteur pr professeur maître hadj hajj haj lalla mrs")
"""Titles that are also ordinary words: a capital stands at their head and after them."""
SPOKEN_TITLES_FR = _set("si hadj hajj haj lalla dr")
"""Ordinary words or written small, unless a given name follows."""
NO_NAME = _set("est et de la le sur ne complet في لا غير هو مجهول الحقيقي هنا")
"""What follows “name” where none is told."""
NO_CARD_LETTERS = _set(
    "n no nr id m de du le la au en cp bp km dt dh tn ma rn rr rp gp et a p s ref pk kg ha"
)
"""What stands before a number without being the letters of an identity card."""

ROLES_FR = _set(
    """
    le la les l un une des de du d et ou qui que je j tu il elle on nous vous ils elles a à est au
    aux dans en par pour sur avec maire maires président présidente directeur directrice secrétaire
    ministre gouverneur délégué déléguée conseiller conseillère adjoint adjointe wali caïd pacha
    chef responsable député députée préfet médecin monsieur madame messieurs mesdames bonjour
    bonsoir merci svp cher chère citoyen citoyenne chers si comme puis car mais ne n se s y ce cette
    ces c mon ma mes votre vos notre nos leur leurs tous toutes tout toute généraliste spécialiste
    dentiste agent agente juge architecte urbaniste ingénieur voisin voisine ouvrage oeuvre œuvre
    d'ouvrage avez pouvez êtes avait
    """
)

PLACES = _set(
    """
    شارع نهج زنقة ساحة حي مدرسة إعدادية معهد مستشفى مسجد جامع ملعب قاعة دار مركب طريق حديقة مكتبة
    ثانوية مركز محطة سوق مقبرة زاوية ضريح قبة مصحة صيدلية كلية جامعة ممر درب فضاء منتزه rue avenue
    av boulevard bd bld place école collège lycée hôpital stade salle mosquée cité quartier parc
    jardin impasse passage route station bibliothèque centre clinique pharmacie square marabout
    mausolée souk
    """
)
"""What is named after people, in the one or two words before a title."""

GIVEN_NAMES = _set(
    """
    محمد أحمد علي عمر حسن حسين خالد يوسف إبراهيم مصطفى عبد صالح سعيد كمال رضا سامي هشام نبيل فوزي
    منير جمال الحبيب المنصف الهادي الطاهر البشير نورالدين فاطمة عائشة خديجة مريم زينب سعاد نادية
    ليلى سلمى هند آمنة سميرة حياة نجاة لطيفة رشيدة حسناء سناء مليكة عزيزة ياسين أنس أيمن بلال حمزة
    زكرياء طارق وليد ماهر شكري لطفي mohamed mohammed ahmed ali omar hassan hussein houcine khaled
    youssef ibrahim brahim mustapha moustafa salah said kamel kamal ridha rida sami hichem hicham
    nabil fawzi mounir jamel jamal habib moncef hedi tahar béchir noureddine fatma fatima aicha
    khadija meriem mariem maryam zineb souad nadia leila salma hind amna samira hayet hayat najet
    latifa rachida hasna sana malika aziza yassine anas aymen bilal hamza zakaria tarek walid maher
    chokri lotfi abdelkader abdallah abdelaziz karim sofiane rachid driss younes imane ahlem rim
    amine wassim
    """
)

SURE_NAMES_AR = _set(
    """
    محمد أحمد حسين يوسف إبراهيم مصطفى فاطمة عائشة خديجة زينب المنصف نورالدين ياسين زكرياء حمزة
    """
)
"""Given names that are no other word."""

FAMOUS = _set(
    """
    زياد نافع الخطاب غذاهم خلدون سينا رشد بطوطة تاشفين نصير الجزار عاشور الوليد عفان عروس قردان جرير
    الهيثم ميسيك سليمان جلون كيران عمار يوسف مشيش بورقيبة الخامس
    السادس حشاد bourguiba arous guerdane ziad nafaa nafi khaldoun sina rochd
    tachfine slimane guerir
    """
)
"""Whom streets, schools and towns are named after, by what follows “ben”."""

NUMBER_WORDS = _set(
    """
    zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
    vingt vingts trente quarante cinquante soixante صفر زيرو واحد واحدة وحدة اثنان اثنين إثنين
    اثنتان زوز جوج ثلاثة ثلاث تلاتة ثلاثا أربعة أربع ربعة خمسة خمس ستة ست سبعة سبع ثمانية ثمان تمنية
    ثمنية تسعة تسع تسعود عشرة عشر عشرين عشرون ثلاثين ثلاثون تلاتين أربعين أربعون ربعين خمسين خمسون
    ستين ستون سبعين سبعون ثمانين ثمانون تمانين تسعين تسعون
    """
)
"""Figures as words; “hundred” and “thousand” are of amounts."""
