// The forms of a page over which somebody signs in belong to the new session from then on.
document.addEventListener("htmx:before:response", ({ detail }) => {
  const token = detail.ctx.response?.headers.get("CSRF-Token");
  if (token) for (const field of document.querySelectorAll("[name=_csrf_token]")) field.value = token;
});
