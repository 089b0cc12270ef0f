// Polls the outcome of unanswered bookings, including those of customers whose card is no longer open.
import { isLocked } from "./keys.js";
import { toast } from "./toasts.js";

const AGAIN_MS = 4000;
const COMMAND = /^\/till\/cards\/([^/]+)\/(.+)$/;
// Address and start time of each poll for a card that is no longer open.
const closed = new Map();
let till;
// Address of the poll for the screen.
let current;
let timer;

export function watchUnanswered(element) {
  till = element;
  document.addEventListener("htmx:before:response", (event) => isOutdated(event.detail.ctx) && event.preventDefault());
  document.addEventListener("htmx:finally:request", ({ detail }) => detail.ctx.orionPoll && polled(detail.ctx));
  document.addEventListener("htmx:after:swap", ({ detail }) => detail.ctx.target === till && (current = undefined));
  addEventListener("online", poll);
}

export function pollFor({ request, sourceElement }) {
  const form = sourceElement.closest("form");
  const { idem, card_id: field } = form?.elements ?? {};
  if (isPoll(request)) current = request.action;
  else if (!idem || request.method !== "POST") return;
  else {
    // Each button of a card has its own address, and with it its own idempotency key.
    const [, card = field?.value, command] = request.action.match(COMMAND) ?? [];
    const query = new URLSearchParams({ ...(command && { command }), ...(card && { card_id: card }) });
    current = `${till.dataset.bookings}${idem.value}?${query}`;
  }
  poll();
}

/** Called when the till moves on. Returns whether the outcome of a booking is unknown. */
export function leaveUnanswered() {
  const address = current ?? document.querySelector("#says [hx-get]")?.getAttribute("hx-get");
  current = undefined;
  if (!address) return false;
  closed.set(address.replace(/\?|$/, "/outcome?"), Date.now());
  toast(till.dataset.unknown);
  pollLater();
  return true;
}

function poll() {
  const [address, since] = current ? [current] : ([...closed][0] ?? []);
  if (!address) return;
  if (isLocked() || !navigator.onLine) return pollLater();
  const values = since && { waited: Math.round((Date.now() - since) / 1000) };
  window.htmx.ajax("GET", address, { target: since ? "#toasts" : "#says", values, orionPoll: address });
}

function pollLater() {
  clearTimeout(timer);
  timer = setTimeout(poll, AGAIN_MS);
}

function polled({ orionPoll, response }) {
  const since = closed.get(orionPoll);
  closed.delete(orionPoll);
  if (![200, 404].includes(response?.status)) since && closed.set(orionPoll, since);
  else if (current === orionPoll) current = undefined;
  pollLater();
}

/** Whether the answer is outdated: it would replace the card that is open now. */
function isOutdated({ request, sourceElement, orionPoll }) {
  if (!isPoll(request)) return false;
  return orionPoll ? orionPoll !== current && !closed.has(orionPoll) : !sourceElement.isConnected;
}

export function isPoll({ action }) {
  return action.startsWith(till.dataset.bookings);
}
