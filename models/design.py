"""Words that every review needs, in the languages in which registers are kept: designs, controls, procedures.

They say how a trial is made and never what it is about; the words of a question stand in its protocol. English, and
the words marked with a + in front of their language, were met in registry records; the others are what the language
calls it, and wait for a record to confirm them. Languages are named by their ISO 639-1 codes. In Chinese, Japanese
and Korean a word has no blanks round it, hence the stars.
"""

from models.terms import TermRule


def by_language(terms: dict[str, str], but_not: dict[str, str] | None = None) -> TermRule:
    """A rule from words by language, separated by semicolons."""
    return TermRule(terms=_words(terms), except_terms=_words(but_not or {}))


def _words(terms: dict[str, str]) -> list[str]:
    return [word.strip() for words in terms.values() for word in words.split(";")]


RANDOM = by_language(
    {
        "en": "random*; quasi-random*",
        "+es": "aleatori*; aleatoriz*",
        "pt": "randomiz*; aleatóri*",
        "fr": "aléatoire*; tirage au sort",
        "de": "zufallszuteilung; zufällige zuteilung",
        "nl": "gerandomiseerd*",
        "pl": "zrandomizowan*; losow* przydział*; losow* przydziel*",
        "ru": "рандомиз*",
        "zh": "*随机*; *隨機*",
        "ja": "*無作為*; *ランダム*",
        "ko": "*무작위*",
    },
    {
        "en": "non-random*; nonrandom*; not random*; random* sample*; random* urine; random* glucose",
        "es": "no aleatori*; no randomiz*",
        "pt": "não aleatori*; não randomiz*",
        "it": "non randomizz*",
        "fr": "non aléatoire*; non randomis*",
        "de": "nicht-randomi*; nicht randomi*",
        "nl": "niet-gerandomiseerd*; niet gerandomiseerd*",
        "zh": "*非随机*; *非隨機*",
        "ja": "*非無作為*; *非ランダム*",
        "ko": "*비무작위*",
    },
)
QUASI = by_language(
    {
        "en": "quasi-random*; pseudo-random*",
        "es": "cuasi-aleatori*; cuasialeatori*",
        "pt": "quase-aleatóri*",
        "fr": "quasi-aléatoire*; quasi-randomis*",
        "de": "quasi-randomi*; quasirandomi*",
        "it": "quasi-randomizz*",
        "nl": "quasi-gerandomiseerd*",
        "zh": "*半随机*",
        "ja": "*準無作為*",
    }
)
"""Allocation that is said to be nearly random."""
ALTERNATION = by_language(
    {
        "en": "alternation; alternately; alternating *; odd or even; even or odd; odd and even; even and odd; odd number*;"
        " allocat* alternat*; alternat* allocat*; by date of birth; by day of admission; by hospital number",
        "es": "asignación alterna*",
        "pt": "alocação alternada",
        "fr": "allocation alternée",
        "de": "alternierend* zuteilung",
        "it": "assegnazione alternata",
        "zh": "*交替分配*",
        "ja": "*交互割付*",
    }
)
"""Allocation by a rule that can be foreseen; of a title it may be the treatment that alternates."""
CLUSTERS = by_language(
    {
        "en": "cluster-randomi*; cluster randomi*; cluster trial; randomi* by cluster*; stepped wedge; stepped-wedge;"
        " randomi* clusters",
        "es": "aleatori* por conglomerados; ensayo por conglomerados",
        "fr": "randomis* en grappes; essai en grappes",
        "de": "clusterrandomi*",
        "zh": "*整群随机*",
    }
)
"""Groups of people allocated and not persons: their analysis needs a person."""
WITHIN_PERSON = by_language(
    {
        "en": "contralateral*; ipsilateral; within-person; within-subject; intra-individual; split-body; split-mouth;"
        " split-face; fellow eye*; own control; own controls; non-injected side; untreated side; opposite side",
        "es": "intraindividual*; boca dividida; propio control",
        "fr": "controlatéral*; intra-individuel*; propre témoin",
        "de": "kontralateral*; intraindividuell*; halbseitenvergleich*; seitenvergleich*",
        "it": "controlateral*; intra-individual*",
        "pl": "przeciwstronn*",
        "zh": "*自身对照*; *对侧*",
        "ja": "*対側*",
        "ko": "*반대측*",
    }
)
"""Sides or sites of one person rather than persons may have been allocated."""
DELAYED = by_language(
    {
        "en": "delayed *; deferred *; late start *; waiting list; wait list; waitlist*; wait listed",
        "es": "lista de espera",
        "fr": "liste d'attente",
        "de": "warteliste*; wartegruppe*",
        "it": "lista d'attesa; lista di attesa",
        "nl": "wachtlijst*",
        "pl": "list* oczekując*",
        "zh": "*等待名单*; *等候名单*; *延迟治疗*",
        "ja": "*待機群*; *待機リスト*",
        "ko": "*대기군*; *대기자*",
    }
)
"""The same treatment, begun later: a control for as long."""
OUTSIDE = by_language(
    {
        "en": "historic* control*; historic* cohort; external control*; natural history*; healthy *; database control*",
        "es": "control* histórico*; control* extern*; voluntari* san*; controles sanos",
        "pt": "controle* histórico*; voluntári* saudáve*",
        "fr": "témoin* historique*; volontaire* sain*; témoin* sain*",
        "de": "historische kontroll*; gesunde *",
        "it": "controlli storici; controlli sani; volontari sani",
        "nl": "historische controle*; gezonde *",
        "pl": "kontrol* historyczn*; zdrow* ochotni*",
        "zh": "*历史对照*; *健康对照*",
        "ja": "*健常*; *健康成人*",
        "ko": "*건강한*; *건강인*; *건강대조*; *건강 대조*",
    }
)
"""Arms of people who are not in the trial, or not of its population."""
CROSSOVER = by_language(
    {
        "en": "crossover*; cross-over*",
        "es": "cruzado*",
        "fr": "croisé*",
        "de": "überkreuz*",
        "nl": "gekruist*",
        "pl": "naprzemienn*; skrzyżowan*",
        "zh": "*交叉*",
        "ja": "*クロスオーバー*",
        "ko": "*교차*",
    }
)
CONTROL = by_language(
    {
        "en": "control; controls; control group; control arm; comparator; comparison group; reference",
        "es": "grupo control",
        "pt": "controle",
        "fr": "contrôle; témoin*",
        "de": "kontrollgruppe; kontrollarm; vergleichsgruppe",
        "it": "controllo",
        "nl": "controlegroep",
        "zh": "*对照*; *對照*",
        "ja": "*対照*",
        "ko": "*대조*",
    }
)
"""What an arm is called with which another is compared, whatever it gets."""
RUN_IN = by_language(
    {
        "en": "run-in; lead-in; safety cohort; open-label phase; open label phase; open-label part; first stage",
        "es": "fase abierta",
        "fr": "phase ouverte",
        "de": "einlaufphase*",
        "zh": "*导入期*",
        "ja": "*導入期*; *観察導入*",
    }
)
"""A part of a randomised trial that is not randomised itself."""
ACTING = by_language(
    {
        "en": "acting on; stimulat*; mobiliz*; mobilis*; targeting; targets; inhibit*; modulat*; activat*; enhanc*;"
        " to expand; increas*; regulator of; discovered *; found in; screened in; derived neurons; derived drug*; derived compound*; derived small molecule*; repurpos*",
    }
)
"""What a treatment does to something in a title: what it acts on is not what is given."""
COMPARATOR = by_language(
    {
        "en": "placebo*; sham; saline; excipient*; vehicle; no treatment; untreated; no intervention; blank; observation only;"
        " observation arm; natural course; basic treatment; background treatment; routine therap*; regular treatment;"
        " conventional management; conventional; best medical *; standard of care; standard care; standard treatment;"
        " usual care; usual treatment; routine care; routine treatment; standard therap*; standard medical *;"
        " conventional treatment; conventional therap*; convention treatment; convention therap*; best supportive care;"
        " supportive care; supportive treatment;"
        " delayed treatment; delayed start; wait list*; waiting list*; carrier solution; controls; control; control group;"
        " control arm; treatment as usual; care as usual; attention control",
        "+es": "sin tratamiento; solución salina; suero salino; suero fisiológico; simulad*; tratamiento habitual;"
        " tratamiento estándar; cuidado* habitual*; atención habitual; grupo control",
        "pt": "sem tratamento; solução salina; soro fisiológico; tratamento padrão; tratamento usual; cuidado* usua*;"
        " grupo controle; grupo de controlo",
        "+fr": "sérum physiologique; contrôle; témoin*; sans traitement; traitement standard; traitement habituel;"
        " soins courants; soins usuels; soins standards; placébo*",
        "+de": "kochsalz*; kontroll*; schein*; keine behandlung; ohne behandlung; unbehandelt*; standardbehandlung*;"
        " standardtherapie*; regelversorgung; übliche behandlung*; übliche versorgung",
        "+it": "soluzione fisiologica; gruppo di controllo; controllo; nessun trattamento; senza trattamento;"
        " trattamento standard; terapia standard; cure abituali; cure usuali",
        "nl": "controlegroep*; schijnbehandeling*; geen behandeling; gebruikelijke zorg; standaardzorg; standaardbehandeling;"
        " zoutoplossing",
        "pl": "grup* kontroln*; pozorowan*; bez leczenia; leczeni* standardow*; standardow* leczeni*; opiek* standardow*;"
        " sól fizjologiczna; soli fizjologicznej",
        "ru": "плацебо; контрольн*; стандартн* терапи*; без лечения",
        "+zh": "*对照*; *對照*; *安慰剂*; *安慰劑*; *生理盐水*; *生理鹽水*; *常规治疗*; *常规护理*; *假手术*; *空白组*",
        "+ja": "プラセボ; *プラセボ*; *プラシーボ*; *偽薬*; *対照*; *無治療*; *無処置*; *標準治療*; *通常治療*; *生理食塩*",
        "+ko": "대조군; *위약*; *대조*; *표준치료*; *표준 치료*; *무처치*; *생리식염수*",
    },
    {
        "en": "placebo run-in*; placebo lead-in*; observation period; healthy control*; quality control; disease control*;"
        " symptom control; motor control; respiratory control; infection control; glycaemic control; glycemic control;"
        " glucose control; blood pressure control; pain control; tumour control; tumor control; local control;"
        " birth control; weight control; asthma control; seizure control; rate control; rhythm control; postural control;"
        " bladder control; control visit*; controls for",
    },
)
"""What an arm is called that receives nothing, an imitation, or what everybody gets."""
PROCEDURES = by_language(
    {
        "en": "aspiration*; aspirate*; harvest*; collection*; apheresis; leukapheresis; leucapheresis; biops*;"
        " lumbar puncture*; catheter*; anesthesia; anaesthesia; sedation; blood draw*; blood sampl*; venepuncture;"
        " venipuncture; cannulation; randomisation; randomization; questionnaire*; assessment*; monitoring visit*;"
        " follow-up visit*; blood test*; laboratory test*; swab*; diagnostic test*",
        "es": "anestesia; sedación; extracción de sangre; punción lumbar",
        "pt": "sedação; coleta de sangue; punção lombar",
        "fr": "anesthésie; sédation; prise de sang; ponction lombaire",
        "de": "anästhesie; narkose; sedierung; blutentnahme*; lumbalpunktion*",
        "it": "sedazione; prelievo di sangue; puntura lombare",
        "nl": "anesthesie; sedatie; bloedafname*; lumbaalpunctie*",
        "pl": "znieczuleni*; sedacj*; pobrani* krwi; nakłuci* lędźwiow*",
        "zh": "*麻醉*; *腰椎穿刺*; *采血*",
        "ja": "*麻酔*; *採血*",
        "ko": "*마취*; *요추천자*; *채혈*",
    }
)
"""What is done to obtain or give a treatment and is none by itself."""
