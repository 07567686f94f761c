"""What can be done to a lab: one row a verb.

A handler checks before it changes anything, so that an action that fails leaves nothing behind;
what it raises is one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from labsim.blob import EMPTY, Blob
from labsim.digest import Digest
from labsim.docker import Result
from labsim.errors import LabError
from labsim.image import Image
from labsim.lab.account import check_account_name
from labsim.lab.building import build_image
from labsim.lab.journal import RIGHT, apart
from labsim.lab.laptop import Laptop
from labsim.lab.quantity import byte_count, microseconds
from labsim.lab.redaction import retyped, with_credentials
from labsim.lab.state import State
from labsim.lab.tokens import revealed
from labsim.reference import Reference
from labsim.wire import Dialogue, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.link import Link

__all__ = ["VERBS", "Kit", "Verb", "perform"]


class Kit(NamedTuple):
    """What belongs to an action beside its words: files by digest, and secrets if known."""

    files: Mapping[Digest, Blob]
    secrets: Sequence[str] = ()

    def file(self, digest: str, what: str) -> Blob:
        """The bytes of that digest; ``what`` names them for a person."""
        try:
            return self.files[Digest(digest)]
        except KeyError:
            raise LabError(
                f"{what} needs the file {digest}, which was not given: pass files={{…}}"
            ) from None


class Verb(NamedTuple):
    """How a verb is written, how many words it takes, and what does it."""

    usage: str
    least: int
    most: int
    handler: Callable[..., Any]
    example: str = ""


def perform(state: State, action: Sequence[str], kit: Kit) -> Any:
    """Do one action; the value is what a caller of the Python verb gets."""
    if not action or action[0] not in VERBS:
        word = action[0] if action else ""
        raise LabError(f"{word!r} is nothing a lab can do; it can: {', '.join(VERBS)}")
    words, heard = apart(action)
    verb = VERBS[words[0]]
    if not verb.least <= len(words) - 1 <= verb.most:
        example = f", for example: {verb.example}" if verb.example else ""
        raise LabError(f"{words[0]} is written like this: {verb.usage}{example}")
    if heard:
        return _retold(state, kit, heard, words)
    return verb.handler(state, kit, *words[1:])


def _retold(state: State, kit: Kit, heard: str, words: Sequence[str]) -> Any:
    """Do an action with what real registries answered when it was done first."""
    from labsim.lab.outside import Recorded

    what = f"what was answered to {words[0]} {words[1]}"
    recorded = Recorded(kit.file(heard, what), lambda digest: kit.file(digest, what))
    outside, state.outside = state.outside, recorded
    try:
        value = VERBS[words[0]].handler(state, kit, *words[1:])
        recorded.end()
    finally:
        state.outside = outside
    return value


# -- people, files and time ------------------------------------------------------------------------


def _docker(state: State, kit: Kit, *words: str) -> Result:
    return state.laptop.type(retyped(words, kit.secrets, state.password))


def _sit(state: State, _: Kit, person: str) -> Laptop:
    laptop = state.laptop_of(person)
    state.user = person
    return laptop


def _wait(state: State, _: Kit, length: str) -> int:
    state.now_us += microseconds(length)
    return state.now_us


def _write(state: State, kit: Kit, path: str, text: str, *options: str) -> None:
    by_digest = text.startswith("sha256:") and len(text) == 71
    bits = _options(options, "mode").get("mode", "644")
    if not bits.isdecimal() or not set(bits) <= set("01234567") or int(bits, 8) > 0o7777:
        raise LabError(f"{bits!r} is no mode of a file: write it as in chmod, 644 or 755")
    content = bytes(kit.file(text, path)) if by_digest else text.encode()
    state.laptop.write(path, content, int(bits, 8))


def _credentials(state: State, kit: Kit, host: str, user: str = "", verdict: str = "") -> None:
    """Let the laptop have what a real CLI shows of itself; no registry is asked about it."""
    engine = state.laptop.engine
    if not user:
        engine.logout(host)
        return
    secret = kit.secrets[0] if kit.secrets else state.password(verdict, host, user)
    engine.credentials.store(host, user, secret)


# -- registries and the link -----------------------------------------------------------------------


def _sign_up(state: State, kit: Kit, user: str, *options: str) -> str:
    host = _options(options, "host").get("host", "docker.io")
    check_account_name(user)
    password = kit.secrets[0] if kit.secrets else state.password(RIGHT, host, user)
    if not password:
        raise LabError("a password cannot be empty")
    state.operate("PUT", host, f"/_lab/accounts/{quote(user, '')}", {"password": password})
    state.passwords[host, user] = password
    if not kit.secrets:
        state.forgotten[host, user] = None
    return user


def _visibility(state: State, _: Kit, repository: str, visibility: str) -> None:
    if visibility not in ("public", "private"):
        raise LabError(f"a repository cannot be {visibility!r}: it is either public or private")
    name = Reference(repository)
    _check_owner(state, name)
    target = f"/_lab/repositories/{name.repository}/visibility/{quote(visibility, '')}"
    state.operate("PUT", name.registry, target)


def _check_owner(state: State, name: Reference) -> None:
    """Where accounts own namespaces, only whose namespace it is may decide."""
    policy, owner = state.registry(name.registry).policy, name.repository.partition("/")[0]
    if policy["push_to"] == "own namespace" and owner != state.user:
        who = "nobody here" if owner == policy["reserved"] else f"only {owner}"
        raise LabError(
            f"{name.repository} is not {state.user}'s: {who} may make it public or private"
        )


def _policy(state: State, _: Kit, host: str, setting: str) -> None:
    switch, _equals, value = setting.partition("=")
    state.operate("PUT", host, f"/_lab/policy/{quote(switch, '')}", {"value": _switch_value(value)})


def _collect(state: State, _: Kit, host: str, *options: str) -> dict[str, Any]:
    wish = _options(options, "grace", "untagged", "dry_run")
    query = [f"grace_s={microseconds(wish.get('grace', '1d')) // 1_000_000}"]
    for flag in ("untagged", "dry_run"):
        if (value := wish.get(flag, "off")) not in ("on", "off"):
            raise LabError(f"{flag} is either on or off, not {value!r}")
        query.append(f"{flag}={'true' if value == 'on' else 'false'}")
    report: dict[str, Any] = state.operate("POST", host, f"/_lab/collect?{'&'.join(query)}")
    return report


def _switch_value(text: str) -> bool | int | str:
    words: dict[str, bool | int | str] = {"on": True, "true": True, "off": False, "false": False}
    return words.get(text, int(text) if text.isdecimal() else text)


def _stop(state: State, _: Kit, host: str) -> None:
    state.take_down(host)


def _start(state: State, _: Kit, host: str) -> None:
    state.bring_up(host)


def _cut(state: State, _: Kit, after: str) -> None:
    if byte_count(after) < 1:
        raise LabError("a link that is to break must carry something first: 1 byte at least")
    state.cut_after = byte_count(after)


def _link(state: State, _: Kit, *options: str) -> None:
    wish = _options(options, "up", "down", "delay")
    state.link = state.link._replace(
        up_bytes_per_s=byte_count(wish["up"]) if "up" in wish else state.link.up_bytes_per_s,
        down_bytes_per_s=byte_count(wish["down"])
        if "down" in wish
        else state.link.down_bytes_per_s,
        delay_us=microseconds(wish["delay"]) if "delay" in wish else state.link.delay_us,
    )


def _during(state: State, kit: Kit, length: str, verb: str, *words: str) -> None:
    """Plan it for the next conversation; what could not be done then is refused now."""
    from labsim.link import Plan

    us = microseconds(length)
    if verb == "drop" and not words:
        state.planned.append(Plan(us, lambda: state.link._replace(breaks_after=0)))
    elif verb == "link":
        _check_link(words)
        state.planned.append(Plan(us, lambda: _then(state, kit, "link", words)))
    elif verb == "policy" and len(words) == 2:
        _check_switch(state, *words)
        state.planned.append(Plan(us, lambda: _then(state, kit, "policy", words)))
    else:
        raise LabError(f"{' '.join((verb, *words))!r} cannot happen during a conversation")


def _then(state: State, kit: Kit, verb: str, words: Sequence[str]) -> Link:
    """Do an action while a conversation is held; the link as it leaves it."""
    perform(state, [verb, *words], kit)
    return state.link


def _check_link(words: Sequence[str]) -> None:
    wish = _options(words, "up", "down", "delay")
    widths = [byte_count(wish[name]) for name in ("up", "down") if name in wish]
    if "delay" in wish:
        microseconds(wish["delay"])
    if not all(widths) or not wish:
        raise LabError("a link that is in use needs a width: write it like up=1MB/s")


def _check_switch(state: State, host: str, setting: str) -> None:
    switch, _equals, value = setting.partition("=")
    try:
        state.registry(host).policy.turned(switch, _switch_value(value))
    except (KeyError, ValueError) as fault:
        raise LabError(f"{host}: {setting!r} turns no switch: {fault}") from None


def _http(state: State, kit: Kit, method: str, target: str, *options: str) -> Response:
    wish = _options([option for option in options if option[:7] != "header="], "host", "body")
    host = wish.get("host", "docker.io")
    body = kit.file(wish["body"], f"{method} {target}") if "body" in wish else EMPTY
    lines = with_credentials(options, host, kit.secrets, state.password)
    whole = ["http", method, target, *lines]
    lines, body = revealed(whole, body, host, kit.secrets, state)
    pairs = [line[7:].partition(":") for line in lines if line[:7] == "header="]
    headers = [(name, value.lstrip()) for name, _, value in pairs]
    request = Request(method, target, headers, body, host=host, peer=state.user)
    response: Response = state.converse(_ask_once(request)).result()
    if "/token" in target:
        state.tokens.hear(response.body)
    return response


def _ask_once(request: Request) -> Dialogue:
    return (yield request)


# -- images ----------------------------------------------------------------------------------------


def _build(state: State, _: Kit, name: str, *options: str) -> Image:
    wish = _options(options, "base", "layers", "edited")
    parts = [part for part in wish.get("layers", "").split(",") if part]
    return build_image(state, Reference(name), wish.get("base", ""), parts, wish.get("edited", ""))


def _load(state: State, kit: Kit, names: str, config: str, *layers: str) -> Image:
    what = f"load of {names or config}"
    blobs = [kit.file(layer, what) for layer in layers]
    references = [Reference(name).with_default_tag() for name in names.split(",") if name]
    return state.laptop.engine.load(kit.file(config, what), blobs, references)


def _options(words: Iterable[str], *known: str) -> dict[str, str]:
    """The ``key=value`` words of an action."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in known:
            raise LabError(f"{word!r} is not understood: write {'=…, '.join(known)}=…")
        found[key] = value
    return found


