import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlePage } from "../../scripts/bundle.mjs";
import { reportOf } from "../../src/graph/analyses/report.ts";
import { resolveDurations } from "../../src/graph/analyses/resolve-durations.ts";
import type { BuildGraph } from "../../src/graph/build-graph.ts";
import { compile } from "../../src/graph/compile.ts";
import type { ComparedBuild } from "../../src/graph/page/build-changes.ts";
import type { MeasuredRun } from "../../src/graph/page/measured-run.ts";
import { type PageOptions, pageData } from "../../src/graph/page/page-data-of.ts";
import { pageHtml } from "../../src/graph/page/page-html.ts";
import { anyImage } from "../graph/any-image.ts";
import { launchBrowser, openPage } from "./browser.ts";

const dockerfile = `FROM --platform=$BUILDPLATFORM alpine AS build
COPY . /src
RUN make -C /src
FROM build AS docs
RUN echo "</script><img src=x onerror=alert(1)>"
FROM alpine
RUN apk add --no-cache git openssh
COPY --from=build /src/out /usr/bin/
COPY --from=docs /docs /docs
`;

let browser: Browser;
let html: string;

beforeAll(async () => {
  browser = await launchBrowser();
  html = await documentOf();
});
afterAll(() => browser?.close());

async function documentOf(source = dockerfile): Promise<string> {
  const { graph } = await compile(source, {
    sessionId: "s",
    targetPlatforms: ["linux/amd64", "linux/arm64"],
    resolver: anyImage,
  });
  const options: PageOptions = { title: "<b>app</b>", run: runOf(graph), against: anotherBuild };
  const data = await pageData(source, await reportOf(source, graph, resolveDurations(graph)), options);
  return pageHtml(data, await bundlePage());
}

function runOf({ vertices }: BuildGraph): MeasuredRun {
  const measured = vertices.map(({ digest }, index) => {
    const runs = [{ started: 1000 * index, completed: 1000 * index + 1500 }];
    return [
      digest,
      { state: "completed", runs, bytes: 0, exitCode: undefined, log: [`<i>line ${index}</i>`] },
    ] as const;
  });
  return { title: "the last", vertices: new Map(measured) };
}

const gone = { name: "[old 1/1] RUN <u>gone</u>", stage: "old", platforms: ["linux/amd64"], ms: 3000 };
const anotherBuild: ComparedBuild = {
  title: "before.json",
  work: 60_000,
  span: 50_000,
  vertices: [{ ...gone, digest: "sha256:0" }],
};

