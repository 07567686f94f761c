"""Build, tag, push, pull, remove, delete, fail at random; then look whether all is still true."""

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


class Push(RuleBasedStateMachine):
    """Two laptops, two registries, one link that may break."""

    def __init__(self):
        super().__init__()
        self.lab = Lab(world="tiny")
        for person in ("alice", "cantdocpp"):
            self.lab.as_user(person)
            self.lab.docker(f"login -u {person} --password-stdin < token.txt")

    # -- what people do ----------------------------------------------------------------------------

    @rule(
        name=names, parts=st.lists(st.sampled_from(PARTS), min_size=1, unique=True), data=st.data()
    )
    def build(self, name, parts, data):
        edited = data.draw(st.sampled_from(["", *parts]))
        try:
            self.lab.build(name, base="base", layers=parts, edited=edited)
        except LabError:
            assert HUB in self.lab._past.state.down

    @rule(source=names, alias=names)
    def tag(self, source, alias):
        self.lab.docker(f"tag {source} {alias}")

    @rule(name=names)
    def push(self, name):
        if self.lab.docker(f"push {name}").exit_code == 0:
            again = self.lab.docker(f"push {name}")
            asked = [x.method for x in again.trace.exchanges if "/blobs/" in x.target]
            assert again.exit_code == 0
            assert set(asked) <= {"HEAD"}, "a repeated push sends no blob"

    @rule(name=names)
    def pull(self, name):
        self.lab.docker(f"pull {name}")

    @rule(name=names, force=st.sampled_from(("", "-f ")))
    def remove(self, name, force):
        self.lab.docker(f"rmi {force}{name}")

    @rule(person=st.sampled_from(("alice", "cantdocpp")))
    def change_seats(self, person):
        self.lab.as_user(person)

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

    @rule(data=st.data())
    @precondition(lambda self: LOCAL not in self.lab._past.state.down)
    def delete(self, data):
        repositories = self.lab.registry(LOCAL).store.repositories.values()
        digests = [(r.name, digest) for r in repositories for digest in r.manifests]
        if digests:
            name, digest = data.draw(st.sampled_from(digests))
            answer = self.lab.http("DELETE", f"/v2/{name}/manifests/{digest}", host=LOCAL)
            assert answer.status == 202

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
    def a_laptop_holds_exactly_the_layers_of_its_images(self):
        for person in ("alice", "cantdocpp"):
            engine = self.lab._past.state.laptop_of(person).engine
            rows = engine.images()
            chain_ids = {chain_id for row in rows for chain_id in row.image.chain_ids}
            assert len(engine.layers) == len(chain_ids)
            assert all(chain_id in engine.layers for chain_id in chain_ids)
            assert all(engine.names.get(name) for name in engine.names)

    def teardown(self):
        assert shown(Lab.replay(self.lab.script)) == shown(self.lab)


Push.TestCase.settings = settings(max_examples=25, stateful_step_count=30)
TestPush = Push.TestCase
