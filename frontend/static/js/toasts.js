// Toasts: their duration, the remaining time to undo, and toasts created by the page.
// Toasts created by the page; answers of the server do not remove them.
const own = new Set();

/** Starts a timer for every toast added to the live region. */
export function showToasts(region) {
  if (!region) return;
  const show = () => {
    for (const element of own) if (!element.isConnected) region.append(element);
    region.querySelectorAll("[data-toast]:not([data-timed])").forEach(time);
    uncoverAmount(region);
  };
  new MutationObserver(show).observe(region, { childList: true });
  show();
}

/** Scrolls when a toast covers the amount, on small or zoomed screens. */
function uncoverAmount(region) {
  const amount = document.querySelector("[data-amount]")?.getBoundingClientRect();
  if (!amount || !region.childElementCount) return;
  const over = region.getBoundingClientRect();
  const apart = over.right < amount.left || over.left > amount.right || over.top > amount.bottom;
  if (!apart && over.bottom > amount.top) scrollBy(0, amount.top - over.bottom - 8);
}

export function toast(words) {
  const element = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  element.querySelector("[data-says]").textContent = words;
  own.add(element);
  document.getElementById("toasts").append(element);
}

function time(element) {
  element.dataset.timed = "";
  const end = performance.now() + Number(element.dataset.seconds || 6) * 1000;
  const timer = setInterval(() => {
    const left = (end - performance.now()) / 1000;
    const bar = element.querySelector("[data-left]");
    if (bar) bar.value = Math.max(0, left);
    // Hovering or focusing keeps the toast but does not extend the time to undo.
    if (left <= 0) element.querySelectorAll("[data-undo] button").forEach((button) => (button.disabled = true));
    if (element.isConnected && (left > 0 || element.matches(":hover, :focus-within"))) return;
    clearInterval(timer);
    own.delete(element);
    element.remove();
  }, 250);
}
