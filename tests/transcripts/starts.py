"""How things stood when each recording began.

What is local, what the daemon remembers, what the registry holds.  What else there was at the time
plays no part in the recording.
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.faults import answer_with, drop_upload
from labsim.link import Network
from labsim.wire import Request
from tests.transcripts.scene import (
    FLAKY,
    HTPASSWD,
    OPEN,
    THEIR_A,
    THEIR_B,
    THEIR_MULTI,
    THEIR_OCI,
    TOKEN,
    Scene,
    a,
    b,
    multi,
    oci,
)

WEB = f"{OPEN}/shop/web"
STARTS: dict[str, Callable[[Scene], None]] = {}

#: Recordings that are not replayed, and why.
LEFT_OUT = {
    "docker_manifest_list": "it begins with `docker manifest create`; what `inspect` says of such "
    "a list is judged in tests/conformance/test_manifest.py",
}
#: Commands inside replayed recordings that are left out, and why.
NOT_SIMULATED = {
    "docker history": "the recorded image was built here, and names the parents it was built on; "
    "the scene's own was not",
}
#: docker-registry 2.8.2 lists tags in no order, the lab's registry sorts them as 3.1.1 does; so the
#: tags of ``pull -a`` are compared one by one, whatever their order.
TAGS_IN_ANY_ORDER = {"docker_pull_all_tags"}


def start(*recordings: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Say which recordings begin like this."""

    def note(build: Callable[[Scene], None]) -> Callable[[Scene], None]:
        STARTS.update(dict.fromkeys(recordings, build))
        return build

    return note


# -- nothing but images on the laptop --------------------------------------------------------------


@start("docker_tag_and_list")
def two_images_built(scene: Scene) -> None:
    _built(scene, 44, 1)
    scene.local(a(44), "lab/app:1.0")
    scene.local(b(1), "lab/app:2.0")


def _built(scene: Scene, age_a_s: int, age_b_s: int) -> None:
    scene.name(a(age_a_s), THEIR_A)
    scene.name(b(age_b_s), THEIR_B)


def _tagged(scene: Scene) -> None:
    """Both images, each tagged for the registry on 5050."""
    _built(scene, 44, 1)
    scene.local(a(), "lab/app:1.0", f"{WEB}:1.0", f"{WEB}:latest")
    scene.local(b(), "lab/app:2.0", f"{WEB}:2.0")


@start("docker_tag_errors", "docker_push_no_registry", "docker_push_untagged_local")
def tagged(scene: Scene) -> None:
    _tagged(scene)


# -- an open registry ------------------------------------------------------------------------------


@start("docker_push_first")
def nothing_remembered(scene: Scene) -> None:
    _tagged(scene)


@start("docker_push_same_again", "docker_push_second_tag", "docker_push_shares_2_of_4")
@start("docker_push_quiet")
def pushed_before(scene: Scene) -> None:
    """A is in shop/web, and all its layers are remembered there."""
    _tagged(scene)
    scene.remember(a(), WEB)
    scene.hold(WEB, a(), "1.0")


@start("docker_push_registry_emptied_same_repo")
def registry_emptied(scene: Scene) -> None:
    """The registry holds nothing; the layers are remembered in three repositories of it."""
    _tagged(scene)
    scene.remember(a(), f"{OPEN}/tty/web", f"{OPEN}/shop/api", WEB)


@start("docker_push_registry_emptied_mount_falls_back")
def registry_emptied_remembered_twice(scene: Scene) -> None:
    """The registry holds nothing; shop/web is remembered twice, from a pull and from a push."""
    _tagged(scene)
    scene.remember(a(), WEB, pulled=True)
    scene.remember(a(), WEB)


@start("docker_list_after_push")
def listed_after_pushes(scene: Scene) -> None:
    _built(scene, 53, 10)
    scene.local(a(53), "lab/app:1.0")
    scene.local(b(10), "lab/app:2.0")
    scene.local(a(53), f"{OPEN}/shop/api:1.0", f"{WEB}:1.0", f"{WEB}:latest", digest=True)
    scene.local(b(10), f"{WEB}:2.0", digest=True)


