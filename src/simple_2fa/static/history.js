// A page that answers a form takes the place of the page with the form in the browser's history: to
// come back to it, or to load it again, sends nothing.
export function standForForm() {
  if (!document.querySelector("[data-answers]")) return;
  const form = document.referrer.startsWith(`${location.origin}/`) ? document.referrer : location.href;
  history.replaceState(null, "", form);
}
