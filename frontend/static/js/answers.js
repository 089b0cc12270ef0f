// Handles failed requests and answers that are not Orion's: the page stays and shows a note.
export function watchAnswers() {
  document.addEventListener("htmx:before:response", (event) => isForeign(event.detail.ctx) && failRequest(event));
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && showNote(detail.ctx));
  document.addEventListener("htmx:before:request", () => document.querySelector("[data-away]")?.remove());
}

/** Treats the response as a failed request. */
export function failRequest(event) {
  const { ctx } = event.detail;
  event.preventDefault();
  delete ctx.response;
  document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx } }));
}

/** Whether the response comes from something else, such as a gateway. */
function isForeign({ response }) {
  return !response.headers.has("Orion");
}

/** Shows the note in the submitted form. The till has its own place for it, unless the lock covers that. */
function showNote({ sourceElement }) {
  if (document.querySelector("[data-till]") && !sourceElement.closest("#lock")) return;
  const note = document.getElementById("away")?.content.cloneNode(true);
  if (note) sourceElement.closest("form")?.prepend(note);
}