VERBS: dict[str, Verb] = {
    "docker": Verb("docker COMMAND [TYPED]", 1, 2, _docker),
    "as": Verb("as PERSON", 1, 1, _sit),
    "write": Verb("write PATH TEXT-OR-DIGEST [mode=755]", 2, 3, _write),
    "wait": Verb("wait LENGTH", 1, 1, _wait, "wait 3d"),
    "credentials": Verb("credentials HOST [USER PASSWORD]", 1, 3, _credentials),
    "build": Verb("build NAME base=IMAGE layers=A,B edited=B", 2, 4, _build),
    "load": Verb("load NAMES CONFIG-DIGEST LAYER-DIGEST …", 2, 500, _load),
    "sign_up": Verb("sign_up USER [host=HOST]", 1, 2, _sign_up),
    "visibility": Verb("visibility REPOSITORY public|private", 2, 2, _visibility),
    "policy": Verb("policy HOST SWITCH=VALUE", 2, 2, _policy),
    "collect": Verb("collect HOST [untagged=on] [dry_run=on] [grace=LENGTH]", 1, 4, _collect),
    "stop": Verb("stop HOST", 1, 1, _stop),
    "start": Verb("start HOST", 1, 1, _start),
    "cut": Verb("cut BYTES", 1, 1, _cut, "cut 3MB"),
    "link": Verb("link up=BYTES/s down=BYTES/s delay=LENGTH", 1, 3, _link, "link up=1MB/s"),
    "during": Verb(
        "during LENGTH drop | link … | policy …", 2, 5, _during, "during 1.5s link up=1MB/s"
    ),
    "http": Verb("http METHOD TARGET [host=…] [header=NAME:VALUE] [body=DIGEST]", 2, 200, _http),
}
