"""``docker login``: prove an account to a registry, and keep the proof in ``config.json``.

Texts: CLI 28.2.2 and 29.7 ``cli/command/registry/login.go`` and ``cli/command/registry.go``, the
older recorded with a terminal and without one; refusals as the daemon words them. What a prompt
shows is shown by whoever asks, and so is not part of the output.
"""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import CONFIG, HUB, daemon_error, login_failure
from labsim.docker.voices import voice_of
from labsim.engine.config_file import server_key
from labsim.errors import CommandError, LabError, RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.voices import LoginWords

__all__ = ["COMMAND"]

INSECURE = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"
UNENCRYPTED = f"""
WARNING! Your credentials are stored unencrypted in '{CONFIG}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

"""
EXISTING = """\
Authenticating with existing credentials... [Username: {user}]

 Info -> To login with a different account, run 'docker logout' followed by 'docker login'


"""
#: No browser here, so what the CLI says when the web login cannot start.
NO_WEB_LOGIN = "Failed to start web-based login - falling back to command line login...\n\n"
HUB_USER = (
    "Log in with your Docker ID or email address to push and pull images from Docker Hub. "
    "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n"
    "You can log in with your password or a Personal Access Token (PAT). "
    "Using a limited-scope PAT grants better security and is required for organizations using SSO."
    " Learn more at https://docs.docker.com/go/access-tokens/\n\n"
)
HUB_PASSWORD = """
 Info -> A Personal Access Token (PAT) can be used instead.
         To create a PAT, visit https://app.docker.com/settings
         \n         \n"""
SUCCEEDED = "Login Succeeded\n"


def login(call: Call) -> int:
    """Log in with what was given, with what is stored, or with what the person types."""
    server = server_key(call.arguments[0] if call.arguments else "")
    user, secret = _given(call)
    default = ""
    if not user and not secret and (stored := call.seat.engine.credentials.get(server)):
        call.err(EXISTING.format(user=stored.username))
        refusal = _proven(call, server, stored.username, stored.password)
        if refusal is None:
            return _stored(call, server, stored.username, stored.password)
        call.err(_no_longer(refusal))
        default = stored.username
    if not (user and secret):
        user, secret = _asked(call, server, user, secret, default)
    user = user.strip() or user  # blanks at its ends are slips
    if not _words(call).dash:  # of a password too, before CLI 29
        secret = secret.strip() or secret
    refusal = _proven(call, server, user, secret)
    if refusal is not None:
        raise daemon_error(login_failure(refusal))
    return _stored(call, server, user, secret)


def _given(call: Call) -> tuple[str, str]:
    """User and password from flags and standard input, checked as ``verifyLoginOptions`` does."""
    user, secret, words = call.value("username"), call.value("password"), _words(call)
    piped = call.flag("password-stdin") or (words.dash and secret == "-")
    secret = "" if words.dash and secret == "-" else secret
    warning = INSECURE if secret else ""
    if secret and "password-stdin" in call.options:
        raise CommandError(
            "conflicting options: cannot specify both --password and --password-stdin\n"
        )
    if piped:
        if not user:
            raise CommandError("the --password-stdin option requires --username to be set\n")
        secret = _one_line(call.stdin or "")
        secret = "" if words.dash and not secret.strip() else secret
    if "username" in call.options and not user:
        raise CommandError("username is empty\n")
    if not secret and ("password" in call.options or (words.dash and piped)):
        raise CommandError("password is empty\n")
    call.err(warning)
    return user, secret


def _words(call: Call) -> LoginWords:
    return voice_of(call.seat.engine).LOGIN


def _one_line(text: str) -> str:
    """Without exactly one line ending."""
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending):
            return text.removesuffix(ending)
    return text


def _asked(call: Call, server: str, user: str, secret: str, default: str) -> tuple[str, str]:
    """What is missing, typed at prompts; a refusal when nobody is there to type."""
    if not user:
        notes = NO_WEB_LOGIN + HUB_USER if server == HUB else ""
        prompt = f"Username ({default}): " if default else "Username: "
        user = _answer(call, notes + prompt, secret=False).strip() or default
        if not user:
            raise CommandError(f"{_words(call).no_user}\n")
    if not secret:
        notes = HUB_PASSWORD if server == HUB else ""
        secret = _answer(call, f"{notes}Password: ", secret=True)
        if not secret:
            raise CommandError(f"{_words(call).no_password}\n")
    return user, secret


def _answer(call: Call, prompt: str, *, secret: bool) -> str:
    answer = None if call.stdin is not None else call.seat.ask(prompt, secret)
    if answer is None:
        raise CommandError(f"{_words(call).no_terminal}\n")
    return answer


def _proven(call: Call, server: str, user: str, secret: str) -> LabError | None:
    """Show the account to the registry; what it had against it."""
    host = "docker.io" if server == HUB else server
    run = call.seat.converse(call.seat.engine.login(host, user, secret))
    call.trace = run.trace
    return run.error


def _no_longer(refusal: LabError) -> str:
    """Why what is stored will not do; the daemon tells apart what a token server refuses."""
    if isinstance(refusal, RegistryError) and refusal.reason == "token":
        return "Stored credentials invalid or expired\n"
    error = daemon_error(login_failure(refusal))
    return f"Login did not succeed, error: {error.stderr}"


def _stored(call: Call, server: str, user: str, secret: str) -> int:
    """Keep the account; the warning comes only when that changed something."""
    if call.seat.engine.credentials.store(server, user, secret):
        call.err(UNENCRYPTED)
    call.out(SUCCEEDED)
    return 0


COMMAND = Command(
    "login",
    Count(0, 1),
    login,
    simulated=frozenset({"password", "password-stdin", "username"}),
)
