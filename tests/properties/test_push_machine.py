"""Build, tag, push, pull, remove, delete, fail at random; then look whether all is still true.

Both engines go through it: what holds of registries and laptops holds whatever store there is.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labsim import Lab, LabError
from labsim.image import Manifest
from tests.properties.state import shown
from tests.properties.tiny_world import HUB, LOCAL, PARTS

NAMES = (
    "cantdocpp/app:1",
    "cantdocpp/app:2",
    "cantdocpp/other:1",
    "alice/app:1",
    f"{LOCAL}/team/app:1",
    f"{LOCAL}/team/other:1",
    "base",
)
names = st.sampled_from(NAMES)
hosts = st.sampled_from((HUB, LOCAL))
some_parts = st.lists(st.sampled_from(PARTS), min_size=1, unique=True)


def reachable_size(store, *, only_tagged):
    """Bytes of what the tags (or all manifests) of a store lead to, worked out from the bytes."""
    reached = {}
    for repository in store.repositories.values():
        roots = repository.tags.values() if only_tagged else repository.manifests
        for digest in roots:
            stored = repository.manifests[digest]
            reached[digest] = stored.blob.size
            for descriptor in Manifest.read(stored.media_type, stored.blob).blobs:
                reached[descriptor.digest] = descriptor.size
    return sum(reached.values())


def assert_exact(engine, rows):
    """Nothing is missing of any image, and nothing is left of those that are gone."""
    if engine.dialect == "containerd":
        targets = [engine.target(row.id) for row in rows]
        needed = {one.digest for target in targets for one in engine.content.walk(target)}
        # A download that broke off leaves whole blobs behind, for the next one to use.
        assert needed <= set(engine.content)
        return
    chain_ids = {chain_id for row in rows for chain_id in row.image.chain_ids}
    assert len(engine.layers) == len(chain_ids)
    assert all(chain_id in engine.layers for chain_id in chain_ids)


class Push(RuleBasedStateMachine):
    """Two laptops, two registries, one link that may break."""

    engine = "classic"

    def __init__(self):
        super().__init__()
        self.lab = Lab(world="tiny", engine=self.engine)
        for person in ("alice", "cantdocpp"):
            self.lab.as_user(person)
            self.lab.login(person, "lab")
        self.lab.build(NAMES[0], base="base", layers=["deps", "src"])
        self.lab.push(NAMES[0])

    def one_of(self, choices):
        """One of these by chance, or ``None`` when there is none."""
        found = sorted(choices)
        return self.data.draw(st.sampled_from(found)) if found else None

    @property
    def down(self):
        return self.lab._past.state.down

    def stored(self):
        """Every manifest at the registry that asks nobody for anything: (repository, digest)."""
        repositories = self.lab.registry(LOCAL).store.repositories.values()
        return [(r.name, digest) for r in repositories for digest in r.manifests]

    # -- what people do ----------------------------------------------------------------------------

    @rule(name=names, parts=some_parts, edit=st.booleans())
    def build(self, name, parts, edit):
        try:
            self.lab.build(name, base="base", layers=parts, edited=parts[0] if edit else "")
        except LabError:
            assert HUB in self.down

    @rule(alias=names, data=st.data())
    def tag(self, alias, data):
        self.data = data
        if source := self.one_of(self.lab.images()):
            assert self.lab.tag(source, alias).exit_code == 0

    @rule(data=st.data())
    def push(self, data):
        self.data = data
        name = self.one_of(self.lab.images()) or "nosuch"
        if self.lab.docker(f"push {name}").exit_code == 0:
            again = self.lab.push(name)
            assert again.trace
            asked = {x.method for x in again.trace.exchanges if "/blobs/" in x.target}
            assert asked == {"HEAD"}, "a repeated push sends no blob"
            if self.engine == "containerd":
                methods = {x.method for x in again.trace.exchanges if "/manifests/" in x.target}
                assert methods == {"HEAD"}, "nor a manifest that is there under that name"

    @rule(name=names)
    def pull(self, name):
        before = self.lab.images()
        if self.lab.docker(f"pull {name}").exit_code:
            assert self.lab.images() == before

    @rule(data=st.data(), force=st.sampled_from(("", "-f ")))
    def remove(self, data, force):
        self.data = data
        self.lab.docker(f"rmi {force}{self.one_of(self.lab.images()) or 'nosuch'}")

    @rule(person=st.sampled_from(("alice", "cantdocpp")))
    def change_seats(self, person):
        self.lab.as_user(person)

    # -- what somebody does by hand ----------------------------------------------------------------

    @rule(data=st.data(), into=st.sampled_from(("team/app", "team/other", "new/one")))
    @precondition(lambda self: LOCAL not in self.down)
    def put_a_manifest_of_elsewhere(self, data, into):
        self.data = data
        if found := self.one_of(self.stored()):
            store = self.lab.registry(LOCAL).store
            stored = store.manifests[found[1]]
            there = store.repositories[into].blobs if into in store.repositories else {}
            complete = all(digest in there for digest in stored.names)
            answer = self.lab.http(
                "PUT",
                f"/v2/{into}/manifests/by-hand",
                host=LOCAL,
                headers=[("Content-Type", stored.media_type)],
                body=bytes(stored.blob),
            )
            assert (answer.status == 201) == complete

    @rule(data=st.data(), into=st.sampled_from(("team/app", "team/other", "new/one")))
    @precondition(lambda self: LOCAL not in self.down)
    def mount(self, data, into):
        self.data = data
        repositories = self.lab.registry(LOCAL).store.repositories.values()
        if found := self.one_of((r.name, digest) for r in repositories for digest in r.blobs):
            source, digest = found
            target = f"/v2/{into}/blobs/uploads/?mount={digest}&from={source}"
            assert self.lab.http("POST", target, host=LOCAL).status == 201

    @rule(data=st.data())
    @precondition(lambda self: LOCAL not in self.down)
    def delete(self, data):
        self.data = data
        if found := self.one_of(self.stored()):
            target = f"/v2/{found[0]}/manifests/{found[1]}"
            assert self.lab.http("DELETE", target, host=LOCAL).status == 202

    @rule(host=hosts, untagged=st.booleans(), grace=st.sampled_from(("0s", "1h", "1d")))
    @precondition(lambda self: not self.down)
    def collect(self, host, untagged, grace):
        """Nobody is pushing here, so any grace will do: what a tag points to is there as before."""
        store = self.lab.registry(host).store
        before = {r.name: dict(r.tags) for r in store.repositories.values()}
        foretold = self.lab.collect(host, untagged=untagged, grace=grace, dry_run=True)
        size = self.lab.registry(host).store.size
        report = self.lab.collect(host, untagged=untagged, grace=grace)
        assert {**report, "dry_run": True} == foretold
        store = self.lab.registry(host).store
        assert store.size == size - report["bytes"]
        assert {r.name: dict(r.tags) for r in store.repositories.values()} == before
        if grace == "0s":
            assert store.size == reachable_size(store, only_tagged=untagged)

    @rule(length=st.sampled_from(("30m", "2d")))
    def wait(self, length):
        self.lab.wait(length)

    # -- what goes wrong ---------------------------------------------------------------------------

    @rule(after=st.sampled_from(("1", "1kB", "100kB", "200kB")))
    def cut(self, after):
        self.lab.cut(after)

    @rule(host=hosts, up=st.booleans())
    def stop_or_start(self, host, up):
        (self.lab.start if up else self.lab.stop)(host)

    @rule(mount=st.sampled_from(("on", "off")))
    def switch_mounting(self, mount):
        self.lab.policy(HUB, f"mount_from_reserved={mount}")

    # -- what goes back ----------------------------------------------------------------------------

    @rule()
    @precondition(lambda self: self.lab.journal)
    def undo_and_redo(self):
        before = shown(self.lab)
        self.lab.undo()
        self.lab.redo()
        assert shown(self.lab) == before

    @rule()
    @precondition(lambda self: len(self.lab.journal) > 4)
    def undo(self):
        self.lab.undo()

    # -- what is always true -----------------------------------------------------------------------

    @invariant()
    def every_tag_resolves_and_every_blob_can_be_read_in_its_own_repository(self):
        for host in (HUB, LOCAL):
            store = self.lab.registry(host).store
            for repository in store.repositories.values():
                for digest in repository.tags.values():
                    assert digest in repository.manifests
                for stored in repository.manifests.values():
                    manifest = Manifest.read(stored.media_type, stored.blob)
                    for descriptor in manifest.blobs:
                        assert descriptor.digest in repository.blobs
                        assert store.blobs[descriptor.digest].size == descriptor.size

    @invariant()
    def a_laptop_holds_exactly_what_its_images_need(self):
        for person in ("alice", "cantdocpp"):
            engine = self.lab._past.state.laptop_of(person).engine
            assert_exact(engine, engine.images())
            assert all(engine.names.get(name) for name in engine.names)

    def teardown(self):
        assert shown(Lab.replay(self.lab.script, self.lab.attachments)) == shown(self.lab)


Push.TestCase.settings = settings(max_examples=30, stateful_step_count=40)
TestPush = Push.TestCase


class PushContainerd(Push):
    """The same with Docker 29's engine."""

    engine = "containerd"


PushContainerd.TestCase.settings = Push.TestCase.settings
TestPushContainerd = PushContainerd.TestCase
