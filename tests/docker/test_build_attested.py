"""BuildKit on Docker 29's store: what is exported, the attestation, and today's sentences."""

from __future__ import annotations

import json
import re

import pytest

from labsim import Lab
from labsim.engine.containerd import Containerd
from labsim.image import ATTESTATION, Index, Manifest, read_manifest

DOCKERFILE = "FROM alpine\nCOPY a.txt /\nRUN echo b > /b\n"


@pytest.fixture
def lab() -> Lab:
    made = Lab(engine="containerd")
    made.write("Dockerfile", DOCKERFILE)
    made.write("a.txt", "a\n")
    return made


def told(lab: Lab, line: str) -> list[str]:
    """What the last block says, ids left out."""
    text = lab.docker(line).stderr.rpartition("exporting to image\n")[2]
    return re.sub(r"sha256:[0-9a-f]{64}", "#", re.sub(r"(?m)^#\d+ ", "", text)).splitlines()


def stored(lab: Lab, name: str) -> Index | Manifest:
    engine = lab.seat.engine
    assert isinstance(engine, Containerd)
    target = engine.target(engine.resolve(name))
    return read_manifest(target.media_type, engine.content[target.digest])


def attested(lab: Lab, name: str) -> Index:
    index = stored(lab, name)
    assert isinstance(index, Index)
    return index


def test_what_is_exported_comes_in_the_order_of_the_exporter(lab):
    assert told(lab, "docker build -t team/app -t app:2 .") == [
        "exporting layers done",
        "exporting manifest # done",
        "exporting config # done",
        "exporting attestation manifest # done",
        "exporting manifest list # done",
        "naming to docker.io/team/app:latest done",
        "unpacking to docker.io/team/app:latest done",
        "naming to docker.io/library/app:2 done",
        "unpacking to docker.io/library/app:2 done",
        "DONE 0.0s",
    ]


def test_without_an_attestation_it_is_a_manifest(lab):
    assert told(lab, "docker build --provenance=false -t bk:1 .") == [
        "exporting layers done",
        "exporting manifest # done",
        "exporting config # done",
        "naming to docker.io/library/bk:1 done",
        "unpacking to docker.io/library/bk:1 done",
        "DONE 0.0s",
    ]
    assert isinstance(stored(lab, "bk:1"), Manifest)


def test_without_a_name_it_is_dangling(lab):
    assert told(lab, "docker build .")[-3:-1] == [
        "naming to moby-dangling@# done",
        "unpacking to moby-dangling@# done",
    ]


def test_the_index_names_the_image_and_what_is_said_of_it(lab):
    result = lab.docker("docker build -q -t team/app .")
    index = stored(lab, "team/app")
    assert isinstance(index, Index)
    assert result.stdout == f"{index.digest}\n"
    image, attestation = index.manifests
    assert (str(image.platform), str(attestation.platform)) == ("linux/amd64", "unknown/unknown")
    assert attestation.annotation(ATTESTATION) == "attestation-manifest"
    assert attestation.annotation("vnd.docker.reference.digest") == image.digest
    content = lab.seat.engine.content
    [layer] = json.loads(bytes(content[attestation.digest]))["layers"]
    statement = json.loads(bytes(content[layer["digest"]]))
    assert layer["annotations"]["in-toto.io/predicate-type"] == statement["predicateType"]
    assert statement["subject"] == [
        {
            "name": "pkg:docker/team/app@latest?platform=linux%2Famd64",
            "digest": {"sha256": image.digest.hex},
        }
    ]
    [base] = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert base["uri"] == "pkg:docker/alpine@latest?platform=linux%2Famd64"


def test_building_again_is_the_same_image_in_another_index(lab):
    first = lab.docker("docker build -q -t team/app .").stdout
    one = attested(lab, "team/app").manifests[0]
    lab.wait("1s")
    assert lab.docker("docker build -q -t team/app .").stdout != first
    assert attested(lab, "team/app").manifests[0] == one


def test_equal_journals_give_equal_indexes(lab):
    lab.docker("docker build -t team/app .")
    again = Lab.replay(lab.script, lab.attachments)
    assert stored(again, "team/app").digest == stored(lab, "team/app").digest


