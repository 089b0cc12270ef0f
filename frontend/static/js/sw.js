// Caches the static shell and the offline page in each language. Stores nothing personal but the language of the page
// that was shown last, and queues no requests.
const shell = ["SHELL"];
const name = "shell-" + shell.join("").length + "-" + shell.map((url) => url.split(".").at(-2)).join("");
const reader = "reader";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (keys) => keys.filter((key) => key !== name && key !== reader).map((key) => caches.delete(key));
  event.waitUntil(caches.keys().then((keys) => Promise.all(old(keys))).then(() => self.clients.claim()));
});

addEventListener("message", (event) => {
  event.waitUntil(caches.open(reader).then((cache) => cache.put("/language", new Response(event.data))));
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
  const told = await caches.match("/language");
  const language = told ? await told.text() : navigator.language.slice(0, 2);
  return (await caches.match("/offline?lang=" + language)) || caches.match(shell[0]);
}
