"""Everything of a lab that can be seen from outside, as text: equal texts, equal states."""

from labsim import Lab

HOSTS = ("docker.io", "localhost:5000")


def shown(lab: Lab) -> str:
    """Script, clock, every laptop (images, names, memory, files) and every registry."""
    state = lab._past.state
    parts = [lab.script, str(lab.now_us), lab.user]
    for person in state.world.people:
        laptop = state.laptop_of(person)
        rows = laptop.engine.images()
        diff_ids = [diff_id for row in rows for diff_id in row.image.diff_ids]
        memory = remembered(laptop.engine, diff_ids)
        parts += [repr([row[:6] for row in rows]), repr(memory), repr(dict(laptop.files))]
    for host in lab.hosts:
        store = lab.registry(host).store
        parts.append(repr([(r.name, r.tags, list(r.blobs)) for r in store.repositories.values()]))
    return "\n".join(parts)


def remembered(engine, diff_ids) -> list[object]:
    """What an engine knows of where things are: by layer, or by label."""
    if engine.dialect == "classic":
        return [engine.memory.recall(diff_id) for diff_id in diff_ids]
    labels = engine.content.labels
    return [(one, labels.repositories(one, host)) for one in engine.content for host in HOSTS]
