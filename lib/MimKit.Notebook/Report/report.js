// Runs once when a report opens: draws charts and formulas in the reader's theme, folds the contents on a small screen, offers the notebook.
(() => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 68rem)");

  // ---- charts
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = ["#3d7fc4", "#d9782d", "#3a9d72", "#c2517a", "#8a6fc9", "#a98a2b", "#4aa3b5", "#8c8c8c"];

  const small = () => innerWidth < 640;

  // plotly.js does not break a long title: at most so many characters a line
  function broken(text) {
    const most = Math.floor(Math.min(innerWidth - 48, 860) / 8.2);
    const lines = [""];
    for (const word of text.split(" "))
      if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push(word);
      else lines.push((lines.pop() + " " + word).trim());
    return lines.join("<br>");
  }

  function themed(layout) {
    const text = colour("--text"), faint = colour("--faint"), rule = colour("--rule");
    const themed = structuredClone(layout ?? {});
    delete themed.width;
    Object.assign(themed, {
      autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      colorway: themed.colorway ?? palette,
      font: { ...themed.font, family: getComputedStyle(document.body).fontFamily, size: 13, color: text },
      hoverlabel: { ...themed.hoverlabel, bgcolor: colour("--page"), bordercolor: rule, font: { color: text } },
      legend: { bgcolor: "rgba(0,0,0,0)", ...themed.legend, font: { ...themed.legend?.font, color: text } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: faint, activecolor: colour("--accent"), ...themed.modebar },
      margin: { l: 56, r: 16, t: titled(themed) ? 48 : 16, b: 48, ...themed.margin },
    });
    if (themed.title) themed.title = {
      x: 0, xref: "container", xanchor: "left", pad: { l: 4 }, ...(typeof themed.title === "string" ? { text: themed.title } : themed.title),
      font: { ...themed.title.font, size: 15, color: text },
    };
    if (themed.title?.text && !themed.title.text.includes("<")) {
      themed.title.text = broken(themed.title.text);
      const more = 19 * (themed.title.text.split("<br>").length - 1);
      themed.margin.t += more;
      if (themed.title.y !== undefined) themed.title.pad.t = (themed.title.pad.t ?? 0) + more;   // a placed title grows upwards
      if (themed.height) themed.height += more;
    }
    themed.xaxis ??= {}; themed.yaxis ??= {};
    for (const key of Object.keys(themed).filter(key => /^[xy]axis\d*$/.test(key)))
      themed[key] = { automargin: true, gridcolor: rule, zerolinecolor: rule, ...themed[key],   // a line colour would make plotly.js draw the line
                      tickfont: { ...themed[key].tickfont, color: colour("--soft") } };
    for (const note of themed.annotations ?? []) note.font = { ...note.font, color: text };
    if (small() && themed.showlegend !== false)
      themed.legend = { ...themed.legend, orientation: "h", x: 0, xanchor: "left", y: 0, yref: "container", yanchor: "bottom" };
    return themed;
  }

  const titled = layout => typeof layout.title === "string" ? layout.title : layout.title?.text;

  const figures = [...document.querySelectorAll("script[data-figure]")].map(script =>
    ({ at: document.getElementById(script.dataset.figure), ...JSON.parse(script.textContent) }));

  function draw(width) {
    for (const { at, data, layout, config, frames } of figures) {
      const shown = { ...themed(layout), ...(width ? { width } : {}) };
      at.style.height = shown.height ? `${shown.height}px` : "";
      Plotly.react(at, { data: structuredClone(data), layout: shown, frames, config: { displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"], ...(small() ? { displayModeBar: false } : {}), ...config, responsive: true } });
    }
  }

  if (figures.length && window.Plotly) {
    draw();
    dark.addEventListener("change", () => draw());
    const paper = 660;                                     // pixels between the margins of A4 and Letter
    addEventListener("beforeprint", () => { document.documentElement.classList.add("paper"); draw(paper); });
    addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); draw(); });
  }

  // ---- formulas: \( … \) and \[ … \] as the markdown renderer leaves them
  if (window.katex)
    for (const formula of document.querySelectorAll(".math")) {
      const display = formula.tagName === "DIV";
      const source = formula.textContent.trim().replace(/^\\[([]|\\[)\]]$/g, "");
      katex.render(source, formula, { displayMode: display, throwOnError: false });
    }

  // ---- contents: open beside the text, folded above it; the section in view is marked
  const contents = document.querySelector("nav details");
  if (contents) {
    const fold = () => { contents.open = !narrow.matches; };
    fold();
    narrow.addEventListener("change", fold);
    const links = new Map([...contents.querySelectorAll("a")].map(link => [link.hash.slice(1), link]));
    const heads = [...document.querySelectorAll("main [id]")].filter(head => links.has(head.id));
    const mark = () => {
      const passed = heads.filter(head => head.getBoundingClientRect().top < 120);
      const current = passed.at(-1) ?? heads[0];
      for (const [id, link] of links) link.toggleAttribute("aria-current", id === current?.id);
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // ---- the notebook itself
  const link = document.getElementById("download");
  link.addEventListener("click", () => {
    link.href = URL.createObjectURL(new Blob([document.getElementById("notebook").textContent], { type: "application/x-ipynb+json" }));
  });
})();
