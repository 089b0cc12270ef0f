// The lock, and no connection: nothing typed is lost, nothing booked twice.
const AGAIN_MS = 4000;
let till;
let focusBefore;
let unanswered; // tells whether the last booking happened
let missed; // what was looked for and not answered

/** Whether the PIN or the password is being asked for. */
export function isLocked() {
  return Boolean(document.getElementById("lock")?.childElementCount);
}

export function watchInterruptions(element) {
  till = element;
  const lock = document.getElementById("lock");
  if (lock) new MutationObserver(cover).observe(lock, { childList: true });
  cover();
  lockWhenIdle(till.dataset.autolockSeconds * 1000);
  addEventListener("offline", showConnection);
  addEventListener("online", () => (showConnection(), ask(), lookAgain()));
  document.addEventListener("htmx:before:response", (event) => isLost(event.detail.ctx) && loseAnswer(event));
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
  // By the clock and not by one long timer: a tablet that slept locks when it wakes.
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

/** What does not come from Orion, such as a gateway's page, is no answer; nor is "away" to who asked for a card. */
function isLost({ response, sourceElement }) {
  return !response.headers.has("Orion") || (response.status === 503 && isFinder(sourceElement));
}

function loseAnswer(event) {
  const { ctx } = event.detail;
  event.preventDefault();
  delete ctx.response;
  unsettled(ctx);
}

function isFinder(element) {
  return element.id === till.dataset.scanForm;
}

function settled(context) {
  if (context.target !== document.getElementById("says")) unanswered = "";
  showConnection();
  // Asked who it is first: then for the card once more.
  if (isFinder(context.sourceElement) && isLocked()) missCard(context.sourceElement);
  else if (context.target === till) missed = "";
}

function unsettled(context) {
  const { request, sourceElement } = context;
  if (context.orionAsks) return void setTimeout(ask, AGAIN_MS);
  if (isFinder(sourceElement)) return missCard(sourceElement);
  const says = document.getElementById("says");
  says?.replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  const form = sourceElement.closest("form");
  const { idem, card_id: field } = form?.elements ?? {};
  if (!idem || request.method !== "POST") return;
  // Each button of the card's form books under a key of its own.
  const { name, value } = request.submitter ?? {};
  const key = idem.value + (name === "deed" ? `.${value}` : "");
  const card = field?.value ?? form.action.match(/[\da-f-]{36}/)?.[0];
  unanswered = till.dataset.bookings + key + (card ? `?card_id=${card}` : "");
  ask();
}

function ask() {
  if (unanswered && navigator.onLine) window.htmx.ajax("GET", unanswered, { target: "#says", orionAsks: true });
}

/** What is pressed next would be for somebody else: the card that was open closes. */
function missCard(form) {
  missed = form.elements.query.value;
  const panel = till.querySelector(".panel");
  panel?.replaceChildren(document.getElementById("no-card").content.cloneNode(true));
  // Not into the finder: what is pressed now would be written over what is looked for.
  if (!isLocked()) panel?.querySelector("h2").focus();
  setTimeout(lookAgain, AGAIN_MS);
}

/** Unless something else is being looked for, or was opened, since. */
function lookAgain() {
  const form = document.getElementById(till.dataset.scanForm);
  if (!missed || !form || form.elements.query.value !== missed || !navigator.onLine || isLocked()) return;
  missed = "";
  form.requestSubmit();
}
