"""Words by which documents are told apart: the report of a trial in people from all that is written around it.

They say what a document is and never what it is about. English, and the languages in which titles are met; words of other
languages than English are what the language calls it, and wait for a report to confirm them. Languages are named by their
ISO 639-1 codes.
"""

from models.design import by_language
from models.terms import TermRule

NOTICE_TYPES = frozenset(
    {"retraction of publication", "retraction notice", "retraction", "published erratum", "erratum", "correction",
     "expression of concern", "correction and republication"}
)  # fmt: skip
REGISTRY_TYPES = frozenset({"registry results summary", "registry results tables"})
PROTOCOL_TYPES = frozenset({"clinical trial protocol", "protocol", "study protocol"})
RANDOMISED_TYPES = frozenset({"randomized controlled trial"})
FIRST_PHASE_TYPES = frozenset({"clinical trial, phase i"})
"""What an indexer calls a first trial in people that he did not find to be randomised."""
LETTER_TYPES = frozenset({"letter"})
"""Types of what may be a trial told in short, or a word about another's."""
OBSERVATIONAL_TYPES = frozenset(
    {"case reports", "case report", "observational study", "twin study", "historical article"}
)
SECONDARY_TYPES = frozenset(
    {"review", "review article", "systematic review", "meta analysis", "network meta analysis", "editorial", "comment",
     "commentary", "letter", "news", "practice guideline", "guideline", "note", "short survey", "conference review",
     "position statement", "consensus development conference", "book chapter", "chapter", "book", "thesis", "interview", "book review"}
)  # fmt: skip
"""Types in MEDLINE's words and in publishers', compared without regard to case and hyphens."""

NOTICE_TITLE = by_language(
    {
        "en": "erratum*; errata; corrigendum; corrigenda; correction; correction to; retraction; retraction notice*;"
        " retraction note; expression of concern; publisher correction; author correction",
        "es": "fe de erratas; corrección de; retractación",
        "de": "berichtigung; korrektur zu",
        "fr": "correction de; rétractation",
        "zh": "*勘误*; *更正*; *撤稿*",
        "ja": "*訂正*; *正誤表*",
    },
    {
        "en": "error correction; correction factor; gene correction; correction of; refractive correction; surgical correction"
    },
)
"""How documents begin that say that another is wrong; asked of the beginning of a title alone."""
PLANNED = TermRule(
    terms=["will be random*", "are to be random*", "to be randomised", "to be randomized", "will be * random*",
           "will random*", "will compare", "this protocol describes"]
)  # fmt: skip
PROTOCOL_TITLE = by_language(
    {
        "en": "study protocol; trial protocol; protocol for; protocol of; rationale and design; design and rationale;"
        " study design of; statistical analysis plan; protocol paper; study design and *; trial design and *",
        "es": "protocolo de; protocolo del; protocolo para",
        "pt": "protocolo de; protocolo do; protocolo para",
        "fr": "protocole de; protocole d'; protocole pour",
        "de": "studienprotokoll*; studiendesign*",
        "it": "protocollo di; protocollo dello",
        "ru": "протокол исследован*",
        "zh": "*研究方案*; *试验方案*",
        "ja": "*プロトコル*; *研究計画*",
        "ko": "*프로토콜*; *연구계획*",
    }
)
SECONDARY_TITLE = by_language(
    {
        "en": "systematic review*; meta-analysis; meta-analyses; metaanalysis; scoping review; narrative review;"
        " literature review; umbrella review; rapid review; critical review; mini-review; commentary; comment on; editorial;"
        " reply; author response; response to; guideline*; letter to; letter: *; state of the art; a review; an overview;"
        " perspective*; individual participant data; individual patient data; consensus statement*; viewpoint*; opinion;"
        " position statement*; position paper*; delphi; decision aid*; position of *; an update; decision model*; decision-analytic*; markov model*",
        "es": "revisión sistemática; revisión de la literatura; una revisión; metanálisis; metaanálisis; editorial;"
        " carta al director; comentario*",
        "pt": "revisão sistemática; revisão de literatura; revisão narrativa; metanálise; meta-análise",
        "fr": "revue systématique; revue de la littérature; méta-analyse; éditorial; lettre à la rédaction",
        "de": "systematisch* übersicht*; übersichtsarbeit*; systematisches review; metaanalyse; leserbrief*",
        "it": "revisione sistematica; revisione della letteratura; metanalisi; editoriale",
        "ru": "систематическ* обзор*; обзор литературы; метаанализ*; мета-анализ*",
        "zh": "*系统评价*; *系统综述*; *综述*; *荟萃分析*; *Meta分析*; *研究进展*",
        "ja": "*総説*; *システマティックレビュー*; *メタアナリシス*; *メタ解析*",
        "ko": "*체계적 문헌고찰*; *종설*; *메타분석*",
        "fa": "*مرور نظاممند*; *مروری*; *متاآنالیز*",
    }
)
LATER_TITLE = TermRule(
    terms=["long-term follow-up", "long term follow up", "extended follow-up", "open-label extension", "extension study",
           "post hoc", "post-hoc", "secondary analysis", "secondary analyses", "subgroup analysis", "subgroup analyses",
           "pooled analysis", "exploratory analysis", "exploratory analyses", "long-term outcome*", "long-term results",
           "long-term safety", "* year follow-up", "sub-study", "substudy", "ancillary study"]
)  # fmt: skip

