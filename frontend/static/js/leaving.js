// Reports entered values that are lost when the till moves on.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";
import { leaveUnanswered, isPoll } from "./unanswered.js";

const WATCHED = "input:not([type=hidden], [type=password], [data-amount]), textarea";
let till;

export function watchLeaving(element) {
  till = element;
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
  return target === till && !isPoll(request) && (request.method === "GET" || sourceElement.id === till.dataset.scanForm);
}

function isLeft({ ctx, tasks }) {
  return leads(ctx) && tasks.some(({ type }) => type === "main");
}

/**
 * A new page (language, store, reload) would remove the toast, so the browser asks. A locked till does not ask, nor one
 * without htmx: there the browser itself sends what is left.
 */
function askBeforeLosing(event) {
  if (window.htmx && !isLocked() && (typedAmount() || halfFilled().length)) event.preventDefault();
}

function typedAmount(within = till) {
  return within.querySelector("[data-amount]")?.value.trim();
}

/** Excludes the form with an entered amount, which has its own message. */
function halfFilled() {
  const isTyped = (field) => field.defaultValue !== field.value;
  const holds = (form) => "typed" in form.dataset || [...form.querySelectorAll(WATCHED)].some(isTyped);
  return [...till.querySelectorAll("form[data-dropped]")].filter((form) => holds(form) && !typedAmount(form));
}
