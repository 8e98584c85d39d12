import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../../src/graph/compile.ts";
import { renderSvg } from "../../../src/graph/render/svg.ts";
import { anyImage } from "../any-image.ts";

async function svgOf(dockerfile: string, targetPlatforms?: readonly string[]): Promise<string> {
  const { graph } = await compile(dockerfile, {
    sessionId: "s",
    ...(targetPlatforms === undefined ? {} : { targetPlatforms }),
    resolver: anyImage,
  });
  return renderSvg(graph);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxesOf(svg: string, kind: "box" | "frame"): readonly Box[] {
  const pattern = new RegExp(
    `<rect class="${kind}" x="([\\d.]+)" y="([\\d.]+)" width="([\\d.]+)" height="([\\d.]+)"`,
    "g",
  );
  return [...svg.matchAll(pattern)].map(([, x, y, width, height]) => ({
    x: Number(x),
    y: Number(y),
    width: Number(width),
    height: Number(height),
  }));
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function isWithin(inner: Box, outer: Box): boolean {
  const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
  return inner.x >= outer.x && inner.y >= outer.y && right <= outer.x + outer.width && bottom <= outer.y + outer.height;
}

const dockerfile = `FROM --platform=$BUILDPLATFORM alpine AS tools
COPY make.txt .
RUN make "tools" && echo '<&>'
FROM alpine
RUN apk add git
COPY --from=tools /a /b
`;
const both = ["linux/amd64", "linux/arm64"];

describe("a graph as SVG", () => {
  it("has a box for each vertex and result, a frame for each group, an arrow for each input", async () => {
    const svg = await svgOf(dockerfile, both);
    expect(boxesOf(svg, "box")).toHaveLength(9 + 2);
    expect(boxesOf(svg, "frame")).toHaveLength(4);
    expect(svg.match(/marker-end/g)).toHaveLength(9 + 2);
    expect(svg).toContain("stage tools, linux/amd64, linux/arm64");
    expect(svg).toContain("RUN make &quot;tools&quot; &amp;&amp;");
  });

  it("leaves out of titles what all groups have in common, so that they fit", async () => {
    const svg = await svgOf(dockerfile, ["linux/amd64"]);
    expect([...svg.matchAll(/class="title"[^>]*><title>([^<]*)</g)].map(([, title]) => title)).toEqual([
      "sources",
      "stage tools",
      "stage-1",
    ]);
  });

  it("lets no box lie on another, and none outside of the picture or of its frame", async () => {
    const svg = await svgOf(dockerfile, both);
    const boxes = boxesOf(svg, "box");
    for (const [at, box] of boxes.entries())
      expect(boxes.slice(at + 1).some((other) => overlap(box, other))).toBe(false);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    const page = { x: 0, y: 0, width: Number(width), height: Number(height) };
    const frames = boxesOf(svg, "frame");
    for (const frame of frames) expect(isWithin(frame, page)).toBe(true);
    for (const box of boxes.slice(0, 9)) expect(frames.some((frame) => isWithin(box, frame))).toBe(true);
  });

  it("lets no box lie on another in a large graph either", async () => {
    const stages = Array.from({ length: 12 }, (_, stage) => {
      const runs = Array.from({ length: 24 }, (_, step) => `RUN make ${stage}.${step}`).join("\n");
      return `FROM alpine AS s${stage}\n${runs}\n${stage === 0 ? "" : `COPY --from=s${stage - 1} /a /b`}\n`;
    });
    const svg = await svgOf(stages.join(""));
    const boxes = boxesOf(svg, "box");
    expect(boxes.length).toBeGreaterThan(290);
    for (const [at, box] of boxes.entries())
      expect(boxes.slice(at + 1).some((other) => overlap(box, other))).toBe(false);
    const frames = boxesOf(svg, "frame");
    for (const [at, frame] of frames.entries()) {
      expect(frames.slice(at + 1).some((other) => overlap(frame, other))).toBe(false);
    }
    for (const box of boxes.slice(0, -1)) expect(frames.some((frame) => isWithin(box, frame))).toBe(true);
  });

  it("is the same each time", async () => {
    expect(await svgOf(dockerfile, both)).toBe(await svgOf(dockerfile, both));
  });

  it("shows a graph of nothing", async () => {
    expect(boxesOf(await svgOf("FROM scratch\n"), "box")).toHaveLength(1);
  });

  it("is well-formed whatever the steps are called", async () => {
    const text = fc.string({
      unit: fc.constantFrom(..."ab<>&\"'#;]\u0007\u202e…漢😀 ".split("")),
      minLength: 1,
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        // Two of them would begin a heredoc.
        const svg = await svgOf(`FROM alpine\nRUN x${name.replaceAll(/<+/g, "<")}\n`);
        const inside = svg.replace(/<style>[^<]*<\/style>/, "");
        // Only known elements, each closed, and every ampersand part of an entity.
        expect(
          inside.replace(
            /<\/?(?:svg|title|defs|marker|path|rect|g|text)(?: [a-z-]+="[^"<]*"|(?: [A-Za-z-]+="[^"<]*"))*\/?>/g,
            "",
          ),
        ).not.toMatch(/[<>]/);
        expect(inside.replace(/&(?:amp|lt|gt|quot);/g, "")).not.toContain("&");
        expect(inside).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
      }),
      { numRuns: 60 },
    );
  });
});
