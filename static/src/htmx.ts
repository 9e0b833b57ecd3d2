/** htmx, as the one global that its extensions and our modules share; the page's meta tag configures it. */
import htmx from "htmx.org";

/** The token that Django wants with every request that changes something. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  const { detail } = event as CustomEvent<{ verb: string; headers: Record<string, string> }>;
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrfToken();
});

export default htmx;
