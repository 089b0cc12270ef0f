// Behavior of every page. README.md lists the attributes shared with the templates.
import { watchAnswers } from "./answers.js";
import { usable } from "./keys.js";
import { startTill } from "./till.js";
import { showToasts } from "./toasts.js";

const root = document.documentElement;

root.dataset.js = "";
document.addEventListener("htmx:after:swap", ({ detail }) => placeFocus(detail.ctx.target));
document.addEventListener("htmx:config:request", ({ detail }) => takeAddress(detail.ctx.request));
document.addEventListener("paste", (event) => event.target.closest("[data-no-paste]") && event.preventDefault());
document.addEventListener("submit", (event) => event.submitter?.name === "theme" && setTheme(event));
document.addEventListener("click", ({ target }) => typeOnPad(target.closest("[data-pad] button")));
// After a choice with the arrow keys the focus stays, for the next one.
document.addEventListener("change", ({ target }) => target.matches("[data-then]:not(:focus-visible)") && document.getElementById(target.dataset.then)?.focus());

showToasts(document.getElementById("toasts"));
watchAnswers();
startTill(document.querySelector("[data-till]"));
placeFocus(document.body);
if (document.body.dataset.sw) navigator.serviceWorker?.register(document.body.dataset.sw);

/** Sends the form to the address of the pressed button, as the browser does without htmx. */
function takeAddress(request) {
  request.action = request.submitter?.getAttribute("formaction") ?? request.action;
}

/** After each swap focuses the first invalid field, or else the element marked for it. */
function placeFocus(within) {
  const lost = () => document.activeElement === document.body;
  const scope = within?.isConnected ? within : document.body;
  const next = firstFocus(scope) ?? (lost() && firstFocus(document.body));
  if (next) next.focus();
  // Not what somebody has begun to type there.
  if (next?.value && next.value === next.defaultValue) next.select?.();
  if (!lost() || scope === document.body) return;
  scope.tabIndex = -1;
  scope.focus({ preventScroll: true });
}

function firstFocus(scope) {
  const fine = matchMedia("(pointer: fine)").matches && usable("[data-autofocus=fine]", scope);
  return usable("[aria-invalid=true]", scope) ?? (fine || usable("[data-autofocus=always]", scope));
}

/** Submitting the form would reload the page and lose entered values. */
function setTheme(event) {
  event.preventDefault();
  const { submitter, target } = event;
  const body = new URLSearchParams(new FormData(target));
  body.set("theme", submitter.value);
  fetch(target.action, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
  if (submitter.value === "system") delete root.dataset.theme;
  else root.dataset.theme = submitter.value;
  for (const button of target.elements.theme) button.setAttribute("aria-pressed", button === submitter);
}

function typeOnPad(button) {
  const input = button && document.getElementById(button.closest("[data-pad]").dataset.pad);
  if (!input) return;
  input.value = "back" in button.dataset ? input.value.slice(0, -1) : input.value + (button.dataset.digit ?? "");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
