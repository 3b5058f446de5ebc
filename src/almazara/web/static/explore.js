// Dash's live pictures take the places of the server's, each once it is drawn; nothing moves, since both are as high.
document.cookie = `esquema=${matchMedia("(prefers-color-scheme: dark)").matches ? "oscuro" : "claro"};path=/;SameSite=Lax`;
const put = () => {
  for (const live of document.querySelectorAll("[data-live]")) {
    const place = document.querySelector(`[data-figure="${live.dataset.live}"] .picture`);
    if (place && live.querySelector(".js-plotly-plot .main-svg .plot")) place.replaceChildren(live);
  }
};
new MutationObserver(put).observe(document.getElementById("react-entry-point"), { subtree: true, childList: true });
