r"""What ``docker login`` leaves behind: a JSON file with the password encoded, not encrypted.

The file *is* the memory of who is logged in where; nothing else is kept.

>>> kept = ConfigFile()
>>> kept.store("https://index.docker.io/v1/", "cantdocpp", "lab")
True
>>> print(kept.text.replace("\t", "→"))
{
→"auths": {
→→"https://index.docker.io/v1/": {
→→→"auth": "Y2FudGRvY3BwOmxhYg=="
→→}
→}
}

Source: cli ``cli/config/configfile/file.go`` (tabs, sorted keys, no newline at the end) and
``cli/config/credentials/file_store.go`` (the key is compared by host when nothing equals it).
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.session import Credentials

__all__ = ["HUB_KEY", "ConfigFile", "server_key"]

#: The key that stands for Docker Hub in ``config.json``.
HUB_KEY = "https://index.docker.io/v1/"
_HUB_NAMES = ("", "docker.io", HUB_KEY)
_HUB_KEYS_HOST = "index.docker.io"


class ConfigFile:
    """The logins of one laptop, by the key they have in ``config.json``."""

    __slots__ = ("_auths", "written")

    def __init__(self) -> None:
        self._auths: dict[str, str] = {}
        #: Whether the file exists: it does from the first login on.
        self.written = False

    def get(self, server: str) -> Credentials | None:
        """The account stored for a server: a host, a URL, or the Hub's key."""
        key = server_key(server)
        auth = self._auths.get(key)
        if auth is None and key == _HUB_KEYS_HOST:
            auth = self._auths.get(HUB_KEY)
        if auth is None:
            return None
        from labsim.client.session import Credentials

        user, _, secret = a2b_base64(auth).decode().partition(":")
        return Credentials(user, secret)

    def store(self, server: str, user: str, secret: str) -> bool:
        """Write a login; whether that changed the file."""
        key, auth = server_key(server), _encoded(f"{user}:{secret}")
        changed = self._auths.get(key) != auth
        self._auths[key] = auth
        self.written = True
        return changed

    def erase(self, server: str) -> bool:
        """Remove a login; whether there was one."""
        return self._auths.pop(server_key(server), None) is not None

    @property
    def servers(self) -> tuple[str, ...]:
        """The keys of the file, sorted."""
        return tuple(sorted(self._auths))

    @property
    def text(self) -> str:
        """The file as the docker CLI writes it."""
        import json

        auths = {key: {"auth": self._auths[key]} for key in self.servers}
        return json.dumps({"auths": auths}, indent="\t", ensure_ascii=False)

    def __repr__(self) -> str:
        return f"<ConfigFile for {', '.join(self.servers) or 'nobody'}>"


def _encoded(text: str) -> str:
    return b2a_base64(text.encode(), newline=False).decode()


def server_key(server: str) -> str:
    """The key a server has in ``config.json``: the Hub's URL, else ``host[:port]``.

    Only the Hub's own name leads to the Hub's key: who logs in to ``index.docker.io`` or
    ``registry-1.docker.io`` has another key, which no push to the Hub looks for.
    """
    if server in _HUB_NAMES:
        return HUB_KEY
    return server.removeprefix("https://").removeprefix("http://").partition("/")[0]
