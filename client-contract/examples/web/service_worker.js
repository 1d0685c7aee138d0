// Keeps the app's own files, so that it opens without a network. The build fills in the two constants. A new version waits until all tabs of the
// old one are closed: tabs talk to each other, so they have to be of one version.
const FILES = [];
const VERSION = "development";

const CACHE = `study-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("study-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