/** Whether a canvas shows anything. */
async function isDrawn(page: Page, id: string): Promise<boolean> {
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const colours = await page.evaluate(`(() => {
    const canvas = document.getElementById("${id}");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);
  return Number(colours) > 3;
}

describe("the page of a build", () => {
  it("shows everything, and nothing of it goes wrong or out to the network", async () => {
    const { page, complaints } = await openPage(browser, html);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Build graph of <b>app</b>");
    for (const id of ["graph", "schedule", "run"]) expect(await isDrawn(page, id), id).toBe(true);
    await page.getByRole("heading", { name: "Against before.json" }).waitFor();
    await page.getByRole("cell", { name: gone.name }).waitFor();
    await page.getByText("As it ran (the last)").waitFor();
    expect(await page.locator("img, b, i:not(.key), u").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("is gone through by keys alone", async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.locator("#graph").focus();
    const title = page.locator("#step-title");
    await page.keyboard.press("Home");
    expect(await title.textContent()).toContain("FROM docker.io/library/alpine");
    await page.keyboard.press("ArrowDown");
    expect(await title.textContent()).toContain("COPY . /src");
    await page.keyboard.press("ArrowDown");
    expect(await title.textContent()).toContain("RUN make");
    expect(await page.locator(".spoken").textContent()).toMatch(/RUN make.*on the critical path, needs 1/);
    await page.keyboard.press("ArrowUp");
    expect(await title.textContent()).toContain("COPY . /src");
    for (const key of ["+", "-", "0"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("step-title");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Lines of Dockerfile");
    await page.locator("#run").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.getByText("<i>line 1</i>").waitFor();
    expect(complaints).toEqual([]);
  });

  it("finds steps by what is typed", async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.getByRole("combobox", { name: "Search" }).fill("apk add");
    expect(await page.getByRole("listbox").getByRole("option").count()).toBe(2);
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("listbox").getByRole("option", { selected: true }).textContent()).toContain("arm64");
    await page.keyboard.press("Enter");
    expect(await page.locator("#step-title").textContent()).toContain("RUN apk add");
    expect(await page.getByRole("listbox").isVisible()).toBe(false);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("combobox", { name: "Search" }).inputValue()).toBe("");
    expect(complaints).toEqual([]);
  });

  it("selects what is clicked, in the graph and in the schedule", async () => {
    const { page, complaints } = await openPage(browser, html);
    await page.locator("#schedule").click({ position: { x: 3, y: 30 } });
    const first = await page.locator("#step-title").textContent();
    expect(first).not.toBe("Step");
    // What is selected is within sight: a click on it finds it again, one beside it takes it away.
    await page.locator("#graph").focus();
    await page.keyboard.press("0");
    await page.locator("#graph").click({ position: { x: 2, y: 2 } });
    expect(await page.locator("#step-title").textContent()).toBe("Step");
    expect(complaints).toEqual([]);
  });

  it("simulates as many workers as the slider says", async () => {
    const { page, complaints } = await openPage(browser, html);
    const slider = page.getByRole("slider", { name: "Workers" });
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^1 worker: .*, 1\.00 times/);
    expect(await slider.getAttribute("max")).toBe("64");
    await page.getByText("Ideal schedule of 1 worker:").waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^2 workers: /);
    expect(complaints).toEqual([]);
  });

  it("shows the steps of a finding, and lets go of them again", async () => {
    const { page, complaints } = await openPage(browser, html);
    const finding = page.getByRole("button", { name: "uncached-install" }).first();
    await finding.click();
    expect(await finding.getAttribute("aria-pressed")).toBe("true");
    expect(await page.locator("#step-title").textContent()).toContain("RUN apk add");
    await finding.press("Enter");
    expect(await finding.getAttribute("aria-pressed")).toBe("false");
    expect(complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)("can be read in %s, as the system has it or as it is chosen", async (scheme) => {
    const other = scheme === "light" ? "dark" : "light";
    const { page } = await openPage(browser, html, { colorScheme: scheme });
    const asSystem = await lightness(page);
    expect(asSystem > 0.5).toBe(scheme === "light");
    for (const name of ["text", "muted", "select", "critical", "mark", "exec", "file", "source"]) {
      // Texts are drawn in some of these, the others are thin lines.
      const least = ["text", "muted", "select"].includes(name) ? 4.5 : 3;
      for (const on of ["page", "panel", "box"]) expect(await contrast(page, name, on), name).toBeGreaterThan(least);
    }
    await page.getByLabel("Colours").selectOption(other);
    expect((await lightness(page)) > 0.5).toBe(other === "light");
    expect(await isDrawn(page, "graph")).toBe(true);
  });

  it("fits a narrow window", async () => {
    const { page, complaints } = await openPage(browser, html, { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(await isDrawn(page, "graph")).toBe(true);
    await page.getByText("Ideal schedule of").scrollIntoViewIfNeeded();
    expect(await isDrawn(page, "schedule")).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("gives every control a name", async () => {
    const { page } = await openPage(browser, html);
    const nameless = await page.evaluate(`[...document.querySelectorAll("button, input, select, canvas, summary")]
      .filter((each) => !each.textContent.trim() && !each.getAttribute("aria-label") && !each.labels?.length)
      .map((each) => each.outerHTML)`);
    expect(nameless).toEqual([]);
  });

  it("is there for a build of nothing", async () => {
    const { complaints } = await openPage(browser, await documentOf("FROM scratch\n"));
    expect(complaints).toEqual([]);
  });
});

const luminance = `(colour) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = colour;
  const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
  probe.remove();
  const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}`;

async function lightness(page: Page): Promise<number> {
  return Number(await page.evaluate(`(${luminance})(getComputedStyle(document.body).backgroundColor)`));
}

/** As WCAG has it. */
async function contrast(page: Page, name: string, on: string): Promise<number> {
  const values = ["", ""].map((_, index) => page.evaluate(`(${luminance})("var(--${index === 0 ? name : on})")`));
  const [a = 0, b = 0] = (await Promise.all(values)).map(Number);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
