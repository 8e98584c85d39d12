import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gateway } from "../../src/solver/buildkit/proto/gen/buildkit.js";
import { workerWith } from "../solver/buildkit/fake-worker.ts";
import { makeEntryPoint, runEntryPoint } from "./entry-point.ts";

const folder = mkdtempSync(join(tmpdir(), "llbc-"));
const dockerfile = "FROM scratch\nCOPY a /\n";
let entryPoint = "";
beforeAll(async () => {
  entryPoint = await makeEntryPoint(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The entry point with something else in it. */
function entryPointWith(text: string | RegExp, other: string): string {
  const file = join(mkdtempSync(join(folder, "other-")), "start");
  writeFileSync(
    file,
    readFileSync(entryPoint, "utf8").replace(text, () => other),
  );
  chmodSync(file, 0o755);
  return file;
}

describe("the entry point of the image", () => {
  test("says the first call before Node is there, once", async () => {
    const without = await runEntryPoint([entryPointWith(/^exec .*$/m, "read answer")], (method, _request, child) => {
      child.stdin?.end();
      return workerWith(dockerfile)(method, Buffer.alloc(0));
    });
    expect(without).toMatchObject({ calls: ["Ping"], program: "start" });

    const ended = await runEntryPoint([entryPoint], workerWith(dockerfile));
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.calls.filter((method) => method === "Ping")).toEqual(["Ping"]);
    expect(ended.calls.at(-1)).toBe("Return");
  });

  test("becomes Node: signals reach it, and its end is that of the process", async () => {
    let returned: gateway.ReturnRequest | undefined;
    const answer = workerWith(dockerfile);
    const ended = await runEntryPoint([entryPoint], (method, request, child) => {
      if (method === "Return") returned = gateway.ReturnRequest.decode(request);
      if (method !== "Solve") return answer(method, request);
      child.kill("SIGTERM");
      return "silence";
    });
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(ended.program).not.toBe("start");
    expect(returned?.error?.message).toMatch(/cancel|abort/i);
  });

  test("may be left out: then Node says the first call", async () => {
    const ended = await runEntryPoint([process.execPath, join(folder, "start.cjs")], workerWith(dockerfile));
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect([ended.calls[0], ended.calls.at(-1)]).toEqual(["Ping", "Return"]);
  });

  test("with words that another Node would say, it ends and says so", async () => {
    // A letter of the user agent, as HTTP/2 writes it.
    const ended = await runEntryPoint([entryPointWith("\\242\\210\\311", "\\242\\210\\310")], workerWith(dockerfile));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("HTTP/2 began with other words than those that were sent ahead");
    expect(ended.calls).not.toContain("Return");
  });

  test("where Node does not start, it ends and says so", async () => {
    const ended = await runEntryPoint([entryPointWith(/^exec '.*?'/m, "exec /no/node")], workerWith(dockerfile));
    expect(ended.code).toBe(127);
    expect(ended.stderr).toMatch(/\/no\/node.*not found/);
  });

  test("tells a user that BuildKit should start it, and nothing to standard output", () => {
    const { status, stdout, stderr } = spawnSync(entryPoint, { env: {}, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("# syntax=IMAGE");
  });
});
