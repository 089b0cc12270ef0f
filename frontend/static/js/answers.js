// No connection, or an answer that is not Orion's: what is on the page stays, and is told so.
export function watchAnswers() {
  document.addEventListener("htmx:before:response", (event) => isForeign(event.detail.ctx) && loseAnswer(event));
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && tell(detail.ctx));
  document.addEventListener("htmx:before:request", () => document.querySelector("[data-away]")?.remove());
}

/** As if nothing had come. */
export function loseAnswer(event) {
  const { ctx } = event.detail;
  event.preventDefault();
  delete ctx.response;
  document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx } }));
}

/** What does not come from Orion, such as a gateway's page, is no answer. */
function isForeign({ response }) {
  return !response.headers.has("Orion");
}

/** Where it was pressed. The till tells it in a place of its own, unless the lock lies over that. */
function tell({ sourceElement, sourceEvent }) {
  const isAtTill = document.querySelector("[data-till]") && !sourceElement.closest("#lock");
  if (isAtTill || !/^(click|submit)$/.test(sourceEvent?.type)) return;
  const note = document.getElementById("away")?.content.cloneNode(true);
  if (note) sourceElement.closest("form, main")?.prepend(note);
}
