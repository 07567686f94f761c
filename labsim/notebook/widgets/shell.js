// One front end for every interactive picture.  It moves a clock, a selection and the cursor of a
// prompt, and draws nothing: the markup, every sentence and every state come from Python.
//
// The model carries
//   markup   the picture and its controls, as HTML; a new one takes the place of the old
//   moments  what holds from each instant on: [{at, say, lanes: [[state, words], …]}, …]
//   clock    µs of simulated time (both ways)
//   chosen   the key of the selected part, or "" (both ways)
//   say      a sentence for the live region, while the picture stays
//   past     the lines that Up and Down walk through
//
// What is typed at a prompt is never put into the model, which a notebook file may keep.  It goes as
// a message, {do: "command|answer|complete|cancel|clear", text}; to "complete" Python answers
// {was, text}, the text that takes the place of what was in front of the cursor.
//
// The markup marks its moving parts with data attributes
//   data-do="play|back|step"   a button            data-clock     the slider
//   data-speed                 how fast it plays   data-loop      whether it begins again
//   data-head, data-end        the playhead, and where its own time ends
//   data-say                   the live region
//   data-line="command|answer" the prompt, and what is typed there
//   data-lane="n"              row n of a replay   data-words     the words of that row
//   data-key="k"               a part that can be chosen; data-with="k …" parts that belong to it
//   data-about                 the sentence that is said when the part is chosen
//   data-foot                  what scrolls to its end

const REPLAY_MS = 8000; // a whole replay at speed 1, whatever the simulated time
const CALM_MS = 1200; // one moment, for those who asked for less motion

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function render({ model, el }) {
  let undo = [];
  const draft = { text: "" };
  const stop = () => undo.splice(0).forEach((one) => one());
  const show = () => {
    stop();
    const focused = mark(el.ownerDocument.activeElement);
    const root = placed(el, model.get("markup"));
    undo.push(selection(model, root));
    if (model.get("moments").length) undo.push(clock(model, root));
    if (root.querySelector("[data-line]")) undo.push(prompt(model, root, draft));
    if (focused) root.querySelector(focused)?.focus();
    for (const part of root.querySelectorAll("[data-foot]")) part.scrollTop = part.scrollHeight;
  };
  const say = () => {
    const region = el.querySelector("[data-say]");
    if (region && model.get("say")) region.textContent = model.get("say");
  };
  model.on("change:markup", show);
  model.on("change:say", say);
  show();
  return () => (stop(), model.off("change:markup", show), model.off("change:say", say));
}

// How to find the part that has the focus in the markup that comes.
function mark(part) {
  if (part?.dataset?.line !== undefined) return "[data-line]"; // a question takes the place of a command
  for (const name of ["key", "do", "clock"])
    if (part?.dataset?.[name] !== undefined)
      return `[data-${name}="${CSS.escape(part.dataset[name])}"]`;
  return "";
}

// The live region stays when the rest is replaced: only so a reader hears that its words changed.
function placed(el, markup) {
  const sheet = el.ownerDocument.createElement("template");
  sheet.innerHTML = markup;
  const next = sheet.content.firstElementChild;
  const root = el.firstElementChild;
  const said = root?.querySelector(":scope > [data-say]");
  const says = next.querySelector(":scope > [data-say]");
  if (!said || !says) {
    el.replaceChildren(next);
    return next;
  }
  for (const one of [...root.children]) if (one !== said) one.remove();
  said.dataset.say = says.dataset.say;
  if (said.textContent !== says.textContent) said.textContent = says.textContent;
  while (next.firstElementChild !== says) said.before(next.firstElementChild);
  while (says.nextElementSibling) root.append(says.nextElementSibling);
  root.setAttribute("aria-label", next.getAttribute("aria-label"));
  return root;
}

function selection(model, root) {
  const parts = [...root.querySelectorAll("[data-key]")];
  const say = root.querySelector("[data-say]");
  const choose = (key) => {
    model.set("chosen", model.get("chosen") === key ? "" : key);
    model.save_changes();
  };
  for (const part of parts) {
    part.setAttribute("role", "button");
    part.setAttribute("tabindex", "0");
    part.addEventListener("click", () => choose(part.dataset.key));
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(part.dataset.key);
    });
  }
  const show = () => {
    const key = model.get("chosen");
    const about = parts.find((part) => part.dataset.key === key);
    root.classList.toggle("has-choice", about !== undefined);
    for (const one of root.querySelectorAll("[data-with]"))
      one.classList.toggle("is-with", one.dataset.with.split(" ").includes(key));
    for (const part of parts) part.setAttribute("aria-pressed", String(part === about));
    if (parts.length && say) say.textContent = about ? about.dataset.about : say.dataset.say;
  };
  model.on("change:chosen", show);
  show();
  return () => model.off("change:chosen", show);
}

