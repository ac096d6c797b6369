"""The places of a randomisation list, and the recipe from which a list can be made again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.randomisation import ALGORITHM, Design, permuted_blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a list. `number` is what stands in the child's papers; it tells nothing."""

    stratum: str
    position: int
    number: str
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that makes a list, but for the seed. `places` is asked for in each stratum; `prefix`
    begins the numbers, which are counted through the whole list."""

    protocol: str
    design: Design
    strata: tuple[str, ...]
    places: int
    prefix: str

    @property
    def parameters(self) -> dict[str, Any]:
        """As a JSON document: kept with the list and part of its commitment."""
        return {
            "algorithm": ALGORITHM,
            "protocol": self.protocol,
            "arms": [[arm, share] for arm, share in self.design.shares],
            "block_sizes": sorted(self.design.block_sizes),
            "strata": list(self.strata),
            "places": self.places,
            "prefix": self.prefix,
        }


def recipe_of(parameters: Mapping[str, Any]) -> Recipe:
    """The recipe that was kept. Raises KeyError or TypeError for another document."""
    return Recipe(
        protocol=parameters["protocol"],
        design=Design(
            tuple((arm, share) for arm, share in parameters["arms"]),
            tuple(parameters["block_sizes"]),
        ),
        strata=tuple(parameters["strata"]),
        places=parameters["places"],
        prefix=parameters["prefix"],
    )


def places_of(recipe: Recipe, seed: bytes) -> Iterator[Place]:
    """The list: the strata in their order, in each whole blocks of the seed."""
    count = 0
    for stratum in recipe.strata:
        arms = permuted_blocks(seed, stratum, recipe.design, recipe.places)
        for position, arm in enumerate(arms, start=1):
            count += 1
            number = f"{recipe.prefix}-{count:04d}"
            yield Place(stratum=stratum, position=position, number=number, arm=arm)
