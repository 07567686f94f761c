"""A widget's front end in a blank page, with a model of a few lines and, behind it, its Python.

The page holds the real ``shell.js``.  What the front end saves is set on the widget in this process
(what it sends is told to it) and what that changes comes back, as a kernel would have it; ``calls``
in the page records it all.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from labsim.notebook.widgets.panel import Panel
from labsim.notebook.widgets.shell import Shell

__all__ = ["STATE", "button", "refresh", "show"]

STATE = ("markup", "moments", "clock", "chosen", "past", "say")

#: A page with the widget in it; `calls` records what the widget asked of its model.
PAGE = """
<!doctype html><html lang="en"><title>widget</title><style>%(css)s</style><main></main>
<script type="module">
  const state = %(state)s, listeners = [];
  let unsaved = {};
  window.calls = [];
  const fire = (name) => {
    for (const [event, run] of [...listeners]) if (event === `change:${name}`) run();
  };
  const hear = ([news, words]) => {
    receive(news);
    const runs = listeners.filter(([event]) => event === "msg:custom").map(([, run]) => run);
    for (const one of words) runs.forEach((run) => run(one));
  };
  window.receive = (news) => {
    const differs = ([name, value]) => JSON.stringify(state[name]) !== JSON.stringify(value);
    const changed = Object.entries(news).filter(differs);
    for (const [name, value] of changed) state[name] = value;
    for (const [name] of changed) fire(name);
  };
  window.model = {
    get: (name) => state[name],
    set: (name, value) => {
      if (state[name] === value) return;
      state[name] = unsaved[name] = value;
      calls.push([name, value]);
      fire(name);
    },
    save_changes: () => {
      calls.push(["save"]);
      const news = unsaved;
      unsaved = {};
      if (Object.keys(news).length) kernel(news).then(receive);
    },
    send: (content) => {
      calls.push(["send", content]);
      told(content).then(hear);
    },
    on: (event, run) => listeners.push([event, run]),
    off: (event, run) =>
      listeners.splice(listeners.findIndex(([e, r]) => e === event && r === run), 1),
  };
  window.listeners = listeners;
  const esm = URL.createObjectURL(new Blob([%(esm)s], {type: "text/javascript"}));
  const {default: widget} = await import(esm);
  window.cleanup = widget.render({model, el: document.querySelector("main")});
  document.body.dataset.ready = "yes";
</script></html>
"""


def show(page: Page, widget: Shell | Panel) -> None:
    """Put a widget's markup and state into a blank page, with its own front end."""
    shell = widget.shell if isinstance(widget, Panel) else widget

    def kernel(news: dict[str, Any]) -> dict[str, Any]:
        for name, value in news.items():
            setattr(shell, name, value)
        return _state(shell)

    said: list[Any] = []

    def told(content: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        said.clear()
        shell._msg_callbacks(shell, content, [])
        return _state(shell), list(said)

    shell.send = lambda content, buffers=None: said.append(content)
    page.expose_function("kernel", kernel)
    page.expose_function("told", told)
    parts: dict[str, Any] = {"state": _state(shell), "esm": str(shell._esm)}
    scripts = {name: json.dumps(part).replace("</", "<\\/") for name, part in parts.items()}
    page.set_content(PAGE % {**scripts, "css": str(shell._css)})
    expect(page.locator("body")).to_have_attribute("data-ready", "yes")


def refresh(page: Page, widget: Shell | Panel) -> None:
    """Send the page what Python has changed since."""
    shell = widget.shell if isinstance(widget, Panel) else widget
    page.evaluate("(news) => receive(news)", _state(shell))


def _state(shell: Shell) -> dict[str, Any]:
    return {name: getattr(shell, name) for name in STATE}


def button(page: Page, name: str) -> Locator:
    """The button of exactly that name."""
    return page.get_by_role("button", name=name, exact=True)
