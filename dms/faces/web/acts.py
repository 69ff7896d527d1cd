"""How a page tells an act that is to be done next: by its name, with a link to where it is done; never as a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote

from dms.domain.numbers import is_code, is_paper
from dms.faces.words import Speaker
from dms.said import Do, Said

# Act -> the page it is done on. Acts on one record are done on the record's page.
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "access": "/requests", "access list": "/requests", "access request": "/requests", "appraise list": "/appraisal",
        "appraise destroy": "/appraisal", "appraise witness": "/appraisal", "attention": "/triage",
        "change": "/requests", "customers list": "/customers", "customers reassign": "/customers",
        "delete": "/bin", "doctor": "/settings/health", "grade propose": "/grades", "hold": "/requests",
        "forms list": "/settings/forms", "forms forget": "/settings/forms", "lessons list": "/settings/learned",
        "loan list": "/shelf",
        "people add": "/settings/people", "people list": "/settings/people", "print": "/print",
        "report dossier": "/customers",
        "retry": "/triage", "search": "/search", "volume list": "/volumes",
    }
)  # fmt: skip


class PageSpeaker(Speaker):
    """Says things on a page: an act by its name and what it is done to, inputs by their names and an example."""

    def act(self, act: Do) -> str:
        """Return an act's name and what it is done to."""
        if not act.name:
            return self._inputs(act)
        known = self.of("command", act.name)
        name = known if known != act.name else self.of("command", act.name.split()[0])
        done_to = [one for one in act.arguments if is_code(one) or is_paper(one) or one.isdigit()]
        return " ".join([name, *done_to])

    def _inputs(self, act: Do) -> str:
        named = [self.of("input", key) for key, _ in act.inputs]
        given = [value for _, value in act.inputs if isinstance(value, str) and value != "…"] + list(act.arguments)
        if not named:
            return self("such_as", example=self.joined(given))
        if not given:
            return self.joined(named)
        return self("input_such_as", inputs=self.joined(named), example=self.joined(given))

    def links(self, said: Said) -> list[tuple[str, str]]:
        """Return name and address of every act in a sentence that has a page."""
        return [(self.act(act), address) for act in acts_in(said) if (address := address_of(act))]


def acts_in(said: Said) -> Iterator[Do]:
    """Yield the acts a sentence names, and those of the sentences in it."""
    for value in said.values.values():
        if isinstance(value, Do):
            yield value
        elif isinstance(value, Said):
            yield from acts_in(value)


def address_of(act: Do) -> str:
    """Return the page an act is done on; empty where it is done on none."""
    record = next((one for one in act.arguments if is_code(one) or is_paper(one)), "")
    return f"/r/{quote(record, safe='')}" if record else PAGES.get(act.name, "")
