// Caches the static shell and the offline page in each language. Stores no personal data and queues no requests.
const shell = ["SHELL"];
const name = "shell-" + shell.join("").length + "-" + shell.map((url) => url.split(".").at(-2)).join("");
// A page in another language registers another address.
const language = new URL(location).searchParams.get("lang");

addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (keys) => keys.filter((key) => key !== name).map((key) => caches.delete(key));
  event.waitUntil(caches.keys().then((keys) => Promise.all(old(keys))).then(() => self.clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(offline));
  } else if (new URL(request.url).pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});

async function offline() {
  return (await caches.match("/offline?lang=" + language)) || caches.match(shell[0]);
}
