import { describe, expect, test } from "vitest";
import { findings } from "../../../src/graph/analyses/findings/find-findings.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { compile } from "../../../src/graph/compile.ts";
import { optionsOf } from "../../conformance/compile-case.ts";
import { type ExpectedCompilation, loadGroup } from "../../conformance/load.ts";

/** `rule line`, and why it is right: none of the steps below has a cache mount, and each may download. */
type Defended = Readonly<Record<string, string>>;

const apt =
  "apt-get downloads lists and packages anew; the mounts are those that Docker's guide gives for apt, with docker-clean removed";
const apk =
  "apk keeps packages where /etc/apk/cache is a folder; --no-cache is replaced by --update-cache, which fetches the index";

const expected: Readonly<Record<string, Defended>> = {
  "browser-tests": {},
  "cpp-cross": { "uncached-install 4": `${apt}; the step is of the build platform, and there once for three targets` },
  "deb-package-builder": {},
  "distroless-with-debug": {
    "uncached-install 2": apt,
    "uncached-install 3": "pip, called by its path in the virtual environment, keeps wheels in /root/.cache/pip",
  },
  "dotnet-solution": {},
  "elixir-release": {
    "uncached-install 22": `${apt}; in the stage that is shipped, too: a mount leaves nothing in the image`,
  },
  "firmware-named-contexts": {},
  "go-service": { "uncached-install 10": apk },
  "java-gradle": {},
  "java-maven-reports": {},
  "kernel-builder": { "uncached-install 2": apt, "uncached-install 13": apt },
  "latex-docs": { "uncached-install 2": `${apt}; TeX Live is large` },
  "legacy-style": {
    "uncached-install 5": "yum keeps packages in /var/cache/yum with keepcache=1; yum clean all would empty the mount",
  },
  "ml-conda": {},
  "monorepo-twelve-stages": { "uncached-install 2": `${apt}; all twelve stages stand on it` },
  "nginx-static": { "uncached-install 4": "npm keeps what it downloads in /root/.npm, and npm ci takes it from there" },
  "node-monorepo": {},
  "node-workspaces-worker": {},
  "php-fpm": {
    "uncached-install 9": `${apk}; of a step that compiles extensions for most of its time, only the packages count`,
  },
  "postgres-with-extension": {
    "early-variable 4":
      "EXT_REF is only used by the ADD below; with a new revision of the extension the compiler would be installed again",
    "uncached-install 5": apt,
  },
  "private-clone": { "uncached-install 2": apk },
  "protobuf-codegen": {
    "uncached-install 5": apk,
    "uncached-install 9": apk,
    "uncached-install 16": `${apk}; and npm keeps the global package's download in /root/.npm`,
  },
  "python-poetry": {
    "uncached-install 3":
      "pip keeps wheels in /root/.cache/pip, and with a mount --no-cache-dir has no use: the image stays as small",
    "uncached-install 10": apt,
  },
  "python-uv": {},
  rails: {
    "uncached-install 14":
      "Bundler keeps gems and what was compiled of them in /root/.bundle/cache with the global gem cache",
    "uncached-install 20": `${apt}; rm -rf /var/lib/apt/lists would empty the mount`,
  },
  "rust-workspace": { "uncached-install 3": `${apt}; rm -rf /var/lib/apt/lists/* would empty the mount` },
  "team-base-with-triggers": {},
  "test-matrix": {},
  "tool-box-linked": { "uncached-install 7": `${apk}; once for both platforms` },
  "warnings-galore": {},
  "windows-service": {},
};

const cases = loadGroup<ExpectedCompilation>("realistic");

describe("every finding in realistic Dockerfiles is defended", () => {
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (name, each) => {
    const { graph } = await compile(each.dockerfile, optionsOf(each));
    const { buildPlatform } = each.options;
    const durations = resolveDurations(graph, buildPlatform === undefined ? {} : { nativePlatforms: [buildPlatform] });
    const found = await findings(each.dockerfile, graph, durations);
    expect(found.map(({ rule, lines }) => `${rule} ${lines[0]}`).sort()).toEqual(
      Object.keys(expected[name] ?? {}).sort(),
    );
    const lineCount = Buffer.from(each.dockerfile).toString().split("\n").length;
    for (const { saving, ranges, digests, lines } of found) {
      expect(saving.ms).toBeGreaterThanOrEqual(1000);
      expect(saving.before - saving.after).toBe(saving.ms);
      expect(ranges.length).toBeGreaterThan(0);
      expect(digests.every((digest) => graph.vertex(digest) !== undefined)).toBe(true);
      expect(lines.every((line) => line >= 1 && line <= lineCount)).toBe(true);
    }
  });

  test("no case is left out", () => {
    expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
  });
});
