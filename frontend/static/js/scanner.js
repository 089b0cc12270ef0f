// Recognizes card codes typed by a scanner by their check letter, independent of the speed.
const ALPHABET = "BCDFGHJKLNPRSTVX";
const LENGTH = 16;
// The symbology identifier that some scanners send before a code.
const SYMBOLOGY = /^\s*\][a-z]\w/i;
const SEPARATORS = /[\p{Z}\p{C}\p{Pd}\u034f\ufe00-\ufe0f\u2212._·•\u2024]/gu;
const SILENT = ["Shift", "CapsLock", "NumLock", "AltGraph"];
const typed = [];

/** The stored form of a code in any case and grouping, as in backend/loyalty/cards/code.py; null when invalid. */
export function normalize(text) {
  const code = text.replace(SYMBOLOGY, "").replace(SEPARATORS, "").toUpperCase();
  const values = [...code].map((letter) => ALPHABET.indexOf(letter));
  if (values.length !== LENGTH || values.includes(-1)) return null;
  let [total, weight] = [0, 3];
  for (const value of values.slice(0, -1)) {
    total ^= times(weight, value);
    weight = times(weight, 2);
  }
  return total === values.at(-1) ? code : null;
}

/** Product in GF(16), x⁴ + x + 1. */
function times(left, right) {
  let product = 0;
  for (; right; right >>= 1) {
    if (right & 1) product ^= left;
    left <<= 1;
    if (left & 16) left ^= 19;
  }
  return product;
}

/** Keeps the last sixteen characters and the previous content of their fields. */
export function remember(event) {
  if (SILENT.includes(event.key)) return;
  if (event.key.length > 1 || event.ctrlKey || event.altKey || event.metaKey) typed.length = 0;
  else typed.push({ letter: event.key, field: event.target, before: event.target.value });
  if (typed.length > LENGTH + 3) typed.shift();
}

/** Returns the code formed by the last sixteen keys and restores the fields; null when they form no code. */
export function takeScan() {
  const keys = typed.splice(0);
  const text = keys.map((key) => key.letter).join("");
  const code = normalize(text.slice(-LENGTH));
  if (code) keys.slice(SYMBOLOGY.test(text) ? 0 : -LENGTH).reverse().forEach(takeBack);
  return code;
}

function takeBack({ field, before }) {
  if (before === undefined || field.value === before) return;
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
