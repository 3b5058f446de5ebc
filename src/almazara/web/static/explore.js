// Dash's live pictures take the places of the server's, each once it is drawn, and are as wide and high: nothing moves.
document.cookie = `esquema=${matchMedia("(prefers-color-scheme: dark)").matches ? "oscuro" : "claro"};path=/;SameSite=Lax`;
const root = document.getElementById("react-entry-point");
const put = () => {
  for (const live of root.querySelectorAll("[data-live]")) {
    const place = document.querySelector(`[data-figure="${live.dataset.live}"] .picture`);
    live.style.height ||= `${place.clientHeight}px`;
    if (live.querySelector(".main-svg .trace")) place.replaceChildren(live);
  }
};
new MutationObserver(put).observe(root, { subtree: true, childList: true });
