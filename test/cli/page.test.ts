import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { folderWith, imagesFile, llbc } from "./rig.ts";

const files = { Dockerfile: "FROM alpine\nRUN make\n", "images.json": imagesFile };
const analyze = ["analyze", "--images", "images.json"];

// What the bundle has in it: see src/cli/page/page-program.ts.
beforeAll(() => {
  vi.stubGlobal("bundledPage", { script: "show()", style: "p{}" });
});

describe("the page of llbc analyze and llbc graph", () => {
  it("is written to the file of --html, and told of instead of a report", async () => {
    const folder = folderWith(files);
    const { code, out, err } = await llbc(folder, [...analyze, "--html", "page.html"]);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: "",
      err: "The page of the build is in page.html: open it in a browser.\n",
    });
    const page = readFileSync(join(folder, "page.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("RUN make");
    // What it is called tells no more of this machine than the name of the folder.
    expect(page).not.toContain(`"${folder}`);
  });

  it("is what graph prints as html", async () => {
    const { code, out } = await llbc(folderWith(files), ["graph", "--images", "images.json", "--format", "html"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^<!doctype html>[\s\S]*show\(\)[\s\S]*<\/html>\n$/);
  });

  it("shows what is different from a build of which there is a report", async () => {
    const folder = folderWith(files);
    const { out } = await llbc(folder, [...analyze, "--json"]);
    const other = folderWith({ ...files, Dockerfile: "FROM alpine\nRUN make test\n", "before.json": out });
    const { code } = await llbc(other, [...analyze, "--html", "page.html", "--against", "before.json"]);
    expect(code).toBe(0);
    const page = readFileSync(join(other, "page.html"), "utf8");
    expect(page).toContain('"kind":"removed","vertex":null,"name":"[2/2] RUN make"');
  });

  it("is nothing to compare with what is no report, nor without a page", async () => {
    const folder = folderWith(files);
    const none = await llbc(folder, [...analyze, "--html", "page.html", "--against", "images.json"]);
    expect(none).toMatchObject({ code: 2, out: "" });
    expect(none.err).toContain("not what llbc analyze --json printed");
    expect(existsSync(join(folder, "page.html"))).toBe(false);
    const pageless = await llbc(folder, [...analyze, "--against", "images.json"]);
    expect(pageless.code).toBe(2);
    expect(pageless.err).toContain("--html");
  });

  it("says so where it cannot be written", async () => {
    const { code, err } = await llbc(folderWith(files), [...analyze, "--html", "no/such/folder.html"]);
    expect(code).toBe(1);
    expect(err).toContain("no/such/folder.html cannot be written");
  });
});
