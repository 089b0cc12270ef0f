// Toasts: how long they stay, what is left of the time to undo, and words from the page itself.
const TICK_MS = 250;

/** Time every toast that the server or the page puts into the live region. */
export function showToasts(region) {
  if (!region) return;
  const start = () => region.querySelectorAll("[data-toast]:not([data-timed])").forEach(time);
  new MutationObserver(start).observe(region, { childList: true });
  start();
}

/** A toast from the page's template with the words given. */
export function toast(words) {
  const copy = document.getElementById("toast")?.content.cloneNode(true);
  if (!copy) return;
  copy.querySelector("[data-says]").textContent = words;
  document.getElementById("toasts").append(copy);
}

function time(element) {
  element.dataset.timed = "";
  const end = performance.now() + Number(element.dataset.seconds || 6) * 1000;
  const timer = setInterval(() => {
    const left = (end - performance.now()) / 1000;
    const bar = element.querySelector("[data-left]");
    if (bar) bar.value = Math.max(0, left);
    // The time to undo runs on; a toast that is being read or used stays until it is left.
    if (left <= 0) element.querySelectorAll("[data-undo] button").forEach((button) => (button.disabled = true));
    if (element.isConnected && (left > 0 || element.matches(":hover, :focus-within"))) return;
    clearInterval(timer);
    element.remove();
  }, TICK_MS);
}
