import { expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { renderGraph } from "../../src/graph/render/render-graph.ts";
import { folderWith, images, imagesFile, llbc } from "./rig.ts";

const dockerfile =
  "FROM --platform=$BUILDPLATFORM alpine AS tools\nRUN make\nFROM alpine\nCOPY --from=tools /a /b\nCOPY a.txt /\n";
const files = { Dockerfile: dockerfile, "images.json": imagesFile };
const args = ["graph", "--images", "images.json", "--platform", "linux/amd64,linux/arm64"];

it.each(["text", "dot", "mermaid", "json"] as const)("shows the graph of all platforms as %s", async (format) => {
  const { graph } = await compile(dockerfile, { images, targetPlatforms: ["linux/amd64", "linux/arm64"] });
  const ran = await llbc(folderWith(files), [...args, "--format", format]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(withoutDigests(ran.out)).toBe(withoutDigests(renderGraph(graph, format)));
});

it("draws it as SVG", async () => {
  const ran = await llbc(folderWith(files), [...args, "--format", "svg"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out.startsWith('<svg xmlns="http://www.w3.org/2000/svg" ')).toBe(true);
  expect(ran.out.endsWith("</svg>\n")).toBe(true);
});

/** The context's session depends on where the folder is, and so do the digests of what reads it. */
function withoutDigests(text: string): string {
  return text.replace(/sha256:[0-9a-f]+/g, "sha256:…");
}

it("prints errors with their place, and nothing on standard output", async () => {
  const ran = await llbc(folderWith({ ...files, Dockerfile: "FROM alpine\nCOPY --from=nobody:\n" }), args);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain("Dockerfile:2");
});
