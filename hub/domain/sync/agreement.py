"""The frequent case, decided fast: nothing to carry either way, so that both sides agree whatever the shadow says.

Push and pull by themselves know no base and no owner; where neither would change its target, no merge would either.
This holds for rules without conditions, without fixed or computed values, and without a say about unknown values: what
a merge remembers of those is not in the documents.
"""

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.links import Refs
from hub.domain.mapping.values import clone
from hub.domain.sync.outcome import Merge

REMEMBERED = "$"  # how the names begin under which a hub base keeps what has no field


def agreed(mapping: Mapping, hub_base: Doc | None, hub: Doc | None, remote: Doc | None, refs: Refs) -> Merge | None:
    """The merge of two documents that say the same; None where that is not plain to see."""
    if hub is None or remote is None or not mapping.is_plain or any(name[:1] == REMEMBERED for name in hub_base or ()):
        return None
    try:
        same = identical(mapping.push(hub, remote, refs), remote) and identical(mapping.pull(remote, hub, refs), hub)
    except HubError:
        return None
    return Merge(clone(hub), clone(remote), clone(hub), clone(remote)) if same else None


def identical(one: Doc, other: Doc) -> bool:
    """Whether two documents are equal to the letter: true is not 1."""
    return repr(one) == repr(other)
