"""Choose the next step by dice, in view of the world as it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from faults.dice import Dice
from faults.world.people import ACCOUNTS, ADDRESSES, IDS, PEOPLE, WORDS, address_of
from faults.world.runs import Walk, Walker
from faults.world.steps import Step
from faults.world.variants import draw_variant
from faults.world.weather import Fault
from faults.world.world import World


STEPS: Final = 200
"""Of one walk."""

SPOILT: Final = 4
"""One step in so many has a fault."""

LONGEST: Final = 7
"""Outside calls of most steps; a later one is not struck."""

Arguments = Callable[["Chooser"], Sequence[str]]


class Chooser:
    """Rolls the dice."""

    def __init__(self, world: World, dice: Dice) -> None:
        self.world = world
        self.dice = dice
        self.actor = ""

    def step(self, *, nested: bool = False) -> Step:
        """Choose a step; a *nested* one is a person's."""
        dice = self.dice
        weights = PERSONS if nested or dice.roll(6) else OTHERS
        verbs = [verb for verb, weight in weights.items() for _ in range(weight)]
        verb = dice.pick([verb for verb in verbs if self._is_possible(verb)])
        self.actor = dice.pick(PEOPLE)
        actor = self.actor if weights is PERSONS else ("sky" if verb in SKY else "op")
        arguments = tuple(CHOICES[verb](self))
        if nested or verb in SKY or dice.roll(SPOILT):
            return Step(actor, verb, arguments)
        return self._spoil(actor, verb, arguments)

    def _is_possible(self, verb: str) -> bool:
        """
        Whether an operator may do so: after a restore or a copy only look-ups by Cognito id tell
        whose an account is, and after a copy only what no client could write.
        """
        variant = self.world.stand.variant
        if verb in {"restore", "copy"} and variant.legacy_mode == "none":
            return False
        return verb != "copy" or not variant.writable

    def _spoil(self, actor: str, verb: str, arguments: tuple[str, ...]) -> Step:
        number = 1 + self.dice.roll(LONGEST)
        if actor != "op" and self.dice.roll(4) == 0:
            return Step(actor, verb, arguments, between={number: self.step(nested=True)})
        strikes = {number: self.dice.pick(tuple(Fault))}
        if self.dice.roll(3) == 0:
            strikes[number + 1 + self.dice.roll(3)] = self.dice.pick(tuple(Fault))
        return Step(actor, verb, arguments, strikes)

    def name(self) -> str:
        """A name to type: of a row, of a user, one's own, another person's, or an address."""
        rows = [row.username for row in self.world.rows()]
        users = [user.username for user in self.world.stand.cognito.users.all_users()]
        own, address = (self.actor,), (self.address(),)
        kinds = (own, own, PEOPLE, rows or PEOPLE, users or PEOPLE, address)
        return self.dice.pick(self.dice.pick(kinds))

    def address(self) -> str:
        """One's own address, mostly."""
        own = tuple(address_of(self.actor, which) for which in ("old", "new"))
        return self.dice.pick(self.dice.pick((own, own, ADDRESSES)))

    def userid(self) -> str:
        """Of any row; more often of one with one's address or name."""
        rows = self.world.rows()
        own = [
            row
            for row in rows
            if row.username == self.actor or self.world.readers.get(row.email or "") == self.actor
        ]
        found = own if own and self.dice.roll(3) else rows
        return self.dice.pick(found).userid if found else IDS["jane"]

    def word(self) -> str:
        """The first one, mostly."""
        return self.dice.pick((WORDS[0], *WORDS))

    def account(self) -> str:
        """An account at a provider; what pretends is for those who are not meant."""
        usual = ACCOUNTS[:4]
        return self.dice.pick(usual if self.actor == "jane" else (*usual, *usual, *ACCOUNTS))


CHOICES: Final[Mapping[str, Arguments]] = {
    "password": lambda one: (one.name(), one.word()),
    "api": lambda one: (one.name(), one.word()),
    "provider": lambda one: (one.account(),),
    "signup": lambda one: (one.dice.pick(PEOPLE), one.address(), one.word()),
    "confirm": lambda one: (one.name(),),
    "resend": lambda one: (one.name(),),
    "forget": lambda one: (one.name(),),
    "reset": lambda one: (one.name(), one.word()),
    "refresh": lambda one: (one.dice.pick(("latest", "latest", "oldest")),),
    "visit": lambda one: (one.dice.pick(("tokens", "cookie", "both")),),
    "revisit": lambda _: (),
    "claim": lambda one: (one.userid(), one.dice.pick(("1847", one.userid()))),
    "login": lambda one: (one.name(), one.word()),
    "open": lambda one: (one.name(), one.address(), one.word()),
    "verify": lambda one: (one.userid(),),
    "readdress": lambda one: (one.userid(), one.address()),
    "repass": lambda one: (one.userid(), one.word()),
    "mailpass": lambda one: (one.userid(), one.word()),
    "lock": lambda one: (one.userid(),),
    "unlock": lambda one: (one.userid(),),
    "disable": lambda one: (one.name(),),
    "enable": lambda one: (one.name(),),
    "end": lambda one: (one.name(),),
    "unlink": lambda one: (one.userid(),),
    "delete": lambda one: (one.userid(),),
    "merge": lambda one: (one.userid(), one.userid()),
    "rename": lambda one: (one.userid(), one.name().partition("@")[0]),
    "address": lambda one: (one.userid(), one.dice.pick((one.address(), "none"))),
    "audit": lambda _: (),
    "repair": lambda _: (),
    "tidy": lambda _: (),
    "save": lambda _: (),
    "restore": lambda _: (),
    "copy": lambda _: (),
    "mail": lambda one: (one.dice.pick(ADDRESSES), one.dice.pick(PEOPLE)),
    "down": lambda one: (one.dice.pick(("clear", "clear", "legacy", "pool", "table")),),
    "wait": lambda one: (one.dice.pick(("1", "6", "30", "90")),),
}

PERSONS: Final[Mapping[str, int]] = {
    "password": 10,
    "api": 2,
    "provider": 9,
    "signup": 3,
    "confirm": 4,
    "resend": 1,
    "forget": 3,
    "reset": 5,
    "refresh": 5,
    "visit": 4,
    "revisit": 2,
    "claim": 1,
    "login": 2,
    "open": 2,
    "verify": 2,
    "readdress": 2,
    "repass": 2,
    "mailpass": 2,
}
"""How often a person does what."""

OTHERS: Final[Mapping[str, int]] = {
    "lock": 2,
    "unlock": 3,
    "disable": 1,
    "enable": 3,
    "end": 3,
    "unlink": 2,
    "delete": 1,
    "merge": 1,
    "rename": 1,
    "address": 2,
    "audit": 1,
    "repair": 3,
    "tidy": 1,
    "save": 2,
    "restore": 1,
    "copy": 1,
    "mail": 2,
    "down": 6,
    "wait": 4,
}

SKY: Final = frozenset(("mail", "down", "wait"))


def draw_walk(seed: str, steps: int = STEPS) -> Walk:
    """The walk that *seed* stands for, up to where something is not true."""
    dice = Dice(seed)
    walker = Walker(draw_variant(dice))
    chooser = Chooser(walker.world, dice)
    for _ in range(steps):
        walker.take(chooser.step())
        if walker.violations:
            return walker.walk()
    walker.end()
    return walker.walk()
