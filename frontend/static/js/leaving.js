// The till goes on to something else: what was typed is lost, but never without a word.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";
import { goOn, isAboutBooking } from "./unanswered.js";

const WATCHED = "input:not([type=hidden], [type=password], [data-amount]), textarea";
let till;

export function watchLeaving(element) {
  till = element;
  document.addEventListener("htmx:before:swap", ({ detail }) => isLeft(detail) && leave());
  addEventListener("beforeunload", askBeforeLosing);
}

/** By whatever key. What got no answer may be recorded all the same. */
export function leave() {
  if (goOn()) return;
  const amount = typedAmount();
  if (amount) toast(till.dataset.dropped.replace("{amount}", amount));
  for (const words of new Set(halfFilled().map((form) => form.dataset.dropped))) toast(words);
}

function isLeft({ ctx, tasks }) {
  const leads = ctx.request.method === "GET" || ctx.sourceElement.id === till.dataset.scanForm;
  return leads && !isAboutBooking(ctx.request) && ctx.target === till && tasks.some(({ type }) => type === "main");
}

/** Another language, another store, a reload: no toast outlives the page, so the browser asks. Who is locked out may go. */
function askBeforeLosing(event) {
  if (!isLocked() && (typedAmount() || halfFilled().length)) event.preventDefault();
}

function typedAmount() {
  return till.querySelector("[data-amount]")?.value.trim();
}

/** Without the form of a typed amount, which says what is lost. */
function halfFilled() {
  const isTyped = (field) => field.defaultValue !== field.value;
  const holds = (form) => "typed" in form.dataset || [...form.querySelectorAll(WATCHED)].some(isTyped);
  const forms = [...till.querySelectorAll("form[data-dropped]")].filter(holds);
  return forms.filter((form) => !form.querySelector("[data-amount]")?.value.trim());
}
