// The till: opens scanned cards, holds keys back meanwhile, validates the amount.
import { watchInterruptions } from "./interruptions.js";
import { FIELD, isLocked, pressKey, stop, timeKey } from "./keys.js";
import { watchLeaving } from "./leaving.js";
import { remember, takeScan } from "./scanner.js";

// For the hint only; i18n/money.py decides.
const AMOUNT = /^(?:€|EUR )? ?(?:\d+(?:[.,]\d{0,2})?|[1-9]\d{0,2}([., '’])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?) ?(?:€|EUR)?$/i;
const TWO_MEANINGS = /^[1-9]\d{0,2}[.,]\d{3}$/;

const inFlight = new Set();
let till;
let nextCode;
// Keys pressed while a scanned card is loading.
let held;

export function startTill(element) {
  till = element;
  if (!till) return;
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("htmx:before:request", ({ detail }) => till.contains(detail.ctx.target) && inFlight.add(detail.ctx));
  document.addEventListener("htmx:finally:request", ({ detail }) => setTimeout(settle, 0, detail.ctx));
  document.addEventListener("input", ({ target }) => checkAmount(target, false));
  document.addEventListener("change", ({ target }) => checkAmount(target, true));
  document.addEventListener("click", ({ target }) => target.closest("[data-camera]") && openCamera());
  document.addEventListener("htmx:after:swap", hideMissingCamera);
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

/** Opens the card of a scanned code, whatever is on the screen. */
function openCard(code) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  nextCode = code;
  held = [];
  // Waits for a booking in progress, whose answer would replace the new card.
  if (!inFlight.size) lookUp();
}

function lookUp() {
  const form = document.getElementById(till.dataset.scanForm);
  if (!form) return stopHolding();
  form.elements.query.value = nextCode;
  nextCode = "";
  form.requestSubmit();
}

/** Holds a key back for the card that is loading. */
function hold(event) {
  if (event.key === "Escape") return stopHolding();
  if (!/^(.|Enter|Backspace|F[2346-9])$/.test(event.key)) return;
  stop(event);
  if (!event.repeat) held.push(event.key);
}

function stopHolding() {
  const keys = held ?? [];
  held = nextCode = undefined;
  return keys;
}

function settle(context) {
  if (!inFlight.delete(context) || inFlight.size) return;
  if (nextCode) return lookUp();
  const found = context.response?.status < 300;
  for (const key of stopHolding()) if (found || /^F\d/.test(key)) replay(key);
}

/** Dispatches a held key and performs the browser's default action. */
function replay(key) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  if (!document.activeElement.dispatchEvent(event)) return;
  const field = document.activeElement;
  if (!field.form || !field.matches(FIELD)) return;
  if (key === "Enter") [...field.form.elements].find(({ type }) => type === "submit")?.click();
  else field.value = key === "Backspace" ? field.value.slice(0, -1) : field.value + key;
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
