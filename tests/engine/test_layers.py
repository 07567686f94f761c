"""Each layer is held once, as long as somebody stands on it."""

from labsim.engine.layers import LayerStore
from tests.engine.small import image


def held(store, *images):
    for one in images:
        store.hold(one.chain_ids, one.layers)


def test_a_shared_layer_is_kept_once():
    store, base, app = LayerStore(), image("os"), image("os", "app")
    held(store, base, app)
    assert len(store) == 2
    assert store.size == len("os") + len("app")


def test_the_same_files_on_another_base_are_another_layer_but_pack_to_the_same_bytes():
    store, one, other = LayerStore(), image("os", "app"), image("mus", "app")
    held(store, one, other)
    assert len(store) == 4
    assert store.packed_size == sum(layer.packed.size for layer in (*one.layers, other.layers[0]))


def test_letting_an_image_go_removes_what_nobody_stands_on_from_the_top():
    store, base, app = LayerStore(), image("os"), image("os", "go", "app")
    held(store, base, app)
    assert store.release(app.chain_ids[-1]) == [app.chain_ids[2], app.chain_ids[1]]
    assert base.chain_ids[0] in store


def test_a_layer_stays_as_long_as_one_of_two_images_has_it_as_its_top():
    store, one, other = LayerStore(), image("os"), image("os", label="other")
    held(store, one, other)
    assert store.release(one.chain_ids[-1]) == []
    assert store.release(other.chain_ids[-1]) == [one.chain_ids[0]]
    assert len(store) == 0


def test_an_image_without_layers_releases_nothing():
    assert LayerStore().release(None) == []
