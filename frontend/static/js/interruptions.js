// The lock and lost connections: entered values are kept, and nothing is booked twice.
import { failRequest } from "./answers.js";
import { isLocked } from "./keys.js";
import { leave } from "./leaving.js";
import { pollFor, watchUnanswered } from "./unanswered.js";

const AGAIN_MS = 4000;
let till;
let focusBefore;
// How to repeat the card request that got no answer; valid while the search field is unchanged.
let missed;

export function watchInterruptions(element) {
  till = element;
  const lock = document.getElementById("lock");
  if (lock) new MutationObserver(cover).observe(lock, { childList: true });
  cover();
  lockWhenIdle(till.dataset.autolockSeconds * 1000);
  watchUnanswered(till);
  addEventListener("offline", showConnection);
  addEventListener("online", () => (showConnection(), lookAgain()));
  document.addEventListener("htmx:before:response", (event) => isAway(event.detail.ctx) && failRequest(event));
  document.addEventListener("htmx:after:swap", ({ detail }) => settled(detail.ctx));
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && unsettled(detail.ctx));
  showConnection();
}

function cover() {
  const locked = isLocked();
  if (locked) focusBefore ??= document.activeElement;
  for (const part of document.querySelectorAll("body > header, body > main")) part.inert = locked;
  const field = "#lock :is([aria-invalid=true], [data-autofocus], input:not([type=hidden]))";
  (locked ? document.querySelector(field) : focusBefore)?.focus();
  if (locked) return;
  focusBefore = undefined;
  lookAgain();
}

function lockWhenIdle(afterMs) {
  if (!afterMs) return;
  let last;
  const touch = () => (last = Date.now());
  for (const kind of ["keydown", "pointerdown", "htmx:after:swap"]) document.addEventListener(kind, touch, true);
  touch();
  // Compares times instead of using one long timer, so that a tablet locks when it wakes up.
  setInterval(() => {
    if (isLocked() || Date.now() - last < afterMs) return;
    touch();
    document.querySelector('[data-key="F9"]')?.click();
  }, 1000);
}

function showConnection() {
  const banner = document.getElementById("offline");
  if (banner) banner.hidden = navigator.onLine;
  for (const button of document.querySelectorAll("[data-books]")) (navigator.onLine ? resume : wait)(button);
}

function wait(button) {
  if (button.disabled) return;
  const label = button.querySelector("[data-label]");
  button.dataset.waits = label.textContent;
  label.textContent = till.dataset.waiting;
  button.disabled = true;
}

function resume(button) {
  if (!button.dataset.waits) return;
  button.querySelector("[data-label]").textContent = button.dataset.waits;
  delete button.dataset.waits;
  button.disabled = false;
}

/** A 503 to a card request counts as no answer. */
function isAway(context) {
  return context.response?.status === 503 && opensCard(context);
}

/** Whether the request is a search or a link to another card. */
function opensCard({ request, sourceElement }) {
  const [, path] = request.action.match(/^(\/till\/cards\/[^/]+)$/) ?? [];
  return isFinder(sourceElement) || (request.method === "GET" && path && !location.pathname.startsWith(path));
}

function isFinder(element) {
  return element.id === till.dataset.scanForm;
}

function finder() {
  return document.getElementById(till.dataset.scanForm);
}

function settled(context) {
  showConnection();
  // The lock came first: the card is requested again after unlocking.
  if (isLocked() && opensCard(context)) missCard(context);
  else if (context.target === till) missed = undefined;
}

function unsettled(context) {
  if (context.orionPoll || context.sourceElement.closest("#lock")) return;
  if (opensCard(context)) return missCard(context);
  const says = document.getElementById("says");
  says?.replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  pollFor(context);
}

/** Closes the open card, so that the next keys cannot act on the wrong customer. */
function missCard({ request, sourceElement }) {
  leave();
  const find = () => finder().requestSubmit();
  const open = () => window.htmx.ajax("GET", request.action, { target: till });
  missed = { query: finder()?.elements.query.value, again: isFinder(sourceElement) ? find : open };
  const panel = till.querySelector(".panel");
  panel?.replaceChildren(document.getElementById("no-card").content.cloneNode(true));
  // Not into the search field: further keys would overwrite the query.
  if (!isLocked()) panel?.querySelector("h2").focus();
  setTimeout(lookAgain, AGAIN_MS);
}

/** Does nothing after another search or card. */
function lookAgain() {
  if (!missed || finder()?.elements.query.value !== missed.query || !navigator.onLine || isLocked()) return;
  const { again } = missed;
  missed = undefined;
  again();
}