function clock(model, root) {
  const moments = model.get("moments");
  const slider = root.querySelector("[data-clock]");
  const heads = [...root.querySelectorAll("[data-head]")];
  const say = root.querySelector("[data-say]");
  const play = root.querySelector("[data-do=play]");
  const speed = root.querySelector("[data-speed]");
  const loop = root.querySelector("[data-loop]");
  const end = moments[moments.length - 1].at;
  let shown = -1;
  let timer = null;

  const indexAt = (at) => moments.findLastIndex((moment) => moment.at <= at);
  const loops = () => loop?.checked && !calm();

  const show = () => {
    const at = model.get("clock");
    slider.value = at;
    for (const head of heads) {
      const share = Math.min(1, at / Number(head.dataset.end ?? end));
      head.setAttribute("transform", `translate(${share * Number(head.dataset.head)} 0)`);
    }
    const index = Math.max(0, indexAt(at));
    if (index === shown) return;
    const before = moments[shown];
    shown = index;
    const moment = moments[index];
    say.textContent = moment.say;
    slider.setAttribute("aria-valuetext", moment.say);
    moment.lanes.forEach(([state, words], lane) => {
      if (state !== before?.lanes[lane][0])
        for (const row of root.querySelectorAll(`[data-lane="${lane}"]`)) row.dataset.state = state;
      if (words !== before?.lanes[lane][1])
        for (const text of root.querySelectorAll(`[data-words="${lane}"]`)) text.textContent = words;
    });
  };
  const move = (at) => {
    model.set("clock", Math.round(Math.min(end, Math.max(0, at))));
    show();
  };
  const rest = () => {
    if (timer === null) return;
    cancelAnimationFrame(timer);
    clearTimeout(timer);
    timer = null;
    play.textContent = play.dataset.idle;
    model.save_changes();
  };
  const hop = (by) => {
    const next = moments[Math.min(moments.length - 1, Math.max(0, shown + by))];
    move(next.at);
    model.save_changes();
  };
  const glide = (from, began) => (now) => {
    const pace = Number(speed?.value ?? 1);
    move(from + ((now - began) / REPLAY_MS) * pace * end);
    if (model.get("clock") < end) timer = requestAnimationFrame(glide(from, began));
    else if (loops()) timer = requestAnimationFrame((then) => (move(0), glide(0, then)(then)));
    else rest();
  };
  const stroll = () => {
    hop(1);
    if (model.get("clock") >= end) rest();
    else timer = setTimeout(stroll, CALM_MS / Number(speed?.value ?? 1));
  };
  const run = () => {
    if (timer !== null) return rest();
    if (model.get("clock") >= end) move(0);
    play.textContent = play.dataset.busy;
    if (calm()) timer = setTimeout(stroll, CALM_MS);
    else timer = requestAnimationFrame((now) => glide(model.get("clock"), now)(now));
  };
  const again = () => {
    // Another speed holds from here on.
    if (timer !== null && !calm()) (rest(), run());
  };
  const does = { play: run, back: () => (rest(), hop(-1)), step: () => (rest(), hop(1)) };

  for (const button of root.querySelectorAll("[data-do]"))
    button.addEventListener("click", does[button.dataset.do]);
  slider.addEventListener("input", () => (rest(), move(Number(slider.value))));
  slider.addEventListener("change", () => model.save_changes());
  speed?.addEventListener("change", again);
  if (loop && calm()) loop.disabled = true;
  model.on("change:clock", show);
  show();
  return () => (rest(), model.off("change:clock", show));
}

function prompt(model, root, draft) {
  const field = root.querySelector("[data-line]");
  const commands = field.dataset.line === "command";
  const past = model.get("past");
  let at = past.length;
  let leaving = false; // after Escape the next key is the browser's: Tab leaves, nobody is kept in

  const send = (does, text = "") => model.send({ do: does, text });
  const put = (before, after = "") => {
    field.value = before + after;
    field.setSelectionRange(before.length, before.length);
  };
  const before = () => field.value.slice(0, field.selectionStart);
  const after = () => field.value.slice(field.selectionEnd);
  const walk = (by) => {
    if (at === past.length) draft.text = field.value;
    at = Math.min(past.length, Math.max(0, at + by));
    put(past[at] ?? draft.text);
  };
  const take = () => {
    const text = field.value;
    put("");
    draft.text = "";
    return text;
  };
  const keys = {
    Enter: () => send(field.dataset.line, take()),
    "Control+c": () => (take(), send("cancel")),
  };
  if (commands)
    Object.assign(keys, {
      ArrowUp: () => walk(-1),
      ArrowDown: () => walk(1),
      Tab: () => send("complete", before()),
      "Control+l": () => send("clear"),
    });
  const named = (event) => {
    const held = ["Control", "Shift", "Alt", "Meta"].filter((key) => event.getModifierState(key));
    return [...held, held.length ? event.key.toLowerCase() : event.key].join("+");
  };
  // Ctrl+C copies where something is selected; Tab goes on where there is nothing to complete.
  const free = (key) =>
    (key === "Control+c" && field.selectionStart !== field.selectionEnd) ||
    (key === "Tab" && field.value === "");
  const press = (event) => {
    if (event.isComposing || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    const key = named(event);
    const left = leaving;
    leaving = key === "Escape";
    if (left || !Object.hasOwn(keys, key) || free(key)) return;
    event.preventDefault();
    keys[key]();
  };
  // Whole lines that are pasted are run in order; what follows the last line ending is still typed.
  const paste = (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
    if (!commands || !text.includes("\n")) return;
    event.preventDefault();
    const lines = before() + text + after();
    const end = lines.lastIndexOf("\n");
    put(lines.slice(end + 1));
    send("command", lines.slice(0, end));
  };
  const hear = ({ was, text }) => {
    if (before() === was) put(text, after());
  };
  field.addEventListener("keydown", press);
  field.addEventListener("paste", paste);
  model.on("msg:custom", hear);
  if (commands) put(draft.text);
  return () => {
    if (commands) draft.text = field.value; // typed while the line before was being run
    model.off("msg:custom", hear);
  };
}

export default { render };
