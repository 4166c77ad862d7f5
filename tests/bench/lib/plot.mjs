import { View, parse } from "vega";
import { figures } from "./figures.mjs";
import { median } from "./statistics.mjs";
import { mebibytes, round, seconds } from "./units.mjs";

const WIDTH = 860;
const NAMES = 150;
const BARS = 560;
const ROW = 22;
const HEAD = 40;
const GRID = "#8c959f66";

/** Follows the reader's colour scheme; where that is not known, the card is light and its own background. */
const STYLE = `<style>
.card { fill: #ffffff }
.title text, .names text, .values text { fill: #24292f }
.peer path { fill: #8c959f }
.ours path { fill: #2f81f7 }
@media (prefers-color-scheme: dark) {
  .card { fill: #0d1117 }
  .title text, .names text, .values text { fill: #e6edf3 }
  .peer path { fill: #6e7681 }
}
</style>`;
const CARD = '<rect class="card" width="100%" height="100%" rx="8"/>';

/** docs/benchmarks.svg: one panel a figure, each a bar chart on a logarithmic scale. */
export async function plot(results) {
  const timed = results.scenarios[0];
  const of = (figure) => timed.runs.map((run) => bar(run, figure(figures(run, timed), run)));
  const cold = (side) => median(side.coldStarts.map((start) => start.import ?? start.process));
  const panels = [
    [
      `Time for 1,000 users, ${timed.latency} ms latency (logarithmic: each line is ten times the one before)`,
      of((of) => of.perThousand),
      seconds,
    ],
    ["HTTP requests for 1,000 users", of((of) => of.httpRequests * 1000), round],
    ["Peak memory", of((of) => of.peakBytes), mebibytes],
    ["Bytes installed", results.sides.map((side) => bar(side, side.bytesInstalled)), mebibytes],
    ["Cold start, import to first request", results.sides.map((side) => bar(side, cold(side))), seconds],
  ];
  let top = 16;
  const groups = panels.map(([title, bars, format]) => {
    const group = panel(title, bars, format, top);
    top += HEAD + bars.length * ROW;
    return group;
  });
  const spec = { $schema: "https://vega.github.io/schema/vega/v6.json", width: WIDTH, height: top + 10, marks: groups };
  const svg = await new View(parse(spec)).toSVG();
  return `${svg.replace(/^<svg[^>]*>/, (start) => `${start}\n${STYLE}\n${CARD}`)}\n`;
}

function bar({ short, isOurs }, value) {
  return { name: short, isOurs, value };
}

function panel(title, bars, format, top) {
  const shown = bars.map(({ value }) => value).filter((value) => value > 0);
  const most = Math.max(...shown);
  // A logarithmic scale has no zero: bars begin at the power of ten that leaves the shortest some length.
  const least = 10 ** Math.floor(Math.log10(Math.min(...shown) / 2));
  const powers = Array.from({ length: Math.floor(Math.log10(most / least)) + 1 }, (_, place) => least * 10 ** place);
  const end = { scale: "x", signal: `max(datum.value, ${least})` };
  const middle = { scale: "y", field: "name", band: 0.5 };
  const rects = (name) => ({
    name,
    type: "rect",
    from: { data: `of ${name}` },
    encode: {
      enter: { x: { value: NAMES }, x2: end, y: { scale: "y", field: "name" }, height: { scale: "y", band: 1 } },
    },
  });
  const text = (name, from, encode) => ({
    name,
    type: "text",
    ...(from && { from: { data: from } }),
    encode: {
      enter: { baseline: { value: "middle" }, font: { value: "sans-serif" }, fontSize: { value: 12 }, ...encode },
    },
  });
  const rows = bars.map((row) => ({ ...row, label: row.value > 0 ? format(row.value) : "nothing" }));
  const bottom = HEAD / 2 + bars.length * ROW;
  return {
    type: "group",
    encode: { enter: { x: { value: 10 }, y: { value: top } } },
    data: [
      { name: "all", values: rows },
      { name: "powers", values: powers },
      { name: "of ours", values: rows.filter((row) => row.isOurs) },
      { name: "of peer", values: rows.filter((row) => !row.isOurs) },
    ],
    scales: [
      { name: "x", type: "log", domain: [least, most], range: [NAMES, NAMES + BARS] },
      {
        name: "y",
        type: "band",
        domain: rows.map((row) => row.name),
        range: [HEAD / 2, bottom],
        padding: 0.2,
      },
    ],
    marks: [
      text("title", undefined, { text: { value: title }, fontWeight: { value: "bold" } }),
      {
        name: "grid",
        type: "rule",
        from: { data: "powers" },
        encode: {
          enter: {
            x: { scale: "x", field: "data" },
            y: { value: HEAD / 2 },
            y2: { value: bottom },
            stroke: { value: GRID },
          },
        },
      },
      rects("ours"),
      rects("peer"),
      text("names", "all", { x: { value: NAMES - 8 }, y: middle, align: { value: "right" }, text: { field: "name" } }),
      text("values", "all", { x: { ...end, offset: 6 }, y: middle, text: { field: "label" } }),
    ],
  };
}