def test_values_and_secrets_are_not_attested(lab):
    lab.write("word", "hunter2")
    lab.write("Dockerfile", f"{DOCKERFILE}ARG V\nRUN --mount=type=secret,id=w cat /run/secrets/w\n")
    result = lab.docker("docker build --build-arg V=xyzzy --secret id=w,src=word -t app .")
    assert result.exit_code == 0
    assert "hunter2" not in result.merged
    content = lab.seat.engine.content
    texts = [bytes(content[digest]) for digest in content if content[digest].size < 100_000]
    statements = [text for text in texts if b"slsa.dev" in text]
    assert statements
    assert not any(b"xyzzy" in text for text in statements)
    assert not any(b"hunter2" in text for text in texts)


def test_an_attested_image_is_pushed_and_pulled_whole(lab):
    lab.login("cantdocpp", "lab")
    lab.docker("docker build -t cantdocpp/app .")
    before = stored(lab, "cantdocpp/app")
    assert lab.docker("docker push cantdocpp/app").exit_code == 0
    lab.docker("docker rmi cantdocpp/app")
    assert lab.docker("docker pull cantdocpp/app").exit_code == 0
    assert stored(lab, "cantdocpp/app").digest == before.digest
    assert "unknown/unknown" not in lab.docker("docker images --tree").stdout


_RULE = "--------------------\n"
_FAILED = "ERROR: failed to build: failed to solve: "
_FOO = (
    f"Dockerfile:2\n{_RULE}   1 |     FROM alpine\n   2 | >>> FOO\n   3 |     \n{_RULE}"
    f"{_FAILED}dockerfile parse error on line 2: unknown instruction: FOO\n"
)
_FALSE = (
    "------\n > [2/2] RUN echo hi && false:\n0.200 hi\n------\n"
    f"Dockerfile:2\n{_RULE}   1 |     FROM alpine\n   2 | >>> RUN echo hi && false\n"
    f"   3 |     CMD x\n   4 |     \n{_RULE}{_FAILED}"
    'process "/bin/sh -c echo hi && false" did not complete successfully: exit code: 1\n'
)
_NOSUCH = (
    f"{_FAILED}nosuch/x: failed to resolve source metadata for docker.io/nosuch/x:latest: "
    "pull access denied, repository does not exist or may require authorization: "
    "server message: insufficient_scope: authorization failed\n"
)
_SENTENCES = (
    ("FROM alpine\nFOO\n", _FOO),
    ("FROM alpine\nRUN echo hi && false\nCMD x\n", _FALSE),
    ("FROM alpine AS one\n", f'{_FAILED}target stage "zz" could not be found\n'),
    ("FROM nosuch/x\n", _NOSUCH),
)


@pytest.mark.parametrize(("dockerfile", "ending"), _SENTENCES)
def test_what_is_wrong_is_said_in_the_words_of_today(lab, dockerfile, ending):
    lab.write("Dockerfile", dockerfile)
    target = "--target zz " if "AS one" in dockerfile else ""
    result = lab.docker(f"docker build {target}.")
    assert result.stderr.startswith('#0 building with "default" instance using docker driver\n\n#1')
    assert result.stderr.endswith(ending)
    assert result.exit_code == 1


def test_a_copied_file_that_is_not_there_has_a_checksum_that_fails(lab):
    lab.write("Dockerfile", "FROM scratch\nCOPY nosuch /\n")
    words = lab.docker("docker build .").stderr.splitlines()[-1]
    assert re.fullmatch(
        r"ERROR: failed to build: failed to solve: failed to compute cache key: failed to calculate"
        r' checksum of ref [0-9a-z]{25}::[0-9a-z]{25}: "/nosuch": not found',
        words,
    )


def test_the_legacy_builder_says_ids_of_this_store(lab):
    result = lab.docker("DOCKER_BUILDKIT=0 docker build -t app .")
    assert "Removed intermediate container " in result.stdout
    manifest = stored(lab, "app")
    assert isinstance(manifest, Manifest)
    assert f"Successfully built {manifest.digest.hex[:12]}\n" in result.stdout
    assert {layer.media_type.rpartition(".")[2] for layer in manifest.layers} == {"gzip"}
    assert manifest.layers[0].media_type.startswith("application/vnd.docker.image.rootfs.diff.tar")
