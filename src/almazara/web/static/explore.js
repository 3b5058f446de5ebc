// Dash's live pictures take the places of the server's, each once it is drawn: as wide and high, so that nothing moves.
const asked = { esquema: matchMedia("(prefers-color-scheme: dark)").matches ? "oscuro" : "claro",
  ancho: document.querySelector("main figure")?.clientWidth < 576 ? "estrecho" : "ancho" };
for (const [name, value] of Object.entries(asked)) document.cookie = `${name}=${value};path=/;SameSite=Lax`;
const root = document.getElementById("react-entry-point");
const ranges = plot => [plot.layout.xaxis.range, plot.layout.yaxis.range].map(String);
// The ticks are those of the whole picture: who looks closer at a part of it gets those that Plotly finds.
const watch = plot => {
  const whole = ranges(plot);
  plot.on("plotly_relayout", () => {
    const modes = ranges(plot).map((range, at) => range === whole[at] ? "array" : "auto");
    const { xaxis, yaxis } = plot.layout;
    if (modes[0] !== xaxis.tickmode || modes[1] !== yaxis.tickmode)
      Plotly.relayout(plot, { "xaxis.tickmode": modes[0], "yaxis.tickmode": modes[1] });
  });
};
const figure = key => document.querySelector(`[data-figure="${key}"]`);
const near = new IntersectionObserver(seen => {
  for (const { target, isIntersecting } of seen)
    if (isIntersecting) {
      near.unobserve(target);
      root.querySelector(`[data-near="${target.dataset.figure}"]`).click();
    }
}, { rootMargin: "50%" });
new MutationObserver(() => {
  for (const wanted of root.querySelectorAll("[data-near]:not([data-watched])")) {
    wanted.dataset.watched = "";
    near.observe(figure(wanted.dataset.near));
  }
  for (const live of root.querySelectorAll("[data-live]:has(.main-svg .trace)")) {
    const drawn = figure(live.dataset.live).querySelector("svg.figure");
    live.role = "img";
    live.ariaLabel = drawn.ariaLabel;
    drawn.replaceWith(live);
    watch(live.querySelector(".js-plotly-plot"));
  }
}).observe(root, { subtree: true, childList: true });
