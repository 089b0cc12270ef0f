// The till: opens scanned cards, holds keys back meanwhile, validates the amount.
import { watchInterruptions } from "./interruptions.js";
import { FIELD, isLocked, isUsable, pressKey, stop, timeKey } from "./keys.js";
import { leads, watchLeaving } from "./leaving.js";
import { remember, takeScan } from "./scanner.js";

// For the hint only; i18n/money.py decides.
const AMOUNT = /^(?:€|EUR )? ?(?:\d+(?:[.,]\d{0,2})?|[1-9]\d{0,2}([., '’])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?) ?(?:€|EUR)?$/i;
const TWO_MEANINGS = /^[1-9]\d{0,2}[.,]\d{3}$/;

const HELD = /^(.|Enter|Tab|Backspace|Escape|Arrow(Up|Down)|F[2346-9])$/;

const inFlight = new Set();
let till;
let nextCode;
// Keys pressed while the till moves on, for what comes. Undefined while keys act at once.
let held;

export function startTill(element) {
  till = element;
  if (!till) return;
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("htmx:before:request", ({ detail }) => till.contains(detail.ctx.target) && depart(detail.ctx));
  document.addEventListener("htmx:before:swap", ({ detail }) => detail.ctx.target === till && arrive(detail.ctx));
  document.addEventListener("htmx:finally:request", ({ detail }) => setTimeout(settle, 0, detail.ctx));
  document.addEventListener("input", ({ target }) => checkAmount(target, false));
  document.addEventListener("change", ({ target }) => checkAmount(target, true));
  document.addEventListener("click", ({ target }) => target.closest("[data-camera]") && openCamera());
  document.addEventListener("htmx:after:swap", hideMissingCamera);
  document.addEventListener("htmx:after:swap", () => document.querySelector("[data-passkey]") && import("./passkeys.js"));
  hideMissingCamera();
  watchLeaving(till);
  watchInterruptions(till);
}

function onKey(event) {
  if (event.isComposing) return;
  timeKey(event);
  const code = /^(Enter|Tab)$/.test(event.key) ? takeScan() : remember(event);
  if (code) stop(event);
  if (isLocked() || event.ctrlKey || event.altKey || event.metaKey) return;
  if (code) openCard(code);
  else if (held) hold(event);
  else if (till.dataset.keys !== "off") pressKey(event);
}

/** Opens the card of a scanned code, from every screen. */
function openCard(code) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  nextCode = code;
  startHolding([]);
  // Waits for a booking in progress, whose answer would replace the new card.
  if (!inFlight.size) lookUp();
}

function lookUp() {
  const form = document.getElementById(till.dataset.scanForm);
  const code = nextCode;
  nextCode = "";
  if (!form) return stopHolding();
  form.elements.query.value = code;
  form.requestSubmit();
  if (!inFlight.size) stopHolding();
}

function depart(context) {
  inFlight.add(context);
  // While "No answer" is shown the page repeats a search by itself: the keys are the person's.
  if (leads(context) && !document.getElementById("no-card-title")) startHolding();
}

/** What was pressed for a card that has not come is dropped; what is pressed from now on belongs to what comes instead. */
function arrive(context) {
  // Not known yet if it was sent before this script had come.
  inFlight.add(context);
  startHolding();
  if (leads(context) && context.response.status >= 300) dropHeld();
}

function settle(context) {
  if (!inFlight.delete(context) || inFlight.size) return;
  if (nextCode) return lookUp();
  if (!context.response || isLocked()) dropHeld();
  stopHolding();
}

function startHolding(keys = held ?? []) {
  held = keys;
  till.ariaBusy = true;
}

function hold(event) {
  const { key } = event;
  if (!HELD.test(key) || (key === "Tab" && event.shiftKey)) return;
  stop(event);
  // Escape leaves what is loading, and with it what was pressed for it.
  if (key === "Escape") held = [];
  if (!event.repeat) held.push(key);
}

/** Keeps the keys that act on any screen. */
function dropHeld() {
  held = held?.filter((key) => /^F\d/.test(key));
}

function stopHolding() {
  const keys = held ?? [];
  held = undefined;
  till.ariaBusy = null;
  keys.forEach(replay);
}

/** Dispatches a held key and performs the browser's default action. Enter presses no link or button. */
function replay(key) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const field = document.activeElement;
  if (!field.dispatchEvent(event) || !field.form) return;
  const parts = [...field.form.elements];
  const isNext = (part) => part.name !== field.name && part.tabIndex >= 0 && isUsable(part);
  if (key === "Tab") parts.slice(parts.indexOf(field)).find(isNext)?.focus();
  else if (!field.matches(FIELD)) return;
  else if (key === "Enter") parts.find(({ type }) => type === "submit")?.click();
  else if (key === "Backspace") document.execCommand("delete");
  else if (!key[1]) document.execCommand("insertText", false, key);
}

/** Shows the hint when the field is left with an unreadable amount; not while it is being entered. */
function checkAmount(field, isDone) {
  if (!field.matches("[data-amount]")) return;
  const text = field.value.trim();
  const wrong = text && (!AMOUNT.test(text) || TWO_MEANINGS.test(text) || !/[1-9]/.test(text));
  if (wrong && !isDone) return;
  const id = field.getAttribute("aria-describedby")?.split(" ").find((part) => part.includes("amount-says"));
  const says = document.getElementById(id);
  if (says) says.textContent = wrong ? field.dataset.amountWrong : "";
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

async function openCamera() {
  const camera = await import("./camera.js");
  camera.open(document.getElementById("camera"), openCard);
}

function hideMissingCamera() {
  if (navigator.mediaDevices?.getUserMedia) return;
  for (const button of document.querySelectorAll("[data-camera]")) button.hidden = true;
}
