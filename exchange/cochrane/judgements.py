"""Risk of bias of studies, judged with RoB 1 or another tool that judges studies."""

import re

from exchange.cochrane.cells import LineReader
from exchange.cochrane.display_text import shown
from exchange.cochrane.package import Loss, PackageJudgement
from exchange.cochrane.tables import Table
from exchange.cochrane.words import RISK

ROB_1, ROB_2 = "RoB 1", "RoB 2"
_JUDGEMENT = re.compile(r"Domain \(judgement\):\s*(.+)")
_OF_ROB_1 = re.compile(
    r"random sequence generation|(?:adequate )?sequence generation|allocation concealment|blinding|"
    r"incomplete outcome data|selective reporting|selective outcome|free of (?:selective|other)|other bias",
    re.IGNORECASE,
)
_METHODS = {"RISK_OF_BIAS_1": ROB_1, "RISK_OF_BIAS_2": ROB_2}


def read_judgements(table: Table, method: str, losses: list[Loss]) -> tuple[PackageJudgement, ...]:
    """The judgements of a table in the order of its lines and columns.

    Parameters
    ----------
    method : the package's own word for the tool, '' where it tells none
    """
    domains = {column: match[1] for column in table.header if (match := _JUDGEMENT.fullmatch(column))}
    tool = _METHODS.get(method, method) or (ROB_1 if any(map(_OF_ROB_1.match, domains.values())) else "")
    found = list[PackageJudgement]()
    for line in table.lines:
        reader = LineReader(table, line, losses)
        if not (study := shown(line.cells.get("Study", ""))):
            reader.lose("Study", "no study: the line is left out")
            continue
        for column, domain in domains.items():
            if word := reader.text(column):
                risk = reader.word(column, RISK, "no judgement that is known: kept as text alone")
                support = line.cells.get(column.replace("(judgement)", "(support)"), "")
                found.append(
                    PackageJudgement(
                        line=line.number,
                        study=study,
                        domain=domain,
                        judgement=risk,
                        judgement_text=word,
                        support=support,
                        tool=tool,
                    )
                )
    return tuple(found)
