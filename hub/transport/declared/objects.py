"""One object of a connector file as a shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from hub.domain.documents import Doc
from hub.ports.connector import ObjectSpec
from hub.transport.declared.call import Call
from hub.transport.declared.conditions import Condition, are_met, conditions_of
from hub.transport.declared.fields import By, Commands, Field, teller
from hub.transport.declared.forms import pair_of
from hub.transport.declared.instants import Instants, instants_of
from hub.transport.declared.making import Maker
from hub.transport.declared.paths import Reader, head, reader
from hub.transport.declared.readers import answer_reader, changed_reader, id_reader, told_path
from hub.transport.declared.shapes import Batch, Child, Get, Items, Listing, Paging, Shape, Step, Writing
from hub.transport.declared.templates import Filler
from hub.transport.markup import plain_text
from hub.transport.outcomes import Outcomes, outcomes_of
from hub.transport.places import Reply, found_at

ROW_CALLS: tuple[tuple[str, str, Doc], ...] = (
    ("create", "POST", {"body": "{doc}"}),
    ("update", "PATCH", {"body": "{changes}"}),
    ("delete", "DELETE", {}),
)
SINGLE = {"get", "many", "find", "resume", "children"}  # lists that come in one answer unless they say otherwise


def shape_of(maker: Maker, spec: ObjectSpec, told: Doc) -> Shape:
    """One object, its own keys laid over those that all objects share."""
    told = merged(maker.connection.get("defaults", {}), told)
    base = instants_of(maker.connection.get("instants"), Instants(zone=spec.feed.zone))
    return ObjectMaker(maker, spec, told, instants_of(told.get("instants"), base)).shape()


def without_markup(read: Reader, where: Iterable[Condition]) -> Reader:
    """A reader of the plain text of what is HTML, as the record says."""

    def plain(record: Any) -> Any:
        told = read(record)
        return plain_text(told) if isinstance(told, str) and are_met(where, record) else told

    return plain


@dataclass
class ObjectMaker:
    """Makes one shape."""

    maker: Maker
    spec: ObjectSpec
    told: Doc
    instants: Instants

    def shape(self) -> Shape:
        """The shape, of its parts in the order of the schema."""
        told = self.told
        fields = self.fields(told["fields"], "fields") if "fields" in told else None
        return Shape(
            name=self.spec.name,
            spec=self.spec,
            items=self.items({}),
            instants=self.instants,
            number_ids=is_number(told.get("id")),
            version=told.get("version"),
            fields=fields,
            tell=dict if fields is None else teller(fields),
            only=conditions_of(told.get("only") or (), reader),
            gone=conditions_of(told.get("gone") or (), reader),
            merged_into=reader(told["merged_into"]) if told.get("merged_into") else None,
            children=tuple(self.child(name, rows) for name, rows in told.get("children", {}).items() if rows),
            list=self.listing("list"),
            ids=self.listing("ids"),
            within=self.listing("within"),
            deleted=self.listing("deleted"),
            feeds=tuple(self.made_listing(one, "feeds", "feeds") for one in told.get("feeds") or ()),
            get=self.get(),
            many=self.listing("many"),
            find={
                name: self.made_listing(one, "find", f"find.{name}") for name, one in (told.get("find") or {}).items()
            },
            create=self.writing("create", "POST"),
            update=self.writing("update", "PATCH"),
            act={name: self.call(one, "act", f"act.{name}") for name, one in (told.get("act") or {}).items()},
            batch={verb: self.batch(one, verb) for verb, one in (told.get("batch") or {}).items()},
            describe=self.describe(),
        )

    # --- records

    def items(self, told: Doc) -> Items:
        """How items tell id and change, where a listing differs from the object."""
        unwrap = told.get("unwrap", self.told.get("unwrap"))
        change: Doc = {"at": told["changed"]} if "changed" in told else self.told.get("changed") or {}
        return Items(
            None if unwrap is None else reader(unwrap),
            id_reader(self.id_place(told)),
            changed_reader(
                change,
                instants_of(
                    change.get("instants"), instants_of((self.told.get("changed") or {}).get("instants"), self.instants)
                ),
            ),
        )

    def id_place(self, told: Doc) -> str | Doc:
        """Where an id stands, where a listing differs from the object."""
        place: str | Doc = told.get("id") or self.told.get("id") or "id"
        return place

    def asked(self, fields: Iterable[Field] | None) -> tuple[str, ...]:
        """The names that {fields} stands for: of the fields, and of what else is read in a record."""
        told, change = self.told, self.told.get("changed") or {}
        version = told.get("version") or "header."
        paths = [told_path(told.get("id", "id")), change.get("at"), change.get("or"), told.get("merged_into")]
        paths += [None if version.startswith("header.") else version]
        paths += [one["at"] for word in ("only", "gone") for one in told.get(word) or ()]
        names = [head(path) for path in paths if path] + [one.ask for one in fields or () if one.ask]
        return tuple(dict.fromkeys(names))

    def fields(self, told: Mapping[str, Doc], at: str) -> tuple[Field, ...]:
        """Fields by name."""
        return tuple(self.field(name, one, f"{at}.{name}") for name, one in told.items())

    def field(self, name: str, told: Doc, at: str) -> Field:
        """One field."""
        path = told.get("from", name)
        decode, encode = pair_of(told, self.instants)
        read = reader(path)
        if "markup" in told:
            read = without_markup(read, conditions_of(told["markup"], reader))
            decode = partial(decode)  # so that it is read in this way, and not by its name alone
        is_chosen = "to" not in told and ("[" in path or any(step.isdecimal() for step in path.split(".")))
        return Field(
            name=name,
            path=path,
            read=read,
            to=str(told.get("to", path)),
            decode=decode,
            encode=encode,
            ask=told["ask"] if "ask" in told else head(path),
            empty=tuple(told.get("empty", ())),
            clear=told.get("clear"),
            computed=told.get("computed", is_chosen),
            create_only=told.get("create_only", False),
            by=By(**told["by"]) if "by" in told else None,
            rows=self.fields(told["rows"], f"{at}.rows") if "rows" in told else None,
            row_id=id_reader(told["row_id"]) if "row_id" in told else None,
            number_rows=is_number(told.get("row_id")),
            commands=self.commands(told, at),
        )

    def child(self, name: str, told: Doc) -> Child:
        """Rows that are read by a call of their own."""
        fields = self.fields(told["fields"], f"children.{name}.fields")
        calls = {
            verb: self.call({**body, **told[verb]}, "row", f"children.{name}.{verb}", method=method)
            for verb, method, body in ROW_CALLS
            if verb in told
        }
        listing = self.made_listing({"id": "id", **told}, "children", f"children.{name}")
        only = conditions_of(told.get("only", ()), reader)
        commands = self.commands(told, f"children.{name}")
        number_ids = is_number(told.get("id"))
        return Child(name, listing, fields, only, number_ids, commands=commands, to=told.get("to", name), **calls)

    def commands(self, told: Doc, at: str) -> Commands | None:
        """How a changed list of rows is written."""
        if "commands" not in told:
            return None
        trees: Mapping[str, Any] = told["commands"]
        return Commands(**{word: self.filler(tree, f"{at}.commands.{word}") for word, tree in trees.items()})

    # --- calls

    def call(self, told: Doc, kind: str, at: str, *, method: str = "POST", page: Doc | None = None) -> Call:
        """A call of this object."""
        return self.maker.call(told, kind, f"{self.spec.name}.{at}", self.own, method=method, page=page)

    def filler(self, tree: Any, at: str) -> Filler:
        """A template of this object."""
        return self.maker.filler(tree, "command", f"{self.spec.name}.{at}", self.own)

    @property
    def own(self) -> Doc:
        """The values of this object for templates."""
        own: Doc = self.told.get("own", {})
        return own

    def listing(self, kind: str) -> Listing | None:
        """A listing that the object may have."""
        told = self.told.get(kind)
        return None if told is None else self.made_listing(told, kind, kind)

    def made_listing(self, told: Doc, kind: str, at: str) -> Listing:
        """A listing."""
        page: Doc = told.get("page") or (self.maker.connection.get("page", {}) if kind not in SINGLE else {})
        columns = told.get("columns", False)
        names = tuple(columns) if isinstance(columns, list) else self.names if kind != "children" else ()
        return Listing(
            call=self.call(told, kind, at, method="GET", page=page),
            records=told.get("records", "body"),
            items=self.items(told),
            instants=instants_of(told.get("instants"), self.instants),
            asked=names,
            page=paging_of(page),
            columns=bool(columns),
            order=told.get("order", "changed" if kind == "list" else "none"),
            exclusive=told.get("bounds") == "exclusive",
            whole=told.get("then") != "get",
            exact=told.get("exact", True),
            most=told.get("most", 50),
            parent=id_reader(told["parent"]) if "parent" in told else None,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What {fields} stands for, unless a listing has columns of its own."""
        return self.asked(self.fields(self.told.get("fields", {}), "fields"))

    def get(self) -> Get | None:
        """The call of one record."""
        told = self.told.get("get")
        if told is None:
            return None
        listing = self.made_listing(told, "get", "get") if "records" in told else None
        return Get(self.call(told, "get", "get", method="GET"), told.get("record", "body"), self.names, listing)

    def writing(self, verb: str, method: str) -> Writing | None:
        """The call that writes a record."""
        told = self.told.get(verb)
        if told is None:
            return None
        resume: Doc = told.get("resume") or {}
        default = "{changes}" if verb == "update" and told.get("method", method) == "PATCH" else "{doc}"
        return Writing(
            call=self.call({"body": default, **told}, verb, verb, method=method),
            record=told.get("record", "body"),
            id=answer_reader(told["id"]) if "id" in told else None,
            without=frozenset(told.get("without", ())),
            read_back=told.get("read_back", True),
            verify=told.get("verify", False),
            only=conditions_of(told.get("only", ()), reader),
            resume=self.made_listing(resume, "resume", f"{verb}.resume") if resume else None,
            amend=self.call({"body": "{doc}", **resume["amend"]}, "then", f"{verb}.resume.amend")
            if "amend" in resume
            else None,
            then=tuple(
                Step(
                    self.call(step, "then", f"{verb}.then.{place}"), answer_reader(step["id"]) if "id" in step else None
                )
                for place, step in enumerate(told.get("then", ()))
            ),
        )

    def batch(self, told: Doc, verb: str) -> Batch:
        """The call that writes several records."""
        outcomes = outcomes_of(told.get("results_mean", ()))
        return Batch(
            call=self.call(told, "batch", f"batch.{verb}"),
            results=told.get("results", "body"),
            id=id_reader(self.id_place(told)),
            judge=partial(judge_result, outcomes, self.maker),
            key=reader(told["key"]) if "key" in told else None,
            locks="item.version" in repr(told.get("body")),
        )

    def describe(self) -> tuple[Call, str, str] | None:
        """The call that asks for the fields of the object."""
        told = self.told.get("describe")
        if told is None:
            return None
        return self.call(told, "describe", "describe", method="GET"), told["kind"], told.get("at", "body")


def is_number(told: str | Doc | None) -> bool:
    """Whether an id that stands there is a number over there."""
    return isinstance(told, dict) and told.get("as") == "integer"


def judge_result(outcomes: Outcomes, maker: Maker, result: Any) -> None:
    """Nothing where a result of a batch is a success; raises what it means otherwise."""
    outcomes.judge(maker.caller(Outcomes()).http.system, Reply(200, {}, result), write=True)


def merged(base: Any, over: Any) -> Any:
    """What one says laid over what another says; null takes away."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {
        name: merged(base[name], over[name]) if name in base and name in over else told
        for name, told in {**base, **over}.items()
    }


def paging_of(told: Doc) -> Paging:
    """How a listing goes on."""
    given = {name: value for name, value in told.items() if name in {"kind", "size", "first", "next", "total"}}
    more = conditions_of(told.get("more", ()), lambda place: partial(found_at, place))
    return Paging(**given, more=more)
