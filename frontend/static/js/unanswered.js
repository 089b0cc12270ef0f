// A booking that got no answer: whether it was recorded is asked until it is known, also when its customer has gone.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";

const AGAIN_MS = 4000;
const gone = new Map(); // where to ask about those who have gone, and since when
let till;
let here; // where to ask about what is still on the screen
let timer;

export function watchUnanswered(element) {
  till = element;
  document.addEventListener("htmx:before:response", (event) => isTooLate(event.detail.ctx) && event.preventDefault());
  document.addEventListener("htmx:finally:request", ({ detail }) => detail.ctx.orionAsks && heard(detail.ctx));
  document.addEventListener("htmx:after:swap", ({ detail }) => detail.ctx.target === till && (here = undefined));
  addEventListener("online", ask);
}

export function askAbout({ request, sourceElement }) {
  const form = sourceElement.closest("form");
  const { idem, card_id: field } = form?.elements ?? {};
  if (isAboutBooking(request)) here = request.action;
  else if (!idem || request.method !== "POST") return;
  else {
    // Each button of the card's form books under a key of its own.
    const { name, value } = request.submitter ?? {};
    const key = idem.value + (name === "deed" ? `.${value}` : "");
    const card = field?.value ?? form.action.match(/[\da-f-]{36}/)?.[0];
    here = till.dataset.bookings + key + (card ? `?card_id=${card}` : "");
  }
  ask();
}

/** The till goes on to something else. Returns whether something is not known yet. */
export function goOn() {
  const address = here ?? document.querySelector("#says [hx-get]")?.getAttribute("hx-get");
  here = undefined;
  if (!address) return false;
  gone.set(address.replace(/\?|$/, "/outcome?"), Date.now());
  toast(till.dataset.unknown);
  askLater();
  return true;
}

function ask() {
  const [address, since] = here ? [here] : ([...gone][0] ?? []);
  if (!address) return;
  if (isLocked() || !navigator.onLine) return askLater();
  const values = since && { waited: Math.round((Date.now() - since) / 1000) };
  window.htmx.ajax("GET", address, { target: since ? "#toasts" : "#says", values, orionAsks: address });
}

function askLater() {
  clearTimeout(timer);
  timer = setTimeout(ask, AGAIN_MS);
}

function heard({ orionAsks, response }) {
  const since = gone.get(orionAsks);
  gone.delete(orionAsks);
  if (![200, 404].includes(response?.status)) since && gone.set(orionAsks, since); // the others come first
  else if (here === orionAsks) here = undefined;
  askLater();
}

/** The card that was open then would cover the one that is open now. */
function isTooLate({ request, sourceElement, orionAsks }) {
  if (!isAboutBooking(request)) return false;
  return orionAsks ? orionAsks !== here && !gone.has(orionAsks) : !sourceElement.isConnected;
}

export function isAboutBooking({ action }) {
  return action.startsWith(till.dataset.bookings);
}