ANIMALS = by_language(
    {
        "en": "mice; mouse; murine; rat; rats; rodent*; rabbit*; porcine; pig; pigs; piglet*; minipig*; swine; canine; dog;"
        " dogs; feline; sheep; ovine; goat*; horse*; equine; bovine; monkey*; macaque*; non-human primate*; zebrafish;"
        " drosophila; caenorhabditis; animal model*; animal stud*; in animals; preclinical",
        "es": "ratón; ratones; rata; ratas; cerdo*; conejo*; modelo animal",
        "pt": "camundongo*; rato; ratos; porco*; coelho*; modelo animal",
        "fr": "souris; modèle murin; porc; porcs; lapin*; modèle animal",
        "de": "maus; mäuse*; mausmodell*; ratte*; schwein*; kaninchen; tiermodell*",
        "it": "topo; topi; ratto; ratti; maiale; maiali; suino; suini; modello animale",
        "ru": "мыш*; крыс*; свин*; кролик*",
        "zh": "*小鼠*; *大鼠*; *鼠*; *猪*; *兔*; *动物模型*; *动物实验*",
        "ja": "*マウス*; *ラット*; *ブタ*; *ウサギ*; *動物モデル*",
        "ko": "*마우스*; *생쥐*; *흰쥐*; *돼지*; *동물모델*; *동물 모델*",
        "fa": "*موش*",
    },
    {"en": "anti-mouse; mouse antibod*; computer mouse; mouse monoclonal; rabbit antithymocyte; equine antithymocyte;"
     " rabbit anti-*; bovine serum; foetal bovine; fetal bovine; fetal calf; porcine heparin; goat milk; sheep skin*"},
)  # fmt: skip
BENCH = TermRule(
    terms=["in vitro", "ex vivo", "cell line*", "organoid*", "bench test*", "laboratory stud*", "finite element*",
           "manikin*", "mannequin*", "simulation study", "culture medium", "culture media", "growth of * cells", "*体外*", "*in vitro*"],
    except_terms=["ex vivo expan*", "in vitro expan*", "ex vivo cultured", "in vitro fertili*", "ex vivo gene"],
)  # fmt: skip
"""Work without anybody taking part; what is grown outside the body may be given to people all the same."""
PEOPLE = by_language(
    {
        "en": "patient*; participant*; people; persons; volunteer*; adults; children; women; men; residents; inpatient*;"
        " outpatient*; subjects; enrolled; consent*",
        "es": "paciente*; participantes; personas; voluntari*",
        "pt": "paciente*; participantes; pessoas; voluntári*",
        "fr": "patient*; participants; personnes; volontaires",
        "de": "patient*; teilnehm*; probanden; personen",
        "it": "pazient*; partecipanti; persone; volontari",
        "nl": "patiënt*; deelnemers",
        "pl": "pacjen*; chor*; uczestni*",
        "ru": "пациент*; больн*; участник*; доброволь*",
        "zh": "*患者*; *病人*; *受试者*; *志愿者*; *例*",
        "ja": "*患者*; *被験者*; *参加者*; *例*",
        "ko": "*환자*; *피험자*; *대상자*; *참가자*",
        "fa": "*بیمار*; *شرکت‌کنند*",
    }
)
OBSERVATIONAL = by_language(
    {
        "en": "cohort; cohorts; case-control; cross-sectional; retrospective*; case report*; case series; registry study;"
        " registry-based; registry data; survey; qualitative; interview study; prevalence; incidence; observational;"
        " natural history; chart review; interviews; interviewed; focus group*; real-world; epidemiolog*; a case of; risk factors for; prognostic factor*",
        "es": "cohorte*; retrospectiv*; transversal; serie de casos; caso clínico; informe de un caso; observacional",
        "pt": "coorte*; retrospectiv*; transversal; relato de caso*; série de casos; observacional",
        "fr": "étude de cohorte; rétrospectiv*; cas clinique*; étude transversale; série de cas; observationnel*",
        "de": "kohorte*; retrospektiv*; querschnitt*; fallbericht*; fallserie*; beobachtungsstudie*",
        "it": "coorte; retrospettiv*; caso clinico; serie di casi; trasversale; osservazional*",
        "ru": "когорт*; ретроспектив*; клиническ* случа*; серия случаев; наблюдательн*",
        "zh": "*队列*; *回顾性*; *病例报告*; *横断面*; *观察性*",
        "ja": "*後ろ向き*; *後方視的*; *症例報告*; *コホート*; *横断*; *観察研究*",
        "ko": "*후향적*; *증례*; *코호트*; *단면*; *관찰연구*",
        "fa": "*گذشته‌نگر*; *کوهورت*; *مقطعی*; *گزارش موردی*",
    }
)
UNCONTROLLED = by_language(
    {
        "en": "single-arm; one-arm; single-group; uncontrolled; non-random*; nonrandom*; not random*; without random*;"
        " before-after; before and after study; pre-post; historical control*; historical comparison; open pilot;"
        " without a control group; no control group; without controls; all participants received; all patients received",
        "es": "no aleatori*; sin aleatori*; no randomiz*; sin grupo control; un solo brazo; brazo único; no controlad*",
        "pt": "não randomiz*; não aleatóri*; sem grupo controle; braço único; não controlad*",
        "fr": "non randomis*; bras unique; non contrôlé*; sans groupe contrôle; sans groupe témoin",
        "de": "nicht-randomi*; nicht randomi*; einarmig*; unkontrolliert*; ohne kontrollgruppe",
        "it": "non randomizz*; braccio singolo; non controllat*; senza gruppo di controllo",
        "ru": "нерандомизирован*; без рандомизации; одногрупп*; неконтролируем*; без контрольной группы",
        "zh": "*单臂*; *非随机*; *无对照*; *自身前后对照*",
        "ja": "*単群*; *非無作為*; *非ランダム*; *対照群なし*",
        "ko": "*단일군*; *비무작위*; *대조군 없*",
        "fa": "*غیرتصادفی*; *غیر تصادفی*; *تک‌بازو*",
    },
    {"en": "non-random* missing*; not random* missing*; uncontrolled hypertension; uncontrolled diabetes;"
     " uncontrolled seizure*; uncontrolled pain"},
)  # fmt: skip
CONTROLLED = by_language(
    {
        "en": "placebo*; sham; double-blind*; single-blind*; triple-blind*; assessor-blind*; blinded; controlled trial*;"
        " controlled clinical trial*; controlled study; control group*; comparison group*; parallel-group; two groups;"
        " three groups; versus; compared with; clinical trial*; phase 2; phase ii; phase 3; phase iii; phase 2/3; phase ii/iii",
        "es": "doble ciego; ensayo clínico; grupo control; ensayo controlado",
        "pt": "duplo-cego; duplo cego; ensaio clínico; grupo controle",
        "fr": "double aveugle; essai clinique; groupe contrôle; groupe témoin; essai contrôlé",
        "de": "doppelblind*; klinische studie; kontrollgruppe*; kontrollierte studie; placebokontrolliert*",
        "it": "doppio cieco; studio clinico; gruppo di controllo; controllat*",
        "ru": "двойн* слеп*; двойным слепым; контрольн* групп*; клиническ* исследован*",
        "zh": "*双盲*; *对照*; *临床试验*; *安慰剂*",
        "ja": "*二重盲検*; *対照*; *臨床試験*; *プラセボ*",
        "ko": "*이중맹검*; *대조군*; *임상시험*; *위약*",
        "fa": "*دوسوکور*; *دو سو کور*; *گروه کنترل*; *کارآزمایی بالینی*; *دارونما*",
    }
)
"""Words of trials with groups, which do not say how people came into them."""
RANDOMISED_ELSEWHERE = TermRule(
    terms=["needed", "warranted", "are required", "is required", "is now required", "are now required", "must follow",
           "future *", "further *", "larger *", "previous *", "earlier *", "published *", "prior *", "no random*", "few random*",
           "lack of *", "systematic review*", "meta-analys*", "we searched", "were searched", "included studies", "eligible studies",
           "would be random*", "should be random*", "random* effect*", "random* forest*", "random* sampl*", "mendelian random*", "random order of *", "in random order",
           "se necesitan", "se requieren", "hacen falta", "são necessári*", "sont nécessaires", "sind erforderlich",
           "sind notwendig", "sono necessari*", "необходим*", "*需要*", "*必要*", "*필요*"],
)  # fmt: skip
"""Sentences that speak of other trials, or of those that ought to be made."""
GIVEN = by_language(
    {
        "en": "receiv*; treated with; treatment with; assigned; allocated; administ*; inject*; infus*; transplant*; implant*;"
        " random*; underwent; given; efficacy of; safety of; effect of; effects of; effectiveness of; compar*; trial of; versus",
        "es": "recib*; administr*; tratad*; aleator*; eficacia; seguridad",
        "pt": "receb*; administr*; tratad*; randomiz*; eficácia; segurança",
        "fr": "reçu*; recevoir; administr*; traités; randomis*; efficacité",
        "de": "erhielt*; erhalten; behandelt; randomis*; wirksamkeit; verabreich*",
        "it": "ricev*; somministr*; trattati; randomizz*; efficacia",
        "ru": "получал*; введен*; рандомиз*; эффективност*",
        "zh": "*接受*; *给予*; *治疗*; *移植*; *随机*; *输注*",
        "ja": "*投与*; *移植*; *治療*; *無作為*",
        "ko": "*투여*; *이식*; *치료*; *무작위*",
        "fa": "*دریافت*; *تزریق*; *پیوند*; *تصادفی*; *درمان*",
    }
)
"""Words of a sentence that tells what people were given."""
ALL_ALIKE = TermRule(
    terms=["no group without *", "no control group", "no comparison group", "without a control group", "dose-comparison",
           "dose comparison", "two doses of *", "high or low dose", "low or high dose", "high-dose or low-dose",
           "low-dose or high-dose", "every group received *", "all groups received *"]
)  # fmt: skip
"""Groups that differ in something else than whether they were given the intervention."""
ADDED = TermRule(
    terms=["added to *", "add-on to *", "on top of *", "adjunct to *", "in addition to *", "adjunctive to *"]
)
"""What stands behind these words was given to everybody."""
REGISTERED = by_language(
    {
        "en": "regist*; identifier*; clinicaltrials.gov; trial number; trial id; eudract number; funded",
        "es": "registr*; número de ensayo",
        "fr": "enregistr*; numéro",
        "de": "registr*; studienregister*",
        "ru": "регистр*; зарегистр*",
        "zh": "*注册*; *登记*",
        "ja": "*登録*",
        "ko": "*등록*",
        "fa": "*ثبت*",
    }
)
"""Words of a sentence that claims a registration."""
OTHERS_TRIALS = by_language(
    {
        "en": "unlike; earlier; previous*; prior; preceding; based on; according to; exclu*; follows; followed the; similar to;"
        " as in; modelled on; modeled on; in contrast *; other trial*; another trial; companion; parent; participants of;"
        " patients of; cohort of; data of; meta-analys*; included trials; were included",
        "es": "anterior*; previo*; a diferencia de; basad* en",
        "fr": "antérieur*; précédent*; contrairement",
        "de": "früher*; vorherig*; vorangegangen*",
        "it": "precedent*; a differenza",
        "pt": "anterior*; prévi*",
        "zh": "*先前*; *此前*; *既往*",
        "ja": "*先行*; *以前*",
    }
)
"""Words of a sentence that names the registration of another trial."""
CHANCE = TermRule(
    terms=["drawing lots", "drawing of lots", "drew lots", "by lot", "tossing a coin", "coin toss*", "toss of a coin",
           "sealed envelopes", "opaque envelopes", "sealed envelope", "by minimisation", "by minimization", "minimisation",
           "minimization", "throwing a dice", "table of numbers", "computer-generated *", "computer generated *"]
)  # fmt: skip
"""Ways of allocating people by chance that do without the word."""
POOLED = TermRule(
    terms=["pooled analysis of", "pooled analyses of", "pooled data of", "pooled data from", "pooled individual *",
           "analysis of * trials", "individual data of"]
)  # fmt: skip
"""Titles of what puts several trials together."""
LEFT_OUT = TermRule(terms=["exclu*", "no history of *", "other than *", "free of *", "absence of *"])
"""Sentences that say who did not take part."""
