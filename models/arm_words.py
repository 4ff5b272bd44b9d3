"""Words by which registers tell what an arm gets: sentences, what is withheld, what everybody gets, and fillers.

As in `models.design`, they say how an arm is told and never what a review is about.
"""

from models.design import by_language

TELLING = by_language(
    {
        "en": "will; shall; is; are; was; were; receive; receives; received; receiving; randomi*; allocated; assigned;"
        " undergo; undergoes; underwent; participants; patients who; subjects; we; should; may; must; can; has been;"
        " have been; which",
        "es": "recibir*; reciben; será*; serán; pacientes; participantes; asignad*",
        "pt": "receber*; recebem; serão",
        "fr": "recevr*; reçoi*; sera; seront; patients",
        "de": "erhalten; erhält; wird; werden; patienten; teilnehmer*",
        "it": "ricever*; ricevono; sarà; verrà; verranno; saranno; pazienti",
        "nl": "krijgen; krijgt; ontvangen; ontvangt; wordt; worden; patiënten",
        "pl": "otrzym*; będą; pacjenci",
        "zh": "*受试者*; *患者*; *入组*",
        "ja": "*被験者*; *する。*",
        "ko": "*환자*; *대상자*",
    }
)
"""A text that has one of them tells something; a name has none."""
WITHHELD_BEFORE = by_language(
    {
        "en": "no; not; never; without; placebo*; sham; dummy; mimic*; imitat*; simulat*; instead of; rather than; other than;"
        " except; excluding; identical to; similar to; resembl*; compared to; compared with; same as; excludes",
        "es": "sin; en lugar de",
        "pt": "não; sem",
        "fr": "sans; pas de; au lieu de",
        "de": "ohne; kein*; nicht; statt",
        "it": "senza; non; invece di",
        "nl": "zonder; geen; niet",
        "pl": "bez; nie",
        "ru": "без; плацебо",
        "zh": "*不使用*; *不用*; *不服用*; *不给予*; *未*; *无*; *安慰剂*; *模拟剂*",
        "ja": "*プラセボ*; *偽薬*; *なし*",
        "ko": "*위약*; *없이*",
    }
)
"""In front of a treatment: it is not given."""
WITHHELD_AFTER = by_language(
    {
        "en": "placebo*; sham; dummy; not given; not administered; is not; are not; will not; withheld; simulant*",
        "zh": "*安慰剂*; *模拟剂*; *不使用*; *未使用*; *不服用*",
        "ja": "*プラセボ*; *偽薬*; *なし*; *非投与*",
        "ko": "*위약*; *없음*",
    }
)
"""Behind a treatment: it is not given, or is an imitation of it."""
IMITATION = by_language(
    {
        "en": "placebo*; sham; dummy",
        "pl": "pozorowan*",
        "de": "schein*",
        "zh": "*安慰剂*; *模拟剂*",
        "ja": "*プラセボ*; *偽薬*",
        "ko": "*위약*",
    }
)
"""What an arm is called that gets an imitation, whatever that is made of."""
BACKGROUND = by_language(
    {
        "en": "all patients; all participants; all subjects; all arms; all groups; both arms; both groups; each arm;"
        " every arm; every participant; every patient; in addition to; on top of; added to; adding * to; addition of * to;"
        " add-on to; adjunct to; adjunctive to; background of; background; already receiving; patients receiving;"
        " patients on; patients taking; patients treated with; people treated with; people taking; people receiving",
        "es": "todos los pacientes; además de; añadid* a",
        "pt": "todos os pacientes; além de; adicionad* a",
        "fr": "tous les patients; en plus de; ajouté* à",
        "de": "alle patienten; zusätzlich zu",
        "it": "tutti i pazienti; in aggiunta a",
        "zh": "*所有患者*; *两组均*; *基础上*",
        "ja": "*全例*; *両群*",
        "ko": "*모든 환자*; *두 군 모두*",
    }
)
"""What follows is given to everybody, and something else is tried."""
CIRCUMSTANCE = by_language(
    {
        "en": "after; following; before; prior to; during; undergoing; undergo; underwent; awaiting; candidates for;"
        " recipients of; history of; previous; previously; post; peri; discovered *; identified *; derived from; failed;"
        " failing; refractory to; resistant to; exposed to; intolerant to; effects on; response to; screened",
        "es": "tras; después de; antes de; sometid* a",
        "pt": "após; submetid* a",
        "fr": "après; avant; au cours de",
        "de": "nach; vor; während",
        "it": "dopo; prima di; sottopost* a",
        "zh": "*接受*后*",
    }
)
"""In front of a treatment in a title: it happens to people or was used to find something, and is not what is tried."""

_FILLERS = """
the and for with per via each every from into onto over than then this that these those same both all other any one two
three four five six seven eight nine ten first second third single double multiple once twice thrice daily weekly monthly
day days week weeks month months hour hours hrs minute minutes min time times until total maximum minimum duration period
dose doses dosed dosage dosing schedule regimen course cycle cycles loading maintenance initial starting start low lower lowest
high higher highest medium mid middle standard small large dosis dosage repeated continuous fixed
mg mcg kg ug gram grams gr ml mls litre litres liter units unit iu million cells volume body weight
oral orally intravenous intravenously  subcutaneous subcutaneously topical nasal intranasal inhaled
inhalation nebulized nebulised mouth bid tid qid qd tds sid bds po iv im sc tablet tablets tab tabs capsule capsules cap caps pill
pills injection injections injectable infusion infusions drip solution suspension syrup drops spray powder film coated product
products form pharmaceutical formulation generic brand trade name sulfate sulphate phosphate hydrochloride mesylate sodium
group groups arm arms cohort part phase stage experimental intervention interventional control controls comparator active test
study trial treatment treatments treated therapy therapies therapeutic medication medications medicine medicines drug drugs
agent agents care regimen regimens management protocol protocols guideline guidelines recommendation recommendations national
international local hospital hospitals institutional ministry health country according accordance based current existing usual routine
conventional general basic best available supportive symptomatic background regular normal
patient patients participant participants subject subjects people person persons individuals volunteers adults children
receive receives received receiving given give gives get gets take takes taking taken administer administered administration use
used using add added adding addition additional plus combined combination combine concomitant concomitantly along together alone
only monotherapy mono alone also either will shall should may can must was were are is has have had been being not
randomised randomized allocated assigned enrolled included recruited
novel severe critical critically mild moderate ill cases recommended plan diagnosis
who which when where while whichever comes end after afterwards thereafter later before prior following during at by to of in on or an as it its
including include includes consisting such eg etc i.e e.g
"""
FILLERS = frozenset(_FILLERS.split())
"""Words of a treatment's dose, form, way and setting, by which no treatment is told from another."""
