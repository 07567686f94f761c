"""Why an event came to be: the rule, what the rule was given, and what else could have happened.

The rules are the classic engine's (moby ``push_v2.go``, ``pull_v2.go``) and containerd's, where it
has others; a real client's event is explained by what its requests show.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.story.events import Event
from labsim.story.tables import bytes_text

__all__ = ["RULES", "Rule", "Why", "rule_of", "why"]


class Rule(NamedTuple):
    """A rule in words: in a table, in full, and what it would have done otherwise."""

    short: str
    full: str
    otherwise: str


class Why(NamedTuple):
    """The rule behind an event, its inputs, and the alternative; ``str()`` is a paragraph."""

    rule: str
    inputs: tuple[tuple[str, str], ...]
    alternative: str

    def __str__(self) -> str:
        given = ", ".join(f"{name} {value}" for name, value in self.inputs)
        told = f"{self.rule} ({given})." if given else f"{self.rule}."
        return f"{told} {self.alternative}".rstrip()


#: By the client's rule code where an event has one that says more than its kind, else by kind.
RULES: dict[str, Rule] = {
    # --- a push's decisions
    "found": Rule(
        "the repository had it",
        "Found: the repository already had this blob, so nothing of it needs to travel",
        "Had it not been there, a mount or an upload would have followed.",
    ),
    "found/remembered": Rule(
        "the repository had it",
        "Found: this client remembers under which digest a registry had this layer, asked for it, "
        "and the repository had it",
        "Had it not been there, the client would have offered another repository of this registry "
        "that it remembers to have had the layer, or sent it.",
    ),
    "found/config": Rule(
        "the repository had it",
        "Found: a config is always asked for before it is sent, and the repository had it",
        "Had it not been there, it would have been sent; a config is never mounted.",
    ),
    "found/every-blob": Rule(
        "the repository had it",
        "Found: this engine asks for every blob before it sends any of it, and the repository had "
        "it",
        "Had it not been there, one repository of the same host would have been offered for a "
        "mount, if any is known to have it; else it would have been sent.",
    ),
    "mounted": Rule(
        "the registry had it elsewhere",
        "Mounted: this client knows that {source}, on the same registry, has this blob, so it "
        "asked "
        "the registry to link it from there",
        "Without the right to pull from {source}, or with mounts switched off, it would have been "
        "uploaded.",
    ),
    "sent/unremembered": Rule(
        "no registry is remembered to have it",
        "Sent without asking: this client remembers no registry that has had this layer, and "
        "asking "
        "would cost a round trip for a likely no",
        "Had an earlier push or pull left a memory of the layer, it would have been asked for "
        "first.",
    ),
    "sent/unmountable": Rule(
        "not there, and nowhere to mount it from",
        "Sent: the repository did not have this layer, and no other repository of this registry is "
        "remembered to have had it",
        "Had another repository of the same registry been remembered, it would have been mounted "
        "from there; another registry's memory is no help.",
    ),
    "sent/refused-mount": Rule(
        "no mount was granted",
        "Sent: the repository did not have this layer and the registry would not mount it, so the "
        "upload session that it opened instead was used",
        "With the blob still in the repository that was remembered, and the right to pull from it, "
        "the mount would have been granted.",
    ),
    "sent/config-missing": Rule(
        "the repository did not have it",
        "Sent: the client asked first, as it always does for a config, and the repository did not "
        "have it",
        "A config that is there already is left alone; it is never mounted.",
    ),
    "sent/missing": Rule(
        "the repository did not have it",
        "Sent: the client asked, and the repository did not have this blob",
        "Had it been there, nothing would have travelled.",
    ),
    "sent/unasked": Rule(
        "the client did not ask for it first",
        "Sent: the client did not ask whether the repository had this blob",
        "Had it asked, and had the blob been there, nothing would have travelled.",
    ),
    "tagged": Rule(
        "a manifest always travels",
        "Stored under the name {source}: the manifest comes last, when all that it lists is there, "
        "and it is sent even if nothing has changed",
        "A registry that misses any blob of it in this repository would have refused it.",
    ),
    "tagged/asked-first": Rule(
        "the name led elsewhere",
        "Stored under the name {source}: the manifest comes last, when all that it lists is there, "
        "and only because the name did not lead to it",
        "Had the name led to it already, not even the manifest would have travelled.",
    ),
    "missing": Rule(
        "not there",
        "Asked and not there: what one repository has is invisible in another, even on the same "
        "registry",
        "Had it been there, nothing more would have been done about it.",
    ),
    "unmounted": Rule(
        "no mount was granted",
        "Not mounted: the registry did not find this blob in {source}, or does not mount; it "
        "opened "
        "an upload session instead, and the client forgets that source",
        "Had the blob been there, it would have been linked without travelling.",
    ),
    "cancelled": Rule(
        "a second session made it needless",
        "Cancelled: another mount attempt had opened an upload session too, and one is enough",
        "Left alone, the session would have expired at the registry.",
    ),
    "known": Rule(
        "an earlier push of this command dealt with it",
        "Not asked again: an earlier push of the same command has dealt with this layer",
        "In a command of its own it would have been asked for.",
    ),
    # --- a pull's
    "fetched": Rule(
        "it was not here",
        "Fetched: it was not on this machine",
        "What is here already is not fetched again.",
    ),
    "fetched/layer": Rule(
        "it was not here on these layers",
        "Fetched: this layer was not here on top of exactly the layers below it",
        "An unbroken run of layers from the lowest that are here is used as it is; above the first "
        "missing one everything is fetched.",
    ),
    "fetched/resume": Rule(
        "the rest of a broken download",
        "Fetched from where the last try broke off",
        "Without ranges the download would have begun anew.",
    ),
    "fetched/platform": Rule(
        "the one for this machine",
        "Fetched: the name leads to an index, and this is its manifest for this kind of machine",
        "Another kind of machine would have been given another image under the same name.",
    ),
    "here": Rule(
        "already here on the same layers",
        "Already here: the same layer on top of the same layers is on this machine",
        "Had any layer below it been missing, it would have been fetched, even though the same "
        "blob "
        "is here in another place.",
    ),
    "complete": Rule(
        "the image was here",
        "Nothing fetched: the image with this id is on this machine; it only gets a name",
        "Had it not been here, its missing layers would have been fetched.",
    ),
    "resolved": Rule(
        "a tag is only a name",
        "Looked up {source}: a tag can move, so its digest is asked for every time",
        "A name with a digest would have needed no question.",
    ),
    "resolved/every-blob": Rule(
        "a manifest is asked for too",
        "Looked up {source}: a manifest travels only where its name leads to something else",
        "Had nothing been there under this name, the manifest would have been sent.",
    ),
    "listed": Rule("", "Asked for all tags of the repository", ""),
    # --- the rest
    "greeted": Rule(
        "",
        "Every command begins by asking whether this is a registry and how it wants to be "
        "approached",
        "",
    ),
    "granted": Rule(
        "",
        "The registry wants a token, and the token says what it is good for",
        "Without a login the same token would have been asked for as nobody.",
    ),
    "granted/mount-token": Rule(
        "",
        "A mount needs the right to pull from another repository too: a token with both, for this "
        "one request",
        "",
    ),
    "retried": Rule(
        "",
        "A try failed in a way that another try may mend; each wait is longer than the last, and "
        "there are five tries",
        "A refusal that will not change, such as a missing right, is not tried again.",
    ),
}
#: Why something came to nothing; see :mod:`labsim.story.failures`.
RULES |= {
    "refused": Rule(
        "the registry refused it",
        "Refused: the registry would not do it",
        "What was stored before stays as it was.",
    ),
    "refused/anonymous": Rule(
        "nobody is logged in",
        "Refused: nobody is logged in, and only somebody who is may do this",
        "After a docker login of an account with the right to it, it would have been done.",
    ),
    "refused/namespace": Rule(
        "{namespace} is not {source}'s namespace",
        "Refused: the token was made for {source}, and {namespace} is not {source}'s namespace, so "
        "the token is not good for it",
        "In a repository whose name begins with {source}/ it would have been done.",
    ),
    "refused/scope": Rule(
        "the token lacks push",
        "Refused: whoever is logged in has no right to push there, so the token that was given is "
        "not good for it",
        "With a token that includes push it would have been done.",
    ),
    "refused/hidden": Rule(
        "not there, or hidden",
        "Refused: it is not there, or not for everyone's eyes; to who may not see it both look the "
        "same",
        "To an account with the right to pull it, the registry would have said which.",
    ),
    "refused/credentials": Rule(
        "the name or the password was wrong",
        "Refused: the name and the password do not belong together",
        "With the right password there would have been a way in.",
    ),
    "refused/limit": Rule(
        "too many requests",
        "Refused: the registry answers only so many requests in a while",
        "Later it would have been done.",
    ),
    "refused/server": Rule(
        "the registry failed ({status})",
        "Refused: something went wrong at the registry, through no fault of the request",
        "A registry in good health would have done it; the same request may succeed later.",
    ),
    "refused/manifest": Rule(
        "the registry did not accept it ({status})",
        "Refused: the registry did not accept the manifest; a blob that it lists may be missing "
        "from this repository",
        "With all that it lists in this repository, it would have been stored.",
    ),
    "dropped": Rule(
        "nobody answered",
        "Nobody answered",
        "An answer, even a refusal, would have said what to do next.",
    ),
    "dropped/sending": Rule(
        "the link broke after {moved} of {size}",
        "Broken off: the link broke after {moved} of {size}",
        "Had it held, the upload would have been sealed under its digest; a part of a blob is "
        "never stored.",
    ),
    "dropped/midway": Rule(
        "the link broke after {moved}",
        "Broken off: the link broke after {moved}",
        "Had it held, the rest would have followed.",
    ),
    "dropped/sealing": Rule(
        "the link broke before it was sealed",
        "Broken off: all {moved} had arrived, but nobody answered the request that seals the "
        "upload under its digest",
        "Had it been sealed, the next try would have found it; what is not sealed is not stored.",
    ),
    "unbegun": Rule("an earlier failure ended the command", "Not begun", ""),
}
RULES["sent"] = RULES["sent/unasked"]
RULES["fetched/config-of-image"] = RULES["fetched"]


def rule_of(event: Event) -> Rule:
    """The most particular rule for an event, with its words filled in."""
    rule = RULES.get(f"{event.kind}/{event.rule}") or RULES[event.kind]
    words = {
        "source": event.source,
        "namespace": event.repository.partition("/")[0],
        "moved": bytes_text(event.moved),
        "size": bytes_text(event.size),
        "status": event.status,
    }
    return Rule(*(text.format_map(words) for text in rule))


def why(event: Event) -> Why:
    """The rule, the inputs and the alternative of one event of a story.

    >>> because = why(Event("mounted", 0, 1, "", blob="sha256:" + "ab" * 32, source="library/go"))
    >>> because.inputs
    (('blob', 'abababababab'),)
    >>> print(because.alternative)
    Without the right to pull from library/go, or with mounts switched off, it would have been \
uploaded.
    """
    rule = rule_of(event)
    given = (
        (event.part or "blob", event.blob.partition(":")[2][:12]),
        ("of", f"{event.size:,} bytes" if event.size and event.kind != "retried" else ""),
        ("in", event.repository),
        ("answer", str(event.status) if event.kind in ("refused", "missing", "unmounted") else ""),
        ("after", event.source if event.kind == "dropped" else ""),
        ("wait", f"{event.size // 1_000_000} s" if event.kind == "retried" else ""),
    )
    inputs = tuple((name, value) for name, value in given if value)
    return Why(rule.full, inputs, rule.otherwise)
