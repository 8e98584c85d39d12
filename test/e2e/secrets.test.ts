import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { run } from "./worker.ts";

test("a secret is in no event, no result, no cache, no image, no attestation and no history", async () => {
  const secret = randomBytes(24).toString("hex");
  const file = join(temporaryFolder(), "secret");
  writeFileSync(file, secret);
  const folder = temporaryFolder();
  const use = "RUN --mount=type=secret,id=a --mount=type=secret,id=b,env=B test $(wc -c < /run/secrets/a) = ${#B}";
  const told: unknown[] = [];
  const options = {
    secrets: { a: { path: file }, b: { data: Buffer.from(secret) } },
    attestations: { provenance: "mode=max" },
    cacheTo: [{ type: "local", attrs: { dest: join(folder, "cache"), mode: "max" } }],
    outputs: [{ type: "oci", dest: join(folder, "image"), attrs: { tar: "false" } }] as const,
    onEvent: (event: unknown) => told.push(event),
    onStatus: (json: string) => told.push(json),
  };
  const result = await build(contextWith(`ARG BASE\nFROM $BASE\n${use} && echo used\n`, { fresh: true }), options);
  expect(result.log).toContain("used");
  const failed: unknown = await build(
    contextWith(`ARG BASE\nFROM $BASE\n${use} && exit 3\n`, { fresh: true }),
    options,
  ).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "step-failed" });

  const causes = failed instanceof Failure ? [failed.stack, failed.remedy, String(failed.cause)] : [];
  const { exporterResponse, compilation, ...rest } = result;
  const said = [told, rest, [...exporterResponse], failed, causes, compilation?.platforms.map(textsOf)];
  const text = JSON.stringify(said, (_, value) => (typeof value === "bigint" ? String(value) : value));
  expect(text.length).toBeGreaterThan(1000);
  const provenance = ["inspect", "attachment", result.ref, "--type", "https://slsa.dev/provenance/v0.2"];
  const asked = [["inspect", result.ref], ["logs", result.ref], provenance];
  const history = await Promise.all(asked.map((args) => run("docker-buildx", ["history", ...args])));
  expect(history.map(({ code }) => code)).toEqual([0, 0, 0]);
  const remembered = history.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  expect(remembered).toContain("/run/secrets/a");
  for (const each of [secret, Buffer.from(secret).toString("base64")]) {
    expect(text.includes(each)).toBe(false);
    expect(remembered.includes(each)).toBe(false);
    const holders = contentsOf(folder).filter(({ bytes }) => bytes.includes(each));
    expect(holders.map(({ path }) => path)).toEqual([]);
  }
});

function textsOf({ definition, imageJSON }: { definition: { bytes: Uint8Array }; imageJSON: Uint8Array | string }) {
  return [Buffer.from(definition.bytes).toString("latin1"), String(imageJSON)];
}

/** All files below a folder, those that are packed unpacked. */
function contentsOf(folder: string) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(entries.length).toBeGreaterThan(5);
  return entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    return { path, bytes: bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes };
  });
}
