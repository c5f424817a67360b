// The field under each conversation: new words, a reply to a card, a change to a sent message.

import { toEnd } from "./columns.js";
import { newEvent, post } from "./talk.js";

const modes = new WeakMap();
const NEW = { act: "say", fields: {}, label: "" };

export function setUp(column) {
  const form = column.querySelector(".composer");
  const field = form.elements.namedItem("text");
  modes.set(form, { ...NEW, kept: "", event: newEvent() });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(column, form, field);
  });
  field.addEventListener("input", () => {
    modes.get(form).event = newEvent();
    fail(form, "");
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && modes.get(form).label) leave(form, field);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.querySelector("[data-leave]").addEventListener("click", () => leave(form, field));
}

export function reply(column, message) {
  const title = message.querySelector("h3 > span:last-child").textContent;
  const fields = { thread: message.dataset.message };
  enter(column, { act: "say", fields, label: `Reply to “${title}”` });
}

export function edit(column, message) {
  const fields = { message: message.dataset.message };
  const text = message.querySelector(".words").textContent;
  enter(column, { act: "edit", fields, label: "Change your message", text });
}

function enter(column, mode) {
  const form = column.querySelector(".composer");
  const field = form.elements.namedItem("text");
  const before = modes.get(form);
  const kept = before.label ? before.kept : field.value;
  modes.set(form, { ...mode, kept, event: newEvent() });
  if (mode.text !== undefined) field.value = mode.text;
  const line = form.querySelector("[data-mode]");
  line.querySelector("span").textContent = mode.label;
  line.hidden = false;
  field.focus();
}

/** Back to new words, with what was being written before. */
function leave(form, field) {
  field.value = modes.get(form).kept;
  modes.set(form, { ...NEW, kept: "", event: newEvent() });
  form.querySelector("[data-mode]").hidden = true;
  fail(form, "");
  field.focus();
}

async function submit(column, form, field) {
  const text = field.value;
  const mode = modes.get(form);
  if (form.classList.contains("busy")) return;
  if (!text.trim()) {
    fail(form, "Please write something first.");
    field.focus();
    return;
  }
  fail(form, "");
  form.classList.add("busy");
  form.setAttribute("aria-busy", "true");
  try {
    const user = column.dataset.user;
    await post("/act", { user, event: mode.event, act: mode.act, text, ...mode.fields });
    if (field.value === text) field.value = "";
    if (mode.label) leave(form, field);
    mode.event = newEvent();
    toEnd(column);
  } catch (problem) {
    fail(form, problem.message);
  } finally {
    form.classList.remove("busy");
    form.removeAttribute("aria-busy");
  }
}

export function fail(form, words) {
  const line = form.querySelector("[data-failure]");
  line.textContent = words;
  line.hidden = !words;
}
