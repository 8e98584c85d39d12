import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { bundlePage } from "../scripts/bundle.mjs";
import { measure, summary } from "./measure.mjs";

const times = 5;

/**
 * How long the data of a page take, and how long it is from the opening of its file until all of it is painted, in a
 * headless browser without a graphics card. The browser is Debian's, or the one that `CHROMIUM` names.
 */
export async function measurePage({ graph: { vertices: steps }, durations }, { folder, pageData, pageHtml, reportOf }) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}: install Debian's package chromium`);
  const vertices = steps.map((step, index) => {
    const stage = `stage${Math.floor(index / 100)}`;
    return { ...step, stage, name: `[${stage} ${(index % 100) + 1}/100] RUN make step-${index}`, lines: [index + 1] };
  });
  const known = new Map(vertices.map((vertex) => [vertex.digest, vertex]));
  const results = new Map([["linux/amd64", vertices.at(-1)?.digest]]);
  const graph = { vertices, results, vertex: (digest) => known.get(digest) };
  const source = vertices.map((_, index) => `RUN make step-${index}`).join("\n");
  const report = await reportOf(undefined, graph, durations);
  const data = await measure(() => pageData(source, report), { seconds: 2 });
  const file = join(folder, "page.html");
  writeFileSync(file, pageHtml(await pageData(source, report), await bundlePage()));
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const samples = [];
    for (let time = 0; time < times; time++) samples.push({ wall: await paintTime(browser, file), cpu: Number.NaN });
    const { best, median } = summary(samples);
    return { data, paint: { best, median } };
  } finally {
    await browser.close();
  }
}

/** The frame after the one in which everything was drawn comes when that one is on the screen. */
async function paintTime(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(pathToFileURL(file).href);
  const painted = await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))",
  );
  await page.close();
  return painted;
}
