// Finds the marked sentences of the page (i18n/marks.py) and shows what their catalog says of them.
const TOKEN = /\u2062([\u2061\u2064]{13})|\u2063/gu;
const MARKS = /[\u2061-\u2064]/gu;
const HERE = "data-strings-here";

const [open, dialog, all, none, waiting, list, entry, row] = ["open", "dialog", "all", "none", "waiting", "list", "entry", "row"].map((name) =>
  document.querySelector(`[data-strings=${name}]`));

/** The sentences in a text, each with its number, in the order in which they end. */
function found(text, where = "") {
  const sentences = [], opened = [];
  for (const { 0: token, 1: digits, index } of text.matchAll(TOKEN)) {
    if (digits) opened.push([parseInt(digits.replaceAll("\u2061", "0").replaceAll("\u2064", "1"), 2), index + token.length]);
    else if (opened.length) {
      const [number, start] = opened.pop();
      sentences.push({ number, where, text: text.slice(start, index).replace(MARKS, "").replace(/\s+/g, " ").trim() });
    }
  }
  return sentences;
}

function inAttributes(element) {
  return [...element.attributes].flatMap(({ name, value }) => found(value, name));
}

/** All within the element, attributes and templates included, each once. */
function within(root) {
  const elements = [root, ...root.querySelectorAll("*")];
  const templates = elements.filter(({ content }) => content instanceof DocumentFragment).flatMap(({ content }) => within(content));
  const attributes = elements.flatMap((element) => element.attributes ? inAttributes(element) : []);
  const sentences = [...found(root.textContent), ...attributes, ...templates];
  return [...new Map(sentences.map((sentence) => [JSON.stringify(sentence), sentence])).values()];
}

/** The smallest element at the point that has a sentence. */
function at(x, y) {
  for (let element = document.elementFromPoint(x, y); element; element = element.parentElement)
    if (found(element.textContent).length || within(element).length) return element;
  return null;
}

function point(element) {
  document.querySelector(`[${HERE}]`)?.removeAttribute(HERE);
  element?.setAttribute(HERE, "");
}

function show(sentences) {
  entry.replaceChildren();
  none.hidden = sentences.length > 0;
  list.replaceChildren(...sentences.map(rowOf));
  if (!dialog.open) dialog.showModal();
}

function rowOf(sentence) {
  const item = row.content.cloneNode(true);
  item.querySelector("[data-says]").textContent = sentence.text;
  item.querySelector("[data-where]").textContent = sentence.where;
  item.querySelector("button").addEventListener("click", () => showEntry(sentence));
  return item;
}

async function showEntry({ number, text }) {
  show([]);
  none.hidden = true;
  all.hidden = waiting.hidden = false;
  const asked = new URLSearchParams({ language: document.documentElement.lang, length: [...text].length });
  const answer = await fetch(`/_strings/${number}?${asked}`);
  waiting.hidden = true;
  entry.innerHTML = answer.ok ? await answer.text() : "";
  none.hidden = answer.ok;
  dialog.querySelector("h2").focus();
}

function showAll() {
  all.hidden = true;
  show(within(document.documentElement));
}

open.addEventListener("click", showAll);
all.addEventListener("click", showAll);
addEventListener("pointermove", ({ altKey, clientX, clientY }) => point(altKey && !dialog.open ? at(clientX, clientY) : null), true);
addEventListener("keyup", ({ key }) => key === "Alt" && point(null), true);
addEventListener("blur", () => point(null));
// Not with the click, which a disabled button has not.
addEventListener("pointerdown", (event) => {
  if (!event.altKey || dialog.contains(event.target)) return;
  event.preventDefault();
  const element = at(event.clientX, event.clientY), sentences = element ? within(element) : [];
  point(null);
  all.hidden = false;
  if (sentences.length === 1) showEntry(sentences[0]);
  else show(sentences);
}, true);
for (const name of ["mousedown", "mouseup", "click"])
  addEventListener(name, (event) => {
    if (!event.altKey || !event.isTrusted || dialog.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
