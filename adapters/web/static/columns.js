// The conversations: puts messages in their place, marks what is new, divides the days.

const STORE = "signoff-unread";
const fresh = load();

export const columns = [...document.querySelectorAll(".column")];

export function columnOf(user) {
  return columns.find((column) => column.dataset.user === user);
}

/** Makes a conversation exactly what the server says, touching only what differs. */
export function sync(user, htmls) {
  const column = columnOf(user);
  if (!column) return;
  const known = new Set();
  for (const html of htmls) known.add(place(column, html, { quiet: true }));
  for (const message of messagesOf(column)) {
    if (!known.has(message.dataset.message)) message.remove();
  }
  unread(user).forEach((id) => known.has(id) || unread(user).delete(id));
  divide(column);
  count(user);
}

/** Shows one message: a new one at the end, a known one where it stands. */
export function show(user, html) {
  const column = columnOf(user);
  if (column) place(column, html, { quiet: false });
}

function place(column, html, { quiet }) {
  const message = made(html);
  const id = message.dataset.message;
  const old = messagesOf(column).find((one) => one.dataset.message === id);
  if (old && old.dataset.rev === message.dataset.rev) return id;
  const list = listOf(column);
  const atEnd = nearEnd(list);
  if (old) swap(old, message, quiet);
  else list.append(message);
  if (!quiet) {
    message.classList.add(old ? "changed" : "arrived");
    divide(column);
    note(column, message, old);
  }
  if (atEnd) list.scrollTop = list.scrollHeight;
  else if (!old) column.querySelector("[data-newer]").hidden = false;
  return id;
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

/** Replaces a message; whoever stood on one of its buttons is not thrown to the page's top. */
function swap(old, message, quiet) {
  const held = old.contains(document.activeElement);
  old.replaceWith(message);
  if (!held || quiet) return;
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
}

function note(column, message, old) {
  const user = column.dataset.user;
  const mine = message.classList.contains("said") || message.classList.contains("answer");
  if (mine || (old && !message.querySelector("[data-act]")) || attending(column)) return;
  unread(user).add(message.dataset.message);
  count(user);
}

/** Whether the person at this page is looking after this column right now. */
function attending(column) {
  return document.hasFocus() && column.contains(document.activeElement);
}

export function markRead(user) {
  if (!unread(user).size) return;
  unread(user).clear();
  count(user);
}

function count(user) {
  const number = unread(user).size;
  const words = number ? `${number}<span class="hidden"> new</span>` : "";
  for (const mark of document.querySelectorAll(
    `[data-user="${user}"] [data-unread], [data-tab="${user}"] [data-unread]`,
  )) {
    mark.innerHTML = words;
    mark.hidden = !number;
  }
  const all = columns.reduce((sum, column) => sum + unread(column.dataset.user).size, 0);
  document.title = document.title.replace(/^(\(\d+\) )?/, all ? `(${all}) ` : "");
  keep();
}

/** Remembers over a reload what has not been looked at. A browser may forbid it; then it is lost. */
function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify([...fresh].map(([key, ids]) => [key, [...ids]])));
  } catch {
    // Nothing else depends on it.
  }
}

function unread(user) {
  if (!fresh.has(user)) fresh.set(user, new Set());
  return fresh.get(user);
}

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE)) || [];
    return new Map(kept.map(([user, ids]) => [user, new Set(ids)]));
  } catch {
    return new Map();
  }
}

/** A line with the date wherever the day changes. */
function divide(column) {
  listOf(column).querySelectorAll(".day").forEach((line) => line.remove());
  let day = "";
  for (const message of messagesOf(column)) {
    if (message.dataset.day === day) continue;
    day = message.dataset.day;
    const line = document.createElement("p");
    line.className = "day";
    line.textContent = message.dataset.dayWords;
    message.before(line);
  }
}

export function listOf(column) {
  return column.querySelector(".messages");
}

function messagesOf(column) {
  return [...listOf(column).querySelectorAll(":scope > .message")];
}

export function nearEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 80;
}

export function toEnd(column) {
  const list = listOf(column);
  list.scrollTop = list.scrollHeight;
  column.querySelector("[data-newer]").hidden = true;
}
