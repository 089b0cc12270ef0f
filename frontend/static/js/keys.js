// Function keys and number-pad operators press what is printed with them. Letters never do: a scan types letters.
export const FIELD = "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), select, textarea";

const SCANNER_MS = 150; // no scanner waits longer between two keys
let typedAt = -SCANNER_MS; // when the last key was, if it was a letter or a digit
let inScan; // this key came as fast after one as a scanner types
let alone; // the timer of a key that nothing has followed yet

/** Whether the PIN or the password is being asked for. */
export function isLocked() {
  return Boolean(document.getElementById("lock")?.childElementCount);
}

/** Whether a person could press it now. */
export function isUsable(element) {
  if (element.disabled || element.closest("[inert], [aria-disabled=true]")) return false;
  return element.checkVisibility?.() ?? element.getClientRects().length > 0;
}

/** The first that matches and could be used now. */
export function usable(selector, within = document) {
  return [...within.querySelectorAll(selector)].find(isUsable);
}

/** What shows this key; an open dialog hides what is behind it. */
export function printed(key) {
  return usable(`[data-key="${key}"]`, document.querySelector("dialog[open]") ?? document);
}

/** Press a button, link or summary; a field gets the focus, to be written anew unless it is a half-typed amount. */
export function press(element) {
  if (!element?.matches(FIELD)) return element?.click();
  element.focus();
  if (!element.matches("[data-amount]")) element.select?.();
}

export function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Told of every key, also of those that a card's code or a held-back key takes: what ends a scan ends it here too. */
export function timeKey({ key, isTrusted, repeat }) {
  const now = performance.now();
  inScan = isTrusted && now - typedAt < SCANNER_MS;
  if (key === "Shift" || repeat) return; // a scanner's capital letters come with it
  clearTimeout(alone);
  typedAt = /^[\p{L}\d]$/u.test(key) ? now : -SCANNER_MS;
}

export function pressKey(event) {
  const { key, target } = event;
  if (inScan && key === "Enter" && target.matches("button, a, summary")) return stop(event);
  const field = target.closest?.(FIELD);
  const inAmount = field?.matches("[data-amount]");
  // No name begins with - or /; a phone number may begin with +.
  const operators = !field || inAmount ? /^[-+*/]$/ : !field.value && field.dataset.key === "/" ? /^[-/]$/ : /^$/;
  const chooser = target.closest?.("[data-digits=within]") ?? usable("details[data-digits=''][open], [data-digits='']:not(details)");
  if (/^F\d+$/.test(key)) use(event, printed(key));
  else if (key === "Escape") leave(event, chooser);
  else if (/^Arrow(Up|Down)$/.test(key)) walk(event);
  else if (/^[1-9]$/.test(key) && chooser && (!field || inAmount)) use(event, usable(`[data-digit="${key}"]`, chooser));
  else if (operators.test(key)) {
    // No amount has an operator in it: one that cannot act now is not left in the field.
    if (inAmount) stop(event);
    use(event, printed(key));
  } else if (/^[\d.,]$/.test(key) && !field) press(usable("[data-amount]"));
}

function use(event, element) {
  if (!element) return;
  stop(event);
  if (event.repeat) return;
  // A scanner types digits and operators too: they move value only where no other key stands beside them.
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
