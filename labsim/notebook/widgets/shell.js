// One front end for every interactive picture.  It moves a clock or a selection and draws nothing:
// the markup, every sentence and every state come from Python.
//
// The model carries
//   markup   the picture and its controls, as HTML
//   moments  what holds from each instant on: [{at, say, lanes: [[state, words], …]}, …]
//   clock    µs of simulated time (both ways)
//   chosen   the key of the selected part, or "" (both ways)
//
// The markup marks its moving parts with data attributes
//   data-do="play|back|step"   a button            data-clock     the slider
//   data-head                  the playhead        data-say       the live region
//   data-lane="n"              row n of a replay   data-words     the words of that row
//   data-key="k"               a part that can be chosen; data-with="k …" parts that belong to it
//   data-about                 the sentence that is said when the part is chosen

const REPLAY_MS = 8000; // a whole replay, whatever the simulated time
const CALM_MS = 1200; // one moment, for those who asked for less motion

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function render({ model, el }) {
  el.innerHTML = model.get("markup");
  const root = el.firstElementChild;
  const undo = [selection(model, root)];
  if (model.get("moments").length) undo.push(clock(model, root));
  return () => undo.forEach((stop) => stop());
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
    root.classList.toggle("has-choice", key !== "");
    for (const one of root.querySelectorAll("[data-with]"))
      one.classList.toggle("is-with", one.dataset.with.split(" ").includes(key));
    for (const part of parts) part.setAttribute("aria-pressed", String(part.dataset.key === key));
    const about = parts.find((part) => part.dataset.key === key);
    if (parts.length && say) say.textContent = about ? about.dataset.about : say.dataset.say;
  };
  model.on("change:chosen", show);
  show();
  return () => model.off("change:chosen", show);
}

function clock(model, root) {
  const moments = model.get("moments");
  const slider = root.querySelector("[data-clock]");
  const head = root.querySelector("[data-head]");
  const say = root.querySelector("[data-say]");
  const play = root.querySelector("[data-do=play]");
  const end = moments[moments.length - 1].at;
  let shown = -1;
  let timer = null;

  const indexAt = (at) => moments.findLastIndex((moment) => moment.at <= at);

  const show = () => {
    const at = model.get("clock");
    slider.value = at;
    head.setAttribute("transform", `translate(${(at / end) * Number(head.dataset.head)} 0)`);
    const index = Math.max(0, indexAt(at));
    if (index === shown) return;
    shown = index;
    const moment = moments[index];
    say.textContent = moment.say;
    slider.setAttribute("aria-valuetext", moment.say);
    moment.lanes.forEach(([state, words], lane) => {
      for (const row of root.querySelectorAll(`[data-lane="${lane}"]`)) row.dataset.state = state;
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
    move(from + ((now - began) / REPLAY_MS) * end);
    if (model.get("clock") >= end) rest();
    else timer = requestAnimationFrame(glide(from, began));
  };
  const stroll = () => {
    hop(1);
    if (model.get("clock") >= end) rest();
    else timer = setTimeout(stroll, CALM_MS);
  };
  const run = () => {
    if (timer !== null) return rest();
    if (model.get("clock") >= end) move(0);
    play.textContent = play.dataset.busy;
    if (calm()) timer = setTimeout(stroll, CALM_MS);
    else timer = requestAnimationFrame((now) => glide(model.get("clock"), now)(now));
  };
  const does = { play: run, back: () => (rest(), hop(-1)), step: () => (rest(), hop(1)) };

  for (const button of root.querySelectorAll("[data-do]"))
    button.addEventListener("click", does[button.dataset.do]);
  slider.addEventListener("input", () => (rest(), move(Number(slider.value))));
  slider.addEventListener("change", () => model.save_changes());
  model.on("change:clock", show);
  show();
  return () => (rest(), model.off("change:clock", show));
}

export default { render };
