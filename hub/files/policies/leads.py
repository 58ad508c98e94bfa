"""leads.yaml into the rules of leads."""

from hub.domain.leads import CAUSES, NAMES, LeadPolicy, LeadRule
from hub.domain.templates import names_in
from hub.files.policies.reading import Source


def read_leads(source: Source) -> LeadPolicy:
    """Parse the rules of leads, noting every title that names what its cause does not know, or lacks a language."""
    doc = source.doc
    rules = {cause: doc["rules"][cause] for cause in CAUSES}
    for cause, rule in rules.items():
        for language, title in rule["title"].items():
            source.unknown(f"rules.{cause}.title.{language}", names_in(title), NAMES[cause])
        source.unknown(f"rules.{cause}.title", [doc["language"]], rule["title"])
    return LeadPolicy(doc["version"], doc["language"], {cause: LeadRule(**rule) for cause, rule in rules.items()})
