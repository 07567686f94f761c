"""Layouts with one thing wrong, and the sentence that whoever reads them owes."""

from __future__ import annotations

import json

from tests.doors.written import Layout, layer_tar, sha256

__all__ = ["LIES", "lying", "oci", "path_of", "rewritten"]

ONE, TWO = layer_tar(1), layer_tar(2)
WEB = "shop/web:1.0"


def oci() -> Layout:
    layout = Layout()
    return layout.add(layout.manifest([ONE, TWO]), WEB)


def lying(change) -> dict[str, bytes]:
    """The files of a good layout after one change."""
    files = oci().finished()
    change(files)
    return files


def path_of(files: dict[str, bytes], start: bytes) -> str:
    return next(name for name, data in files.items() if data.startswith(start))


def cut_a_layer(files):
    name = path_of(files, b"\x1f\x8b")
    files[name] = files[name][:-9]


def swap_the_config(files):
    name = path_of(files, b'{"created"')
    files[name] = files[name].replace(b"true", b"tru_")


def lose_a_layer(files):
    del files[path_of(files, b"\x1f\x8b")]


def rewritten(files, change) -> None:
    """Change the manifest and everything that points at it, so that only the meaning is wrong."""
    name = path_of(files, b'{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest')
    document = json.loads(files.pop(name))
    change(document)
    data = json.dumps(document).encode()
    files[f"blobs/sha256/{sha256(data)}"] = data
    index = json.loads(files["index.json"])
    index["manifests"][0] |= {"digest": f"sha256:{sha256(data)}", "size": len(data)}
    files["index.json"] = json.dumps(index).encode()


def swap_two_layers(files):
    rewritten(files, lambda document: document["layers"].reverse())


def drop_a_layer(files):
    rewritten(files, lambda document: document["layers"].pop())


def lie_about_a_size(files):
    rewritten(files, lambda document: document["layers"][0].update(size=5))


def break_the_index(files):
    files["index.json"] = files["index.json"][:-20]


def point_outside(files):
    rewritten(
        files, lambda document: document["layers"][0].update(digest="sha256:../../etc/passwd")
    )


def forget_the_version(files):
    files["oci-layout"] = b"{}"


def name_it_badly(files):
    files["index.json"] = files["index.json"].replace(b"shop/web", b"Shop/Web")


def hold_no_image(files):
    rewritten(files, lambda document: document["config"].update(mediaType="application/x"))


#: What is changed, and what is said about it, behind the path of the whole.
LIES = [
    (cut_a_layer, r"blobs/sha256/\w+: sha256:\w+ is \d+ bytes long, not \d+ as promised"),
    (swap_the_config, r"blobs/sha256/\w+: the bytes promised as sha256:\w+ hash to sha256:\w+"),
    (lose_a_layer, r"blobs/sha256/\w+ is missing"),
    (swap_two_layers, r"layer 1 unpacks to sha256:\w+, but the config lists sha256:\w+"),
    (drop_a_layer, r"the config lists 2 layers, but there are 1"),
    (lie_about_a_size, r"blobs/sha256/\w+: sha256:\w+ is \d+ bytes long, not 5 as promised"),
    (break_the_index, r"the index is not JSON"),
    (point_outside, r"'sha256:\.\./\.\./etc/passwd' is no digest: .*"),
    (forget_the_version, r"oci-layout does not say imageLayoutVersion 1\.0\.0"),
    (name_it_badly, r"the name 'Shop/Web:1\.0' is not valid: .*"),
    (hold_no_image, r"sha256:\w+ is no image: its config is application/x"),
]
