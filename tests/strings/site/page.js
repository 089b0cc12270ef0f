"use strict";
const { languages, sizes, sentences } = JSON.parse(document.querySelector("#data").textContent);
const AT_ONCE = 40, AROUND = 60, WIDEST = 960;
const one = (selector, root = document) => root.querySelector(selector);
const list = one("#list"), template = one("#row"), filters = one("#filters"), more = one("#more");
const option = (text, value) => Object.assign(document.createElement("option"), { textContent: text, value });
const folderOf = (file) => file.split("/").slice(0, 2).join("/");

for (const [code, name] of Object.entries(languages)) one("#language").append(option(name, code));
for (const folder of [...new Set(sentences.flatMap(({ files }) => files.map(folderOf)))].sort()) one("#folder").append(option(folder, folder));
for (const each of sentences)
  each.searched = [...each.english, each.context, each.comment, ...Object.values(each.texts).flat(), each.stop ?? "", each.page ?? "", ...each.files]
    .join("\n").toLowerCase();

const isMissing = ({ texts }, language) => (language ? [language] : Object.keys(languages)).some((code) => !texts[code].length);
const STATES = {
  "": () => true,
  untranslated: isMissing,
  limited: ({ max }) => Boolean(max),
  unlocated: ({ picture }) => !picture,
};
let found = [], shown = 0;

const add = (parent, tag, text, attributes = {}) => {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
};
const zoom = (link, { picture, box, stop }) => {
  const [width, height] = sizes[picture], [left, top, boxWidth, boxHeight] = box;
  const room = Math.min(WIDEST, list.clientWidth - 40);
  const wide = Math.min(width, Math.max(boxWidth + 2 * AROUND, Math.min(room, width)));
  const scale = Math.min(1, room / wide);
  const x = Math.max(0, Math.min(left - (wide - boxWidth) / 2, width - wide));
  const high = Math.min(height, Math.min(boxHeight, 600) + 2 * AROUND), y = Math.max(0, Math.min(top - AROUND, height - high));
  const crop = one(".crop", link), frame = one(".box", link), pixels = (value) => `${Math.round(value * scale)}px`;
  Object.assign(crop.style, {
    width: pixels(wide), height: pixels(high), backgroundImage: `url("pictures/${picture}")`,
    backgroundSize: `${pixels(width)} ${pixels(height)}`, backgroundPosition: `-${pixels(x)} -${pixels(y)}`,
  });
  Object.assign(frame.style, { left: pixels(left - x - 6), top: pixels(top - y - 6), width: pixels(boxWidth + 12), height: pixels(boxHeight + 12) });
  crop.setAttribute("aria-label", `Picture of ${stop}`);
  link.href = `pictures/${picture}`;
};
const placeOf = ({ page, stop, kind, hidden, specimen }) => [
  stop, page, kind && `in ${kind}`, hidden && "not visible", specimen && "shown by itself, in the same component",
].filter(Boolean).join(" · ");
const row = (each, language) => {
  const item = template.content.cloneNode(true), texts = one(".texts", item), figure = one("figure", item);
  one(".english", item).textContent = each.english.join("\n");
  one(".about", item).textContent = [
    each.context && `Context: ${each.context}`, each.comment, each.max && `at most ${each.max} characters`, each.files.join(", "),
  ].filter(Boolean).join(" · ");
  for (const code of language ? [language] : Object.keys(languages)) {
    add(texts, "dt", languages[code]);
    if (each.texts[code].length) add(texts, "dd", each.texts[code].join("\n"), { lang: code });
    else add(texts, "dd", "not translated", { class: "missing" });
  }
  if (each.picture) {
    zoom(one(".picture", figure), each);
    one("figcaption", figure).textContent = placeOf(each);
  } else figure.remove();
  return item;
};
const showMore = () => {
  const language = one("#language").value, from = shown;
  list.append(...found.slice(shown, shown + AT_ONCE).map((each) => row(each, language)));
  shown = Math.min(shown + AT_ONCE, found.length);
  more.hidden = shown >= found.length;
  return list.children[from];
};
const filter = () => {
  const words = one("#query").value.toLowerCase().split(/\s+/).filter(Boolean), folder = one("#folder").value;
  const language = one("#language").value, isOfState = STATES[one("#state").value];
  found = sentences.filter((each) => words.every((word) => each.searched.includes(word)) && isOfState(each, language)
    && (!folder || each.files.some((file) => folderOf(file) === folder)));
  one("#count").textContent = `${found.length} of ${sentences.length} sentences`;
  list.replaceChildren();
  shown = 0;
  showMore();
};

filters.addEventListener("input", filter);
filters.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", () => {
  const first = showMore();
  first?.setAttribute("tabindex", "-1");
  first?.focus();
});
filter();
