// No connection, or an answer that is not Orion's: what is on the page stays, and is told so.
export function watchAnswers() {
  document.addEventListener("htmx:before:response", (event) => isForeign(event.detail.ctx) && loseAnswer(event));
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && tell(detail.ctx.sourceElement.closest("form")));
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

/** Beside the form that was sent. The till tells it in a place of its own, unless the lock lies over that. */
function tell(form) {
  if (!form || (document.querySelector("[data-till]") && !form.closest("#lock"))) return;
  form.querySelector("[data-away]")?.remove();
  form.prepend(document.getElementById("away").content.cloneNode(true));
}
