"""What a client says whose store is containerd's: Docker 29's push and pull as dialogues.

It differs from the classic client in what it does *not* do.  It greets nobody: its first question
is about a blob already, and a registry that wants to know who asks says so with a 401.  It
remembers nothing by layer: it asks for every blob, the config too, every time.  It packs nothing:
what it sends are the bytes that it keeps.

Sources: moby ``daemon/containerd``, containerd 2.3 ``core/remotes/docker``; recordings
``ctrd_docker_*``.
"""
