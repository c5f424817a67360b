// The dialog: forms for buttons that need words, and pictures at full size.

import { newEvent, post } from "./talk.js";

const dialog = document.getElementById("dialog");
// What was typed into a form that was closed or turned down, so that it is not typed twice.
const drafts = new Map();

/** Opens a form in the name of a person. Focus goes back to `opener` when it closes. */
export function openForm(user, name, content, opener) {
  dialog.replaceChildren(content);
  dialog.className = opener?.closest(".column")?.className.match(/hue-\d/)?.[0] ?? "";
  const form = dialog.querySelector("form");
  const title = form.querySelector("h2");
  title.id = "dialog-title";
  title.insertAdjacentHTML("beforebegin", '<p class="as"></p>');
  form.querySelector(".as").textContent = `As ${name}`;
  const key = `${user} ${form.dataset.act}`;
  restore(form, key);
  let event = newEvent();
  form.addEventListener("input", () => {
    event = newEvent();
    drafts.set(key, values(form));
    form.querySelectorAll("[data-limit]").forEach((field) => check(field, true));
  });
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    if (!valid(form) || form.classList.contains("busy")) return;
    await press(user, form, key, event);
  });
  show(opener);
  form.querySelector("textarea, input, select")?.focus();
}

async function press(user, form, key, event) {
  const { verb, data } = JSON.parse(form.dataset.act);
  const failure = form.querySelector("[data-failure]");
  failure.hidden = true;
  form.classList.add("busy");
  form.setAttribute("aria-busy", "true");
  try {
    const all = { ...data, ...values(form) };
    const answer = await post("/act", { user, event, act: "press", verb, data: all });
    if (!answer.refused) drafts.delete(key);
    if (dialog.contains(form)) dialog.close();
  } catch (problem) {
    failure.textContent = problem.message;
    failure.hidden = false;
  } finally {
    form.classList.remove("busy");
    form.removeAttribute("aria-busy");
  }
}

function values(form) {
  return Object.fromEntries(new FormData(form));
}

function restore(form, key) {
  for (const [name, value] of Object.entries(drafts.get(key) ?? {})) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
}

function valid(form) {
  const fields = [...form.querySelectorAll("[data-limit]")];
  const wrong = fields.filter((field) => !check(field, false));
  wrong[0]?.focus();
  return !wrong.length;
}

/** Says what is wrong with a field. While somebody types, only what is too long is said. */
function check(field, typing) {
  const length = [...field.value].length;
  const limit = Number(field.dataset.limit);
  let words = "";
  if (length > limit) {
    words = `${length.toLocaleString("en")} characters; at most ${limit.toLocaleString("en")} fit.`;
  } else if (!typing && field.required && !field.value.trim()) {
    words = "Please fill this in.";
  }
  const problem = document.getElementById(`${field.id}-problem`);
  problem.textContent = words;
  problem.hidden = !words;
  field.toggleAttribute("aria-invalid", Boolean(words));
  if (words) field.setAttribute("aria-invalid", "true");
  return !words;
}

/** Shows a picture as large as the window allows. */
export function enlarge(image, opener) {
  const figure = document.createElement("div");
  figure.className = "enlarged";
  figure.innerHTML = '<h2 id="dialog-title">Picture</h2><div class="actions"></div>';
  figure.querySelector("h2").after(image.cloneNode());
  const close = document.createElement("button");
  close.type = "button";
  close.className = "act tone-plain";
  close.dataset.close = "";
  close.textContent = "Close";
  figure.querySelector(".actions").append(close);
  dialog.replaceChildren(figure);
  dialog.className = "wide";
  show(opener);
  close.focus();
}

function show(opener) {
  dialog.addEventListener("close", () => goBack(opener), { once: true });
  dialog.showModal();
}

/** The card may have been replaced meanwhile; then its column's field is the place to go on. */
function goBack(opener) {
  if (opener?.isConnected) opener.focus();
  else if (opener?.column) opener.column.querySelector("textarea").focus();
}

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
});
