import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const image = "ARG BASE=scratch\nFROM $BASE\n";

function llbc(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ran> {
  return run(process.execPath, [cli, "solve", ...args, "--build-arg", `BASE=${testWorker().base}`], options);
}

/** Runs a build on a terminal of 60 columns, and gives all that it wrote there. */
async function onTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const words = [process.execPath, cli, "solve", ...args, "--build-arg", `BASE=${testWorker().base}`];
  const command = `stty cols 60 rows 20; ${words.map((word) => `'${word}'`).join(" ")}`;
  const { stdout } = await run("script", ["-qec", command, "/dev/null"], { env: { TERM: "xterm", ...env } });
  return stdout;
}

/** The rows that are left of a terminal's drawing when all of it was drawn. */
function lastDrawing(text: string): readonly string[] {
  const whole = text.slice(text.lastIndexOf("[+] Building")).replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
  return whole.split(/\r?\n/);
}

test("in the end: how large the image is, what each step added, and what the cache saved", {
  timeout: 60_000,
}, async () => {
  const state = temporaryFolder();
  const context = contextWith(`${image}RUN sleep 1; dd if=/dev/urandom of=/x bs=1M count=2\nCOPY a.txt /\n`, {
    fresh: true,
  });
  const args = [context, "--platform", "linux/amd64,linux/arm64", "-o", `type=oci,dest=${join(context, "i.tar")}`];
  const env = { XDG_STATE_HOME: state };
  const first = await llbc(args, { env });
  expect(first.code, first.stderr).toBe(0);
  for (const platform of ["amd64", "arm64"]) {
    expect(first.stderr).toMatch(
      new RegExp(
        `size    3\\.\\d+MB  linux/${platform}, 4 layers\\n +\\S+  base, 1 layer\\n.*RUN : .*\\n +2\\.1MB  RUN sleep 1; dd .*\\n +\\d+B  COPY a\\.txt /\\n`,
      ),
    );
  }
  expect(first.stderr).toMatch(/steps {3}6 run, 0 cached\n/);
  const second = await llbc(args, { env });
  expect(second.stderr).toMatch(/steps {3}0 run, 6 cached, which saved (?:[2-9]|\d\d+)\.\ds\n/);
  expect(await llbc([...args, "-q"], { env })).toMatchObject({ stderr: "" });
});

test("the library tells the sizes that the registry has", async () => {
  const { registry } = testWorker();
  const { sizes, digest } = await build(
    { source: `${image}RUN echo ${randomBytes(8).toString("hex")} > /x\n` },
    { tags: [`${registry}/seen:1`], push: true, attestations: { provenance: false } },
  );
  const accept = "application/vnd.oci.image.manifest.v1+json";
  const answer = await fetch(`http://${registry}/v2/seen/manifests/${digest}`, { headers: { accept } });
  const manifest: { readonly layers: readonly { readonly digest: string; readonly size: number }[] } = JSON.parse(
    await answer.text(),
  );
  const layers = manifest.layers.map(({ digest, size }) => ({ digest, size }));
  expect(sizes).toMatchObject([{ platform: "linux/amd64", digest, layers }]);
  const { sizes: none } = await build({ source: image }, { sizes: false, tags: ["seen:2"] });
  expect(none).toBeUndefined();
});

test("raw JSON is what docker buildx prints, byte for byte but for times, digests and how much came at once", async () => {
  const context = contextWith(`${image}RUN echo "<a> & b" >&2; exit 3\n`);
  const lines = async (ran: Ran) => {
    const objects = ran.stderr.split("\n").filter((line) => line.startsWith("{"));
    const items = objects.flatMap(
      (line) => line.match(/\{"(?:digest|id|vertex)":"(?:[^"\\]|\\.)*".*?\}(?=,\{"|\])/g) ?? [],
    );
    const told = items.map((item) =>
      item.replace(/\d{4}-[\d-]+T[\d:.]+Z/g, "TIME").replace(/sha256:[0-9a-f]{64}/g, "DIGEST"),
    );
    // How far something had come when the worker looked is another matter each time.
    const passing = /transferring|resolve |"started":"TIME"(?!,"completed")/;
    return [...new Set(told)].filter((item) => !passing.test(item)).sort();
  };
  const args = ["--progress", "rawjson", "--no-cache", context];
  // Fetches the base image, which neither of them shall do.
  await llbc(args);
  const theirs = await lines(
    await run("docker-buildx", ["build", "--build-arg", `BASE=${testWorker().base}`, ...args]),
  );
  expect(theirs.some((line) => line.includes("\\u003ca\\u003e \\u0026 b"))).toBe(true);
  expect(await lines(await llbc(args))).toEqual(theirs);
});

test("on a terminal: redrawn within its width, whatever a step writes, and the cursor comes back", async () => {
  const context = contextWith(
    `${image}RUN echo ${"日本語".repeat(20)}; printf '\\033[31mred\\033[2J\\r10%%\\r50%%\\n'; sleep 1\n`,
  );
  const text = await onTerminal([context, "--no-cache"]);
  const rows = lastDrawing(text);
  expect(rows[0]).toMatch(/^\[\+\] Building \d+\.\ds \(\d+\/\d+\) FINISHED Docker engine/);
  for (const row of rows) expect(stringWidth(row), row).toBeLessThanOrEqual(60);
  expect(text).toContain(" => => # 50%");
  expect(text).not.toContain("\u001b[2J");
  expect(text).toContain("\u001b[34m");
  expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
});

test("NO_COLOR leaves colours out, BUILDKIT_COLORS chooses them", async () => {
  const context = contextWith(image);
  expect(await onTerminal([context], { NO_COLOR: "1" })).not.toMatch(/\u001b\[\d+m/);
  const chosen = await onTerminal([context], { BUILDKIT_COLORS: "run=green:stop=red" });
  expect(chosen).toContain("\u001b[32m");
  expect(chosen).toContain("warning: BUILDKIT_COLORS: stop=red is none of run, cancel, error, warning");
});

test("a failing step: its name, exit code, last lines, place, and what to try", async () => {
  const context = contextWith(`${image}RUN echo working; maek all\n`);
  const { code, stderr } = await llbc([context, "--progress", "plain"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/ > .*maek: not found\n/);
  expect(stderr).toMatch(/error: \[2\/2\] RUN echo working; maek all failed with exit code 127/);
  expect(stderr).toMatch(/Dockerfile:3\n.*\n.*\n +3 \| RUN echo working; maek all\n +\| \^{26}\n/);
  expect(stderr).toContain("help: The command is not in the image");
});

test("a COPY --link that fails is shown, though it is one of a group", async () => {
  const context = contextWith(`${image}RUN true\nCOPY --link --from=${testWorker().base} /none /\n`);
  const { code, stderr } = await llbc([context, "--progress", "plain"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^#\d+ \[.*\] COPY --link --from=\S+ \/none \/\n#\d+ ERROR: .*not found/m);
});
