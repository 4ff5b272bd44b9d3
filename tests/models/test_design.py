"""Words that every review needs are known in the languages of the registers; a review adds its own or goes without."""

from pathlib import Path

import pytest

from models import arm_words, design
from models.folder_files import ReviewError
from models.review import load_review
from models.terms import TermRule
from studies.terms import Field, find

CONTROLS = """
    en: Placebo | Sham procedure | No treatment | Usual care | Standard of care | Waiting list | Treatment as usual
    es: Grupo control | Sin tratamiento | Tratamiento habitual | Suero fisiológico | Placebo
    pt: Grupo controle | Sem tratamento | Cuidados usuais | Tratamento padrão
    fr: Groupe contrôle | Groupe témoin | Sans traitement | Soins courants | Sérum physiologique
    de: Kontrollgruppe | Scheinbehandlung | Keine Behandlung | Standardtherapie | Kochsalzlösung
    it: Gruppo di controllo | Nessun trattamento | Terapia standard | Soluzione fisiologica
    nl: Controlegroep | Schijnbehandeling | Geen behandeling | Gebruikelijke zorg
    pl: Grupa kontrolna | Bez leczenia | Leczenie standardowe
    ru: Плацебо | Контрольная группа | Без лечения
    zh: 对照组 | 安慰剂组 | 常规治疗 | 生理盐水
    ja: プラセボ群 | 対照群 | 無治療群 | 標準治療
    ko: 위약군 | 대조군 | 표준치료
"""
RANDOMISED = """
    en: A randomised trial | Quasi-randomized study
    es: Ensayo clínico aleatorizado | Asignación aleatoria
    pt: Ensaio clínico randomizado | Distribuição aleatória
    fr: Essai randomisé | Répartition aléatoire | Tirage au sort
    de: Randomisierte Studie | Zufallszuteilung
    it: Studio randomizzato
    nl: Gerandomiseerd onderzoek
    pl: Badanie randomizowane | Próba zrandomizowana
    ru: Рандомизированное исследование
    zh: 多中心随机双盲试验 | 隨機對照
    ja: 無作為化比較試験 | ランダム化試験
    ko: 무작위배정 임상시험
"""
NOT_RANDOMISED = """
    en: A non-randomised trial | Nonrandomized | Not randomised
    es: Ensayo no aleatorizado
    pt: Estudo não randomizado
    fr: Essai non randomisé
    de: Nicht-randomisierte Studie | Nicht randomisiert
    it: Studio non randomizzato
    nl: Niet-gerandomiseerd onderzoek
    pl: Badanie nierandomizowane
    zh: 非随机对照试验
    ja: 非無作為化試験
    ko: 비무작위 연구
"""
OTHER_CONTROL = (
    "Healthy controls | Quality control | Blood pressure control | Glycaemic control | Pain control | Birth control"
)
DELAYED = "Delayed treatment | Waiting list | Liste d'attente | Warteliste | Lista de espera | Wachtlijst | 等待名单组"
WITHIN = (
    "Contralateral eye | Split-mouth design | Own controls | Œil controlatéral | Kontralaterale Seite | 自身对照试验"
)


def texts(table: str) -> list[str]:
    lines = [line.partition(":")[2] or line for line in table.strip().splitlines()]
    return [text.strip() for line in lines for text in line.split("|")]


def is_found(rule: TermRule, text: str) -> bool:
    return find(rule, [Field("", text)]) is not None


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rule, text)
        for rule, table in (
            (design.COMPARATOR, CONTROLS),
            (design.RANDOM, RANDOMISED),
            (design.DELAYED, DELAYED),
            (design.WITHIN_PERSON, WITHIN),
        )
        for text in texts(table)
    ],
)
def test_a_design_is_recognised_in_the_languages_of_the_registers(rule: TermRule, text: str) -> None:
    assert is_found(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [(design.RANDOM, text) for text in texts(NOT_RANDOMISED)]
    + [(design.COMPARATOR, text) for text in texts(OTHER_CONTROL)],
)
def test_what_only_looks_like_one_is_none(rule: TermRule, text: str) -> None:
    assert not is_found(rule, text)


def test_no_word_is_told_twice() -> None:
    both = {**vars(design), **vars(arm_words)}
    rules = {name: rule for name, rule in both.items() if isinstance(rule, TermRule)}
    assert len(rules) >= 9
    for name, rule in rules.items():
        for words in (rule.terms, rule.except_terms):
            assert len(words) == len(set(words)), name
            assert "" not in words, name


def test_a_review_adds_words_and_goes_without_others() -> None:
    shared = TermRule(terms=["saline", "sham"], except_terms=["quality control"])
    own = TermRule(terms=["foam"], without=["saline", "quality control"]).beside(shared)
    assert (own.terms, own.except_terms) == (["foam", "sham"], [])
    assert own.beside(shared) == own


def test_a_protocol_without_a_word_of_design_has_the_shared_ones(second_review: Path) -> None:
    eligibility = load_review(second_review).protocol.eligibility
    assert is_found(eligibility.comparator, "Usual care")
    assert is_found(eligibility.comparator, "Standard hospital mattress")
    assert not is_found(eligibility.comparator, "Saline")
    assert is_found(eligibility.within_person, "the other heel")
    assert is_found(eligibility.within_person, "contralateral")
    assert is_found(eligibility.procedures, "Lumbar puncture")


def test_going_without_a_word_that_is_not_shared_is_refused_with_its_line(second_review: Path, tmp_path: Path) -> None:
    text = (second_review / "protocol.yaml").read_text(encoding="utf-8")
    (tmp_path / "protocol.yaml").write_text(text.replace("without: [saline]", "without: [salene]"), encoding="utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith("  comparator:"))
    with pytest.raises(ReviewError, match=rf"protocol\.yaml:{line}: eligibility\.comparator: .*'salene' is not among"):
        load_review(tmp_path)
