// Function keys and number pad operators press the elements labeled with them. Letters never do: a scan types letters.
export const FIELD = "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), select, textarea";

// The longest delay between two keys of a scanner.
const SCANNER_MS = 150;
// Time of the last key if it was a letter or a digit.
let typedAt = -SCANNER_MS;
// Whether this key followed a letter or digit at the speed of a scanner.
let inScan;
// Timer of a key that acts only if no other key follows.
let alone;

/** Whether the lock or the sign-in covers the page. */
export function isLocked() {
  return Boolean(document.getElementById("lock")?.childElementCount);
}

/** Whether a user could press the element now. */
export function isUsable(element) {
  if (element.disabled || element.closest("[inert], [aria-disabled=true]")) return false;
  return element.checkVisibility?.() ?? element.getClientRects().length > 0;
}

/** The first matching element that is usable now. */
export function usable(selector, within = document) {
  return [...within.querySelectorAll(selector)].find(isUsable);
}

/** The usable element labeled with the key; only within a dialog while one is open. */
export function printed(key) {
  return usable(`[data-key="${key}"]`, document.querySelector("dialog[open]") ?? document);
}

/** Presses a button, link or summary. Focuses a field and selects its text, unless it is the amount. */
export function press(element) {
  if (!element?.matches(FIELD)) return element?.click();
  element.focus();
  if (!element.matches("[data-amount]")) element.select?.();
}

export function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Must see every key, including those consumed by a scan or held back. */
export function timeKey({ key, isTrusted, repeat }) {
  const now = performance.now();
  inScan = isTrusted && now - typedAt < SCANNER_MS;
  // A scanner sends Shift with capital letters.
  if (key === "Shift" || repeat) return;
  clearTimeout(alone);
  typedAt = /^[\p{L}\d]$/u.test(key) ? now : -SCANNER_MS;
}

export function pressKey(event) {
  const { key, target } = event;
  if (inScan && key === "Enter" && target.matches("button, a, summary")) return stop(event);
  const field = target.closest?.(FIELD);
  const inAmount = field?.matches("[data-amount]");
  // Names do not begin with - or /; phone numbers may begin with +.
  const operators = !field || inAmount ? /^[-+*/]$/ : !field.value && field.dataset.key === "/" ? /^[-/]$/ : /^$/;
  const chooser = target.closest?.("[data-digits=within]") ?? usable("details[data-digits=''][open], [data-digits='']:not(details)");
  if (/^F\d+$/.test(key)) use(event, printed(key));
  else if (key === "Escape") leave(event, chooser);
  else if (/^Arrow(Up|Down)$/.test(key)) walk(event);
  else if (/^[1-9]$/.test(key) && chooser && (!field || inAmount)) use(event, usable(`[data-digit="${key}"]`, chooser));
  else if (operators.test(key)) {
    // Amounts contain no operators: one that cannot act now is not entered into the field.
    if (inAmount) stop(event);
    use(event, printed(key));
  } else if (/^[\d.,]$/.test(key) && !field) press(usable("[data-amount]"));
}

function use(event, element) {
  if (!element) return;
  stop(event);
  if (event.repeat) return;
  // Scanners also type digits and operators: those submit a form only if no other key is close in time.
  if (event.key.length > 1 || element.type !== "submit" || !event.isTrusted) press(element);
  else if (!inScan || event.target.matches("[data-amount]"))
    alone = setTimeout(() => isUsable(element) && press(element), SCANNER_MS);
}

function leave(event, chooser) {
  if (document.querySelector("dialog[open]")) return;
  if (!chooser?.open) return use(event, printed("Escape"));
  stop(event);
  chooser.open = false;
}

function walk(event) {
  const list = event.target.closest("[data-list]") ?? usable("[data-list]");
  if (!list || event.target.matches("select, textarea, [type=radio]")) return;
  const rows = [...list.querySelectorAll("[data-row]")].filter(isUsable);
  const here = rows.indexOf(event.target.closest("[data-row]"));
  const next = rows[here + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  stop(event);
  next.focus();
}
