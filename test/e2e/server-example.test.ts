import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { testWorker } from "./worker.ts";

const script = fileURLToPath(new URL("../../examples/server/server.mjs", import.meta.url));

test("the example server builds, tells events, names what fails, and cancels for whoever hangs up", async () => {
  const url = await startServer();
  const done = await build(url, `FROM ${testWorker().base}\nRUN echo ${Date.now()} heard\n`, "tag=llbc-test/server:1");
  expect(done.map(({ name }) => name)).toEqual(expect.arrayContaining(["worker", "vertex", "log", "completed"]));
  expect(done.find(({ name }) => name === "log")?.data).toMatchObject({ data: expect.stringContaining("heard") });
  expect(done.at(-1)).toMatchObject({ name: "done", data: { digest: expect.stringMatching(/^sha256:/) } });

  const failed = await build(url, `FROM ${testWorker().base}\nRUN exit 7\n`);
  expect(failed.at(-1)).toMatchObject({ name: "failed", data: { code: "step-failed" } });
  const invalid = await build(url, "FROM scratch\nCOPPY a b\n");
  expect(invalid.at(-1)).toMatchObject({ name: "failed", data: { code: "dockerfile-invalid" } });

  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/builds`)).status).toBe(405);
  expect((await fetch(`${url}/builds`, { method: "POST", body: "#".repeat(2 << 20) })).status).toBe(413);

  // Whoever hangs up cancels the build.
  for (let round = 0; round < 3; round++) {
    const stop = new AbortController();
    const body = `FROM ${testWorker().base}\nRUN echo ${Date.now()}${round}; sleep 300\n`;
    const response = await fetch(`${url}/builds`, { method: "POST", body, signal: stop.signal });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    await reader?.read();
    stop.abort();
    await reader?.closed.catch(() => {});
  }
  const after = await build(url, "FROM scratch\nCOPY <<EOF /a\nEOF\n");
  expect(after.at(-1)?.name).toBe("done");
});

async function startServer(): Promise<string> {
  const server = spawn(process.execPath, [script], {
    env: { ...process.env, PORT: "0", LLBC_ADDR: testWorker().dockerHost },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    server.kill();
    await once(server, "exit");
  });
  const [line] = await once(server.stdout, "data");
  return /http:\S+/.exec(String(line))?.[0] ?? "";
}

interface Told {
  readonly name: string;
  readonly data: unknown;
}

async function build(url: string, dockerfile: string, parameters = ""): Promise<readonly Told[]> {
  const response = await fetch(`${url}/builds?${parameters}`, { method: "POST", body: dockerfile });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const events = (await response.text()).split("\n\n").filter((text) => text !== "");
  return events.map((text) => {
    const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [];
    return { name, data: JSON.parse(data) };
  });
}