@start("docker_pull_first", "docker_pull_missing_tag", "docker_pull_missing_repo")
def nothing_local(scene: Scene) -> None:
    scene.name(a(), THEIR_A)
    scene.hold(WEB, a(), "1.0", "latest")


@start("docker_pull_already_present")
def pushed_but_never_pulled(scene: Scene) -> None:
    """The image is here because it was built here: its manifest was never fetched."""
    pushed_before(scene)
    scene.local(a(), f"{WEB}:1.0", digest=True)


@start("docker_pull_again", "docker_pull_other_tag_same_image")
def pulled_before(scene: Scene) -> None:
    """A was pulled, so its manifest was kept."""
    scene.name(a(70), THEIR_A)
    scene.hold(WEB, a(70), "1.0", "latest")
    scene.local(a(70), f"{WEB}:1.0", digest=True)
    scene.keep(a(70).manifest("docker"), WEB)


@start("docker_pull_all_tags", "docker_pull_by_digest")
def everything_pulled_before(scene: Scene) -> None:
    """A and B were pulled under all their tags."""
    _built(scene, 100, 80)
    for made, tags in ((a(100), ("1.0", "latest")), (b(80), ("2.0",))):
        scene.hold(WEB, made, *tags)
        scene.local(made, *(f"{WEB}:{tag}" for tag in tags), digest=True)
        scene.keep(made.manifest("docker"), WEB)


@start("docker_pull_oci_image")
def an_oci_image(scene: Scene) -> None:
    scene.name(oci(), THEIR_OCI, "oci")
    scene.hold(f"{OPEN}/lab/app", oci(), "1.0", kind="oci")


@start("docker_pull_oci_index")
def an_oci_index(scene: Scene) -> None:
    """The image above was pulled before; the index leads to one that shares two layers with it."""
    scene.name(oci(), THEIR_OCI, "oci")
    scene.name(multi(), THEIR_MULTI, "oci")
    scene.local(oci(), f"{OPEN}/lab/app:1.0")
    scene.remember(oci(), f"{OPEN}/lab/app", pulled=True)
    scene.hold_index(f"{OPEN}/lab/multi", multi(), "1.0")


# -- passwords and tokens --------------------------------------------------------------------------


@start("docker_login_no_registry", "docker_htpasswd_login", "docker_token_login")
def nobody_logged_in(scene: Scene) -> None:
    pass


def _known_elsewhere(scene: Scene) -> None:
    """A, whose layers are remembered at another registry only: asked for, but never mounted."""
    _tagged(scene)
    scene.remember(a(), WEB)


@start("docker_htpasswd_push_no_login")
def htpasswd_nobody(scene: Scene) -> None:
    _known_elsewhere(scene)


@start("docker_htpasswd_push_after_login")
def htpasswd_alice(scene: Scene) -> None:
    _known_elsewhere(scene)
    scene.login(HTPASSWD)
    scene.local(a(), f"{HTPASSWD}/shop/web:1.0")


@start("docker_token_anonymous_push_denied")
def token_nobody(scene: Scene) -> None:
    _known_elsewhere(scene)


@start("docker_token_push")
def token_alice(scene: Scene) -> None:
    _known_elsewhere(scene)
    scene.login(TOKEN)
    scene.local(a(), f"{TOKEN}/alice/web:1.0")


@start("docker_token_push_other_repo_mount")
def token_alice_pushed(scene: Scene) -> None:
    """A was pushed to alice/web by alice."""
    token_alice(scene)
    scene.hold(f"{TOKEN}/alice/web", a(), "1.0", visibility="private")
    scene.remember(a(), f"{TOKEN}/alice/web")


@start("docker_token_push_pub")
def token_alice_pushes_to_pub(scene: Scene) -> None:
    """The two larger layers remember no repository of this registry, the two smaller alice/web."""
    token_alice(scene)
    scene.hold(f"{TOKEN}/alice/web", a(), "1.0", visibility="private")
    for layer in a().layers[2:]:
        scene.remember_layer(layer, f"{TOKEN}/alice/web")


