"""The made-up families: who cares for whom, and the numbers they are written to.

The numbers belong to the range that North America keeps free for films (555-01xx): nobody real
can ever be texted by the demo study, whatever sender is set up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.participant import Relation


@dataclass(frozen=True, slots=True)
class Carer:
    name: str
    relation: Relation
    locale: str
    phone: str


def _phone(number: int) -> str:
    return f"+120255501{number:02d}"


def _carers(*said: tuple[str, str, Relation, str]) -> Mapping[str, Carer]:
    return {
        code: Carer(name, relation, locale, _phone(number))
        for number, (code, name, relation, locale) in enumerate(said, start=1)
    }


MOTHER, FATHER, GRANDPARENT = Relation.MOTHER, Relation.FATHER, Relation.GRANDPARENT

CARERS: Final = _carers(
    ("lin_mother", "林女士 Ms Lin", MOTHER, "en"),
    ("lin_father", "陈先生 Mr Chen", FATHER, "zh"),
    ("zhao_mother", "赵女士", MOTHER, "zh"),
    ("zhao_grandmother", "赵奶奶", GRANDPARENT, "zh"),
    ("sun_father", "孙先生", FATHER, "zh"),
    ("zhou_mother", "周女士", MOTHER, "zh"),
    ("zhou_father", "周先生", FATHER, "zh"),
    ("wu_mother", "吴女士", MOTHER, "zh"),
    ("zheng_mother", "郑女士", MOTHER, "zh"),
    ("feng_grandfather", "冯爷爷", GRANDPARENT, "zh"),
    ("chu_mother", "褚女士", MOTHER, "zh"),
    ("wei_father", "卫先生", FATHER, "zh"),
    ("jiang_mother", "蒋女士", MOTHER, "zh"),
    ("shen_mother", "沈女士", MOTHER, "en"),
    ("shen_father", "沈先生", FATHER, "en"),
    ("han_mother", "韩女士", MOTHER, "zh"),
    ("yang_father", "杨先生", FATHER, "zh"),
    ("zhu_mother", "朱女士", MOTHER, "zh"),
    ("qin_grandmother", "秦奶奶", GRANDPARENT, "zh"),
    ("you_mother", "尤女士", MOTHER, "zh"),
    ("xu_mother", "许女士", MOTHER, "zh"),
    ("xu_father", "许先生", FATHER, "zh"),
    ("he_mother", "何女士", MOTHER, "zh"),
    ("lv_father", "吕先生", FATHER, "zh"),
    ("shi_mother", "施女士", MOTHER, "zh"),
    ("zhang_mother", "张女士", MOTHER, "zh"),
    ("kong_mother", "孔女士", MOTHER, "zh"),
    ("cao_father", "曹先生", FATHER, "zh"),
)

# who signs in to look around: her first child has a slot open at any hour
DEMO_PARENT: Final = CARERS["lin_mother"]
SECOND_PARENT: Final = CARERS["lin_father"]
