// Reports entered values that are lost when the till moves on.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";
import { leaveUnanswered, isPoll } from "./unanswered.js";

const WATCHED = "input:not([type=hidden], [type=password], [data-amount]), textarea";
let till;
// Whether the browser itself sends a form, before htmx.
let sends;

export function watchLeaving(element) {
  till = element;
  addEventListener("submit", (event) => (sends = !event.defaultPrevented && till.contains(event.target)));
  document.addEventListener("htmx:before:swap", ({ detail }) => isLeft(detail) && leave());
  addEventListener("beforeunload", askBeforeLosing);
}

/** Values of an unanswered booking are not reported as lost: it may have been recorded. */
export function leave() {
  if (leaveUnanswered()) return;
  const amount = typedAmount();
  if (amount) toast(till.dataset.dropped.replace("{amount}", amount));
  for (const words of new Set(halfFilled().map((form) => form.dataset.dropped))) toast(words);
}

/** Whether the request is to show another state of the till. */
export function leads({ request, sourceElement, target }) {
  const asks = request.method === "GET" || sourceElement.id === till.dataset.scanForm;
  return asks && !isPoll(request) && target === till;
}

function isLeft({ ctx, tasks }) {
  return leads(ctx) && tasks.some(({ type }) => type === "main");
}

/** A new page (language, store, reload) would remove the toast, so the browser asks. A locked till does not ask. */
function askBeforeLosing(event) {
  if (!sends && !isLocked() && (typedAmount() || halfFilled().length)) event.preventDefault();
}

function typedAmount() {
  return till.querySelector("[data-amount]")?.value.trim();
}

/** Excludes the form with an entered amount, which has its own message. */
function halfFilled() {
  const isTyped = (field) => field.defaultValue !== field.value;
  const holds = (form) => "typed" in form.dataset || [...form.querySelectorAll(WATCHED)].some(isTyped);
  const forms = [...till.querySelectorAll("form[data-dropped]")].filter(holds);
  return forms.filter((form) => !form.querySelector("[data-amount]")?.value.trim());
}
