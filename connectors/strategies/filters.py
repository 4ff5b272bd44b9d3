"""The published filters for randomised trials, line by line; ``{n}`` is the filter's own line n.

What was read in a copy of the publication, or in a strategy that was carried out and reported with it, stands as read.
What could not be read anywhere is named in `unread`, and the strategy says so: a filter that is quoted wrongly is none.
"""

import msgspec

# Boxes and revisions were read in a copy of the chapter's section 4.4.7; its authors are memory.
_HANDBOOK = (
    "Lefebvre C, Glanville J, Briscoe S, Featherstone R, Littlewood A, Metzendorf M-I, et al. Chapter 4: Searching for and"
    " selecting studies. Cochrane Handbook for Systematic Reviews of Interventions, version 6.5 (2024)"
)


class TrialFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter as it was published.

    Attributes
    ----------
    citation : what it is called, its version, and where it was published
    lines : its lines; the last one is its result
    unread : what of it was written from memory, '' where nothing was
    """

    citation: str
    lines: tuple[str, ...]
    unread: str = ""


# Both formats were read line by line in that copy, and in strategies of published reviews (Ovid's line 1 was a publication
# type, "randomized controlled trial.pt.", until the revision of 2023).
HSSS_OVID = TrialFilter(
    citation=(
        "Cochrane Highly Sensitive Search Strategy for identifying randomised trials in MEDLINE: sensitivity-maximising"
        f" version (2023 revision), Ovid format. {_HANDBOOK}, box 4.4.b"
    ),
    lines=(
        "exp randomized controlled trial/",
        "controlled clinical trial.pt.",
        "randomized.ab.",
        "placebo.ab.",
        "drug therapy.fs.",
        "randomly.ab.",
        "trial.ab.",
        "groups.ab.",
        "{1} or {2} or {3} or {4} or {5} or {6} or {7} or {8}",
        "exp animals/ not humans.sh.",
        "{9} not {10}",
    ),
)

HSSS_PUBMED = TrialFilter(
    citation=(
        "Cochrane Highly Sensitive Search Strategy for identifying randomised trials in MEDLINE: sensitivity-maximising"
        f" version (2008 revision), PubMed format. {_HANDBOOK}, box 4.4.a"
    ),
    lines=(
        "randomized controlled trial [pt]",
        "controlled clinical trial [pt]",
        "randomized [tiab]",
        "placebo [tiab]",
        "drug therapy [sh]",
        "randomly [tiab]",
        "trial [tiab]",
        "groups [tiab]",
        "{1} OR {2} OR {3} OR {4} OR {5} OR {6} OR {7} OR {8}",
        "animals [mh] NOT humans [mh]",
        "{9} NOT {10}",
    ),
)

_EMBASE = f"adapted from Glanville J, et al. 2019. {_HANDBOOK}, box"

# Read line by line in the search history of a strategy that was carried out on Embase.com in July 2026.
EMBASE_COM = TrialFilter(
    citation=f"Cochrane filter for identifying randomised trials in Embase (2023 revision), Embase.com format; {_EMBASE} 4.4.c",
    lines=(
        "'randomized controlled trial'/exp",
        "'controlled clinical trial'/de",
        "random*:ti,ab,tt",
        "'randomization'/de",
        "'intermethod comparison'/de",
        "placebo:ti,ab,tt",
        "compare:ti,tt OR compared:ti,tt OR comparison:ti,tt",
        "(evaluated:ab OR evaluate:ab OR evaluating:ab OR assessed:ab OR assess:ab) AND (compare:ab OR compared:ab OR"
        " comparing:ab OR comparison:ab)",
        "(open NEXT/1 label):ti,ab,tt",
        "((double OR single OR doubly OR singly) NEXT/1 (blind OR blinded OR blindly)):ti,ab,tt",
        "'double blind procedure'/de",
        "(parallel NEXT/1 group*):ti,ab,tt",
        "crossover:ti,ab,tt OR 'cross over':ti,ab,tt",
        "((assign* OR match OR matched OR allocation) NEAR/6 (alternate OR group OR groups OR intervention OR interventions"
        " OR patient OR patients OR subject OR subjects OR participant OR participants)):ti,ab,tt",
        "assigned:ti,ab,tt OR allocated:ti,ab,tt",
        "(controlled NEAR/8 (study OR design OR trial)):ti,ab,tt",
        "volunteer:ti,ab,tt OR volunteers:ti,ab,tt",
        "'human experiment'/de",
        "trial:ti,tt",
        " OR ".join(f"{{{number}}}" for number in range(1, 20)),
        "((random* NEXT/1 sampl* NEAR/8 ('cross section*' OR questionnaire* OR survey OR surveys OR database OR"
        " databases)):ti,ab,tt) NOT ('comparative study'/de OR 'controlled study'/de OR 'randomised controlled':ti,ab,tt OR"
        " 'randomized controlled':ti,ab,tt OR 'randomly assigned':ti,ab,tt)",
        "'cross-sectional study'/de NOT ('randomized controlled trial'/exp OR 'controlled clinical trial'/de OR"
        " 'controlled study'/de OR 'randomised controlled':ti,ab,tt OR 'randomized controlled':ti,ab,tt OR"
        " 'control group':ti,ab,tt OR 'control groups':ti,ab,tt)",
        "'case control*':ti,ab,tt AND random*:ti,ab,tt NOT ('randomised controlled':ti,ab,tt OR"
        " 'randomized controlled':ti,ab,tt)",
        "'systematic review':ti,tt NOT (trial:ti,tt OR study:ti,tt)",
        "nonrandom*:ti,ab,tt NOT random*:ti,ab,tt",
        "'random field*':ti,ab,tt",
        "('random cluster' NEAR/4 sampl*):ti,ab,tt",
        "review:ab AND review:it NOT trial:ti,tt",
        "'we searched':ab AND (review:ti,tt OR review:it)",
        "'update review':ab",
        "(databases NEAR/5 searched):ab",
        "(rat:ti,tt OR rats:ti,tt OR mouse:ti,tt OR mice:ti,tt OR swine:ti,tt OR porcine:ti,tt OR murine:ti,tt OR"
        " sheep:ti,tt OR lambs:ti,tt OR pigs:ti,tt OR piglets:ti,tt OR rabbit:ti,tt OR rabbits:ti,tt OR cat:ti,tt OR"
        " cats:ti,tt OR dog:ti,tt OR dogs:ti,tt OR cattle:ti,tt OR bovine:ti,tt OR monkey:ti,tt OR monkeys:ti,tt OR"
        " trout:ti,tt OR marmoset*:ti,tt) AND 'animal experiment'/de",
        "'animal experiment'/de NOT ('human experiment'/de OR 'human'/de)",
        " OR ".join(f"{{{number}}}" for number in range(21, 34)),
        "{20} NOT {34}",
    ),
)

EMBASE_OVID = TrialFilter(
    citation=f"Cochrane filter for identifying randomised trials in Embase (2023 revision), Ovid format; {_EMBASE} 4.4.d",
    # Lines 1 to 19 were read in a published appendix (Embase via Ovid, 2021). Lines 21 to 33 are memory, held against
    # the Embase.com format line by line; line 22 names the heading that line 2 does.
    unread="lines 21 to 33 of the filter",
    lines=(
        "Randomized controlled trial/",
        "Controlled clinical trial/",
        "random$.ti,ab.",
        "randomization/",
        "intermethod comparison/",
        "placebo.ti,ab.",
        "(compare or compared or comparison).ti.",
        "((evaluated or evaluate or evaluating or assessed or assess) and (compare or compared or comparing or"
        " comparison)).ab.",
        "(open adj label).ti,ab.",
        "((double or single or doubly or singly) adj (blind or blinded or blindly)).ti,ab.",
        "double blind procedure/",
        "parallel group$1.ti,ab.",
        "(crossover or cross over).ti,ab.",
        "((assign$ or match or matched or allocation) adj5 (alternate or group$1 or intervention$1 or patient$1 or subject$1"
        " or participant$1)).ti,ab.",
        "(assigned or allocated).ti,ab.",
        "(controlled adj7 (study or design or trial)).ti,ab.",
        "(volunteer or volunteers).ti,ab.",
        "human experiment/",
        "trial.ti.",
        " or ".join(f"{{{number}}}" for number in range(1, 20)),
        '(random$ adj sampl$ adj7 ("cross section$" or questionnaire$1 or survey$ or database$1)).ti,ab. not (comparative'
        " study/ or controlled study/ or randomi?ed controlled.ti,ab. or randomly assigned.ti,ab.)",
        "Cross-sectional study/ not (randomized controlled trial/ or controlled clinical trial/ or controlled study/ or"
        " randomi?ed controlled.ti,ab. or control group$1.ti,ab.)",
        "((case adj control$) and random$).ti,ab. not randomi?ed controlled.ti,ab.",
        "systematic review.ti. not (trial or study).ti.",
        "nonrandom$.ti,ab. not random$.ti,ab.",
        '"random field$".ti,ab.',
        "(random cluster adj3 sampl$).ti,ab.",
        "(review.ab. and review.pt.) not trial.ti.",
        '"we searched".ab. and (review.ti. or review.pt.)',
        '"update review".ab.',
        "(databases adj4 searched).ab.",
        "(rat or rats or mouse or mice or swine or porcine or murine or sheep or lambs or pigs or piglets or rabbit or"
        " rabbits or cat or cats or dog or dogs or cattle or bovine or monkey or monkeys or trout or marmoset$1).ti. and"
        " animal experiment/",
        "Animal experiment/ not (human experiment/ or human/)",
        " or ".join(f"{{{number}}}" for number in range(21, 34)),
        "{20} not {34}",
    ),
)
