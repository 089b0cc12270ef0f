// The editor of a text: inserts variables, and shows the preview while somebody writes. README.md lists the attributes.
const form = document.querySelector("form[data-preview]");
const show = form.querySelector("[data-show]");
let source = form.elements.body;
let frameCount = 0;

form.addEventListener("focusin", ({ target }) => {
  if (target.matches("input.code, textarea.code")) source = target;
});
// What was written before the scripts had come is checked, too.
setTimeout(() => {
  const isWritten = ({ value, defaultValue }) => value !== defaultValue;
  [...form.querySelectorAll(".code")].find(isWritten)?.dispatchEvent(new Event("input", { bubbles: true }));
});
form.addEventListener("click", ({ target }) => insert(target.closest("[data-insert]")));
document.addEventListener("htmx:after:swap", () => document.querySelector("#checked[data-fine]") && renew());

function insert(button) {
  if (!button) return;
  source.setRangeText(button.dataset.insert, source.selectionStart, source.selectionEnd, "end");
  source.focus();
  source.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Loads a new frame behind the old one: nothing flickers, and the history of the browser gets no entries. */
function renew() {
  const frames = [...form.querySelectorAll("iframe")];
  const next = frames[0].cloneNode();
  next.removeAttribute("src");
  next.hidden = true;
  next.name = show.formTarget = `preview-${++frameCount}`;
  frames.at(-1).after(next);
  form.requestSubmit(show);
  next.addEventListener("load", () => {
    next.hidden = false;
    for (const frame of frames) frame.remove();
  });
}