@start("docker_token_logout_anonymous_pull")
def token_alice_leaves(scene: Scene) -> None:
    """pub/web is for everybody, alice/web for alice; the manifest was pulled before, on 5050."""
    token_alice(scene)
    scene.hold(f"{TOKEN}/alice/web", a(), "1.0", visibility="private")
    scene.hold(f"{TOKEN}/pub/web", a(), "1.0")
    scene.local(a(), f"{TOKEN}/pub/web:1.0", digest=True)
    scene.remember(a(), f"{TOKEN}/pub/web")
    scene.keep(a().manifest("docker"), WEB)


# -- a registry behind a proxy that fails once -----------------------------------------------------


def _flaky(scene: Scene, number: int, *pushed: int) -> None:
    """A is tagged for flt/r<number>; each flt/r<n> of ``pushed`` has it, which is remembered."""
    _known_elsewhere(scene)
    scene.local(a(), f"{FLAKY}/flt/r{number}:1.0")
    for before in pushed:
        scene.hold(f"{FLAKY}/flt/r{before}", a(), "1.0")
        scene.remember(a(), f"{FLAKY}/flt/r{before}")


def _about(position: int, method: str, mark: str = "") -> Callable[[Request], bool]:
    """A request of that method about a layer of A (0 is the lowest), with that in its URL."""
    digits = a().layers[position].packed.digest.hex
    return lambda request: (
        request.method == method and digits in request.target and mark in request.target
    )


@start("docker_fault_patch_drop_once")
def patch_dropped(scene: Scene) -> None:
    """The second layer's upload breaks once."""
    _flaky(scene, 1)
    size = a().layers[1].packed.size

    def is_second(request: Request) -> bool:
        return request.method == "PATCH" and request.body.size == size

    def fault(network: Network) -> Network:
        return drop_upload(network, size // 2, when=is_second)

    scene.fault = fault


@start("docker_fault_put_blob_404_once")
def put_of_the_config_lost(scene: Scene) -> None:
    """The layers can be mounted from flt/r2; the upload session of the config is lost."""
    _flaky(scene, 3, 2)
    config = a().id.hex
    body = b'{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"injected","detail":"injected"}]}'
    scene.fault = lambda network: answer_with(
        network, 404, body, when=lambda asked: asked.method == "PUT" and config in asked.target
    )


@start("docker_fault_post_429_once")
def a_mount_refused(scene: Scene) -> None:
    """flt/r2 and flt/r3 have the layers; the bottom layer's first mount is refused with 429."""
    _flaky(scene, 4, 2, 3)
    body = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"injected","detail":"x"}]}'
    scene.fault = lambda network: answer_with(network, 429, body, when=_about(0, "POST", "mount"))


@start("docker_fault_post_403")
def every_post_refused(scene: Scene) -> None:
    """flt/r1 to flt/r4 have the layers; flt/r3 is forgotten for the bottom layer, since the 429."""
    _flaky(scene, 5, 1, 2, 3, 4)
    _forget(scene, 0, f"{FLAKY}/flt/r3")
    body = b'{"errors":[{"code":"DENIED","message":"injected by the test proxy","detail":"x"}]}'
    scene.fault = lambda network: answer_with(
        network, 403, body, when=lambda asked: asked.method == "POST", times=None
    )


@start("docker_fault_manifest_put_500")
def manifest_refused(scene: Scene) -> None:
    """What every refused mount above has left: r1 for the second layer, r3 for the upper two."""
    _flaky(scene, 6, 1, 2, 3)
    for position, forgotten in ((0, (1, 2, 3)), (1, (2, 3)), (2, ()), (3, ())):
        for number in forgotten:
            _forget(scene, position, f"{FLAKY}/flt/r{number}")
    scene.fault = lambda network: answer_with(
        network,
        500,
        b"",
        when=lambda asked: asked.method == "PUT" and "/manifests/" in asked.target,
    )


@start("docker_fault_head_500")
def heads_refused(scene: Scene) -> None:
    """flt/r6 has the layers; the first four questions whether a blob is there get a 500."""
    _flaky(scene, 7, 6)
    scene.fault = lambda network: answer_with(
        network, 500, b"", when=lambda asked: asked.method == "HEAD", times=4
    )


def _forget(scene: Scene, position: int, repository: str) -> None:
    layer = a().layers[position]
    for known in scene.engine.memory.recall(layer.diff_id):
        if known.repository == repository:
            scene.engine.memory.forget(layer.diff_id, known)
