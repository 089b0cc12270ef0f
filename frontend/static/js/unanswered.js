// Polls the outcome of unanswered bookings, including those of customers whose card is no longer open.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";

const AGAIN_MS = 4000;
const COMMAND = /^\/till\/cards\/([^/]+)\/(.+)$/;
// Address and start time of each poll for a card that is no longer open.
const gone = new Map();
let till;
// Address of the poll for the screen.
let here;
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
    // Each button of a card has its own address, and with it its own idempotency key.
    const [, card = field?.value, command] = request.action.match(COMMAND) ?? [];
    const query = new URLSearchParams({ ...(command && { command }), ...(card && { card_id: card }) });
    here = `${till.dataset.bookings}${idem.value}?${query}`;
  }
  ask();
}

/** Called when the till moves on. Returns whether the outcome of a booking is unknown. */
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
  if (![200, 404].includes(response?.status)) since && gone.set(orionAsks, since);
  else if (here === orionAsks) here = undefined;
  askLater();
}

/** Whether the answer is outdated: it would replace the card that is open now. */
function isTooLate({ request, sourceElement, orionAsks }) {
  if (!isAboutBooking(request)) return false;
  return orionAsks ? orionAsks !== here && !gone.has(orionAsks) : !sourceElement.isConnected;
}

export function isAboutBooking({ action }) {
  return action.startsWith(till.dataset.bookings);
}
