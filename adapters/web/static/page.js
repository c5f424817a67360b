// Brings the page to life: what each press does, the clock, the tabs on a phone.

import { columns, columnOf, markRead, nearEnd, listOf, show, sync, toEnd } from "./columns.js";
import { edit, fail, reply, setUp } from "./compose.js";
import { enlarge, openForm } from "./forms.js";
import { listen, newEvent, post } from "./talk.js";

const link = document.getElementById("link");
const time = document.querySelector("[data-clock]");
const day = document.querySelector("header [data-day]");
const STATES = { live: "Live", away: "Reconnecting…" };
let lead = Number(time.dataset.now) - Date.now();

listen({
  sync(state) {
    for (const [user, htmls] of Object.entries(state.columns)) sync(user, htmls);
    setClock(state.clock);
  },
  message: ({ user, html }) => show(user, html),
  clock: setClock,
  state(name) {
    if (link.dataset.state === name) return;
    link.dataset.state = name;
    link.querySelector("span").textContent = STATES[name];
  },
});

columns.forEach((column) => {
  const user = column.dataset.user;
  setUp(column);
  toEnd(column);
  column.addEventListener("focusin", () => markRead(user));
  column.addEventListener("pointerdown", () => markRead(user));
  stayAtEnd(column);
});

/** Keeps the newest message in sight while the field below grows, unless one has scrolled up. */
function stayAtEnd(column) {
  const list = listOf(column);
  let atEnd = true;
  list.addEventListener("scroll", () => {
    atEnd = nearEnd(list);
    if (atEnd) column.querySelector("[data-newer]").hidden = true;
  });
  new ResizeObserver(() => atEnd && toEnd(column)).observe(list);
}

// --- presses --------------------------------------------------------------------------------

const PRESSES = {
  act: (button, column) => press(button, column),
  sample: (button, column) => {
    const details = button.closest("details");
    details.open = false;
    details.querySelector("summary").focus();
    return act(button, column, { act: "sample", sample: Number(button.dataset.sample) });
  },
  words: (button, column) => act(button, column, { act: "say", text: button.dataset.words }),
  delete: (button, column) =>
    act(button, column, { act: "delete", message: messageOf(button).dataset.message }),
  reply: (button, column) => reply(column, messageOf(button)),
  edit: (button, column) => edit(column, messageOf(button)),
  copy: (button) => copy(button),
  enlarge: (button) => enlarge(button.querySelector("img"), button),
  file: (button, column) => fetchFile(button, column),
  newer: (button, column) => toEnd(column),
  forward: (button) => forward(button),
  tab: (button) => openTab(button),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a[data-file]");
  const name = button && Object.keys(PRESSES).find((key) => key in button.dataset);
  if (!name || button.closest("dialog")) return;
  if (button.matches("a")) event.preventDefault();
  PRESSES[name](button, button.closest(".column"));
});

function messageOf(button) {
  return button.closest(".message");
}

function press(button, column) {
  if ("asks" in button.dataset) {
    const content = button.nextElementSibling.content.cloneNode(true);
    button.column = column;
    openForm(column.dataset.user, column.dataset.name, content, button);
    return undefined;
  }
  const { verb, data } = JSON.parse(button.dataset.act);
  return act(button, column, { act: "press", verb, data });
}

/** Sends a press. The button says so at once and cannot be pressed again until the answer. */
async function act(button, column, payload) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const { user, name } = column.dataset;
  const form = column.querySelector(".composer");
  // A press that got no answer keeps its id, so that pressing again cannot count twice.
  button.event ??= newEvent();
  busy(button, true);
  fail(form, "");
  try {
    const answer = await post("/act", { user, event: button.event, ...payload });
    button.event = undefined;
    if (payload.act !== "press") toEnd(column);
    if (answer.form) openForm(user, name, fragment(answer.form), button);
  } catch (problem) {
    fail(form, problem.message);
  } finally {
    busy(button, false);
  }
}

function busy(button, on) {
  button.classList.toggle("busy", on);
  if (on) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

async function copy(button) {
  const words = button.querySelector("span");
  const text = button.closest("figure").querySelector("blockquote").textContent;
  try {
    await navigator.clipboard.writeText(text);
    words.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.closest("figure").querySelector("blockquote"));
    words.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (words.textContent = "Copy"), 2500);
}

async function fetchFile(anchor, column) {
  if (anchor.getAttribute("aria-disabled") === "true") return;
  anchor.setAttribute("aria-disabled", "true");
  const form = column.querySelector(".composer");
  try {
    const response = await fetch(anchor.href);
    if (!response.ok) throw new Error((await response.json()).error);
    const save = document.createElement("a");
    save.href = URL.createObjectURL(await response.blob());
    save.download = anchor.download;
    save.click();
    URL.revokeObjectURL(save.href);
    anchor.querySelector("span").textContent = "Downloaded";
  } catch (problem) {
    anchor.removeAttribute("aria-disabled");
    fail(form, problem.message);
  }
}

// --- the clock ------------------------------------------------------------------------------

async function forward(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  busy(button, true);
  try {
    setClock((await post("/clock", { to: button.dataset.forward })).clock);
  } catch {
    link.querySelector("span").textContent = "The clock could not be moved";
  } finally {
    busy(button, false);
  }
}

function setClock({ now, zone }) {
  lead = now - Date.now();
  time.dataset.zone = zone;
  tick();
}

function tick() {
  const now = new Date(Date.now() + lead);
  const timeZone = time.dataset.zone;
  const part = (options) => new Intl.DateTimeFormat("en-US", { timeZone, ...options }).format(now);
  const words = part({ hour: "numeric", minute: "2-digit" });
  if (time.textContent !== words) time.textContent = words;
  const date = `${part({ weekday: "long" })} ${part({ day: "numeric" })} ${part({ month: "long" })}`;
  if (day.textContent !== date) day.textContent = date;
}
setInterval(tick, 1000);

// --- one column at a time on a phone --------------------------------------------------------

function openTab(button) {
  const user = button.dataset.tab;
  for (const tab of document.querySelectorAll("[data-tab]")) tab.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  columns.forEach((column) => column.toggleAttribute("data-open", column.dataset.user === user));
  toEnd(columnOf(user));
  markRead(user);
}
