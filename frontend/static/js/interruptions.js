// The lock, and no connection: nothing typed is lost, nothing booked twice.
let till;
let focusBefore;
let unanswered; // tells whether the last booking happened

/** Whether the PIN is being asked for. */
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
  addEventListener("online", () => (showConnection(), ask()));
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
  if (!locked) focusBefore = undefined;
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

function settled(context) {
  if (context.target !== document.getElementById("says")) unanswered = "";
  showConnection();
}

function unsettled(context) {
  const form = context.sourceElement.closest("form");
  const says = document.getElementById("says");
  if (context.orionAsks || !form || !says) return;
  says.replaceChildren(document.getElementById("no-answer").content.cloneNode(true));
  const { idem, card_id: field } = form.elements;
  if (!idem) return;
  // Each button of the card's form books under a key of its own.
  const { name, value } = context.request.submitter ?? {};
  const key = idem.value + (name === "deed" ? `.${value}` : "");
  const card = field?.value ?? form.action.match(/[\da-f-]{36}/)?.[0];
  unanswered = till.dataset.bookings + key + (card ? `?card_id=${card}` : "");
  ask();
}

function ask() {
  if (unanswered && navigator.onLine) window.htmx.ajax("GET", unanswered, { target: "#says", orionAsks: true });
}
