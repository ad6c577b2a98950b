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
  function broken(text, character = 8.2) {
    const most = Math.floor(Math.min(innerWidth - 48, 860) / character);
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
      if (themed.title.subtitle?.text) {
        themed.title.subtitle.text = broken(themed.title.subtitle.text, 6.9);
        themed.margin.t += 16 * (themed.title.subtitle.text.split("<br>").length - 1);       // lines below the first take room, but do not lift the title
        if (themed.height) themed.height += 16 * (themed.title.subtitle.text.split("<br>").length - 1);
      }
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
    if (small()) movedInside(themed);
    return themed;
  }

  // names of levels stand in the right margin; a small screen has no room there
  function movedInside(layout) {
    const names = (layout.annotations ?? []).filter(note => note.xref === "paper" && note.x === 1 && note.xanchor === "left");
    for (const note of names) Object.assign(note, { xanchor: "right", xshift: 0, yanchor: "bottom" });
    if (names.length) layout.margin.r = 16;
  }

  // a picture keeps its shape: where the page is narrower, the rest of its height would stay empty
  function fitted(layout, data, width) {
    if (data[0]?.type !== "image" || !layout.xaxis.range || !layout.yaxis.range) return layout;
    const span = axis => Math.abs(axis.range[1] - axis.range[0]);
    const names = layout.yaxis.showticklabels ? 12 + 7.4 * Math.max(...(layout.yaxis.ticktext ?? [""]).map(name => name.length)) : 0;
    const plot = layout.height - layout.margin.t - layout.margin.b;
    const needed = (width - layout.margin.l - layout.margin.r - names) * span(layout.yaxis) / span(layout.xaxis);
    return needed > 0 && needed < plot ? { ...layout, height: layout.height - plot + needed } : layout;
  }

  // a legend above the plot that takes more than one line would cover the line below the title
  function legended(layout, data, width) {
    if (!layout.showlegend || layout.legend?.orientation !== "h" || layout.legend.y !== 1) return layout;
    let lines = 1, used = 0;
    for (const trace of data.filter(trace => trace.name && trace.showlegend !== false)) {
      const entry = 50 + 7.4 * trace.name.length;
      if (used > 0 && used + entry > width - layout.margin.l - layout.margin.r) { lines++; used = 0; }
      used += entry;
    }
    const more = 20 * (lines - 1);
    return { ...layout, margin: { ...layout.margin, t: layout.margin.t + more }, ...(layout.height ? { height: layout.height + more } : {}) };
  }

  const titled = layout => typeof layout.title === "string" ? layout.title : layout.title?.text;

  const figures = [...document.querySelectorAll("script[data-figure]")].map(script =>
    ({ at: document.getElementById(script.dataset.figure), ...JSON.parse(script.textContent) }));

  // the picture of the point under the pointer, cut from an atlas that lies in layout.meta.pictures: a point's customdata is [number, tile]
  function pictured(at, atlas) {
    const box = document.body.appendChild(document.createElement("div"));
    const [width, height] = [atlas.width * atlas.zoom, atlas.height * atlas.zoom];
    box.className = "picture";
    Object.assign(box.style, { backgroundImage: `url(${atlas.source})`, width: `${width}px`, height: `${height}px`, backgroundSize: `${atlas.columns * width}px ${atlas.rows * height}px` });
    at.on("plotly_hover", ({ points: [point], event }) => {
      const tile = point.customdata?.[1] ?? -1;
      if (tile < 0) return;
      Object.assign(box.style, { display: "block", left: `${Math.min(event.clientX + 14, innerWidth - 16 - width)}px`, top: `${Math.min(event.clientY + 14, innerHeight - 16 - height)}px`,
                                 backgroundPosition: `-${tile % atlas.columns * width}px -${Math.floor(tile / atlas.columns) * height}px` });
    });
    at.on("plotly_unhover", () => { box.style.display = "none"; });
  }

  function draw(width) {
    for (const { at, data, layout, config, frames } of figures) {
      const shown = { ...legended(fitted(themed(layout), data, width ?? at.clientWidth), data, width ?? at.clientWidth), ...(width ? { width } : {}) };
      at.style.height = shown.height ? `${shown.height}px` : "";
      Plotly.react(at, { data: structuredClone(data), layout: shown, frames, config: { displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"], ...(small() ? { displayModeBar: false } : {}), ...config, responsive: true } });
    }
  }

  if (figures.length && window.Plotly) {
    draw();
    for (const { at, layout } of figures) if (layout?.meta?.pictures) pictured(at, layout.meta.pictures);
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

  // ---- the notebook itself, where the page was made from one
  const link = document.getElementById("download");
  link?.addEventListener("click", () => {
    link.href = URL.createObjectURL(new Blob([document.getElementById("notebook").textContent], { type: "application/x-ipynb+json" }));
  });
})();
