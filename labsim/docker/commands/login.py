"""``docker login``: prove an account to a registry, and keep the proof in ``config.json``.

Texts: CLI 28.2.2 ``cli/command/registry/login.go`` and ``cli/command/registry.go``; refusals as the
daemon words them.
"""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import CONFIG, daemon_error, login_failure
from labsim.errors import CommandError

__all__ = ["COMMAND"]

HUB = "https://index.docker.io/v1/"
INSECURE = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"
NO_TERMINAL = "Error: Cannot perform an interactive login from a non TTY device\n"
UNENCRYPTED = f"""
WARNING! Your credentials are stored unencrypted in '{CONFIG}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

"""
EXISTING = """Authenticating with existing credentials... [Username: {user}]

 Info -> To login with a different account, run 'docker logout' followed by 'docker login'


"""
HUB_HINT = (
    "Log in with your Docker ID or email address to push and pull images from Docker Hub. "
    "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n"
    "You can log in with your password or a Personal Access Token (PAT). "
    "Using a limited-scope PAT grants better security and is required for organizations using SSO. "
    "Learn more at https://docs.docker.com/go/access-tokens/\n\n"
)
SUCCEEDED = "Login Succeeded\n"


def login(call: Call) -> int:
    """Log in with what was given, what is stored, or what the person types."""
    server = _server(call.arguments[0] if call.arguments else "")
    user, secret = _given(call)
    stored = call.seat.engine.credentials.get(server)
    if stored and "username" not in call.options and "password" not in call.options:
        call.err(EXISTING.format(user=stored.username))
        if _try(call, server, stored.username, stored.password, again=True):
            return 0
    if not (user and secret):
        user, secret = _asked(call, server, user, secret)
    _try(call, server, user, secret)
    return 0


def _server(text: str) -> str:
    """The server as messages and ``config.json`` name it."""
    host = text.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in ("", "docker.io", "index.docker.io", "registry-1.docker.io") else host


def _given(call: Call) -> tuple[str, str]:
    """User and password from flags and standard input, checked as ``verifyLoginOptions`` does."""
    user, secret = call.value("username"), call.value("password")
    if secret and call.flag("password-stdin"):
        raise CommandError(
            "conflicting options: cannot specify both --password and --password-stdin\n"
        )
    insecure = INSECURE if secret else ""
    if call.flag("password-stdin"):
        if not user:
            raise CommandError("the --password-stdin option requires --username to be set\n")
        secret = _one_line(call.stdin or "")
        call.options["password"] = [secret]
    if "username" in call.options and not user:
        raise CommandError("username is empty\n")
    if "password" in call.options and not secret:
        raise CommandError("password is empty\n")
    call.err(insecure)
    return user, secret


def _one_line(text: str) -> str:
    """Without exactly one line ending."""
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending):
            return text.removesuffix(ending)
    return text


def _asked(call: Call, server: str, user: str, secret: str) -> tuple[str, str]:
    """What is missing, typed at prompts; a refusal when nobody is there to type."""
    if call.stdin is not None:
        raise CommandError(NO_TERMINAL)
    if not user:
        user = _answer(call, HUB_HINT if server == HUB else "", "Username: ")
        if not user:
            raise CommandError("error: username is required\n")
    if not secret:
        secret = _answer(call, "", "Password: ", secret=True)
        if not secret:
            raise CommandError("error: password is required\n")
    return user, secret


def _answer(call: Call, before: str, prompt: str, *, secret: bool = False) -> str:
    answer = call.seat.ask(before + prompt, secret)
    if answer is None:
        raise CommandError(NO_TERMINAL)
    call.out(f"{before}{prompt}{'' if secret else answer}\n")
    return answer if secret else answer.strip()


def _try(call: Call, server: str, user: str, secret: str, *, again: bool = False) -> bool:
    """Ask the registry; on success store the account, on failure raise or (``again``) go on."""
    engine = call.seat.engine
    run = call.seat.converse(engine.login("docker.io" if server == HUB else server, user, secret))
    call.trace = run.trace
    if run.error is not None and again:
        call.err("Stored credentials invalid or expired\n")
        return False
    if run.error is not None:
        raise daemon_error(login_failure(run.error))
    if engine.credentials.store(server, user, secret):
        call.err(UNENCRYPTED)
    call.out(SUCCEEDED)
    return True


COMMAND = Command(
    "login",
    Count(0, 1),
    login,
    simulated=frozenset({"password", "password-stdin", "username"}),
)
