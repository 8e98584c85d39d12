import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { frontendCommand } from "../../src/cli/commands/frontend.ts";
import { containerEnvironment } from "../../src/frontend/container-environment.ts";
import { common, gateway } from "../../src/solver/buildkit/proto/gen/buildkit.js";
import { type FakeBuildKit, fakeBuildKit, type Reply, type Script } from "../solver/buildkit/fake-buildkit.ts";
import { workerWith } from "../solver/buildkit/fake-worker.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Ended {
  readonly code: number;
  readonly stderr: string;
  readonly calls: readonly string[];
  readonly returned: gateway.ReturnRequest | undefined;
}

interface Setting {
  readonly options?: Readonly<Record<string, string>>;
  readonly stop?: AbortController;
  readonly patience?: number;
}

/** Runs a frontend against BuildKit as the script plays it; Return is always taken, unless the script says otherwise. */
async function runWith(
  script: Script,
  { options = {}, stop = new AbortController(), patience }: Setting = {},
): Promise<Ended> {
  let returned: gateway.ReturnRequest | undefined;
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const buildkit: FakeBuildKit = fakeBuildKit(stdin, stdout, (method, request) => {
    if (method === "Return") returned = gateway.ReturnRequest.decode(request);
    return script(method, request);
  });
  closing.push(() => buildkit.close());
  const stderr = new PassThrough();
  const env = Object.fromEntries(
    Object.entries(options).map(([key, value], index) => [`BUILDKIT_FRONTEND_OPT_${index}`, `${key}=${value}`]),
  );
  const code = await frontendCommand({
    env: { BUILDKIT_SESSION_ID: "session", ...env },
    stdin,
    stdout,
    stderr,
    signal: stop.signal,
    patience,
  });
  stderr.end();
  return { code, stderr: await text(stderr), calls: buildkit.calls, returned };
}

describe("the environment of a container", () => {
  test("has options with any text, the session, the product and the workers", () => {
    const environment = containerEnvironment({
      PATH: "/bin",
      BUILDKIT_FRONTEND_OPT_1: "build-arg:A=b=c\nd",
      BUILDKIT_FRONTEND_OPT_0: "no-cache=",
      BUILDKIT_FRONTEND_OPT_2: "lonely",
      BUILDKIT_SESSION_ID: "s",
      BUILDKIT_EXPORTEDPRODUCT: "docker",
      BUILDKIT_WORKERS: JSON.stringify([
        {
          id: "w",
          labels: { a: "b" },
          platforms: [{ architecture: "arm", os: "linux", variant: "v7" }],
          gcPolicy: null,
        },
      ]),
    });
    expect(environment).toEqual({
      options: new Map([
        ["build-arg:A", "b=c\nd"],
        ["no-cache", ""],
        ["lonely", ""],
      ]),
      sessionId: "s",
      product: "docker",
      workers: [
        { id: "w", labels: new Map([["a", "b"]]), platforms: [{ os: "linux", architecture: "arm", variant: "v7" }] },
      ],
    });
  });

  test.each([undefined, "", "null", "[]", "{", '"x"'])("workers that are %j are asked of BuildKit", (workers) => {
    expect(containerEnvironment({ BUILDKIT_SESSION_ID: "s", BUILDKIT_WORKERS: workers })?.workers).toBeUndefined();
  });

  test("is missing where a user starts the command", async () => {
    const stderr = new PassThrough();
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr };
    expect(await frontendCommand({ env: {}, ...streams, signal: new AbortController().signal })).toBe(2);
    stderr.end();
    expect(await text(stderr)).toMatch(/# syntax=IMAGE/);
  });
});

describe("a build", () => {
  test("pings first, and returns a result last", async () => {
    const ended = await runWith(workerWith("FROM scratch\nCOPY a /\n"));
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.calls.at(0)).toBe("Ping");
    expect(ended.calls.at(-1)).toBe("Return");
    expect(ended.returned?.result?.ref?.id).toMatch(/^ref\d/);
    expect(Object.keys(ended.returned?.result?.metadata ?? {})).toContain("containerimage.config");
  });

  test("takes no notice of options that it does not know", async () => {
    const options = { "frobnicate:x": "1", "": "y", __proto__: "z", "worker.brand": "new" };
    expect(await runWith(workerWith("FROM scratch\n"), { options })).toMatchObject({ code: 0 });
  });

  test("waits for answers, however long they take", async () => {
    const gates: (() => void)[] = [];
    const slowly = (method: string) =>
      method === "Solve"
        ? new Promise<Reply>((resolve) => {
            const message = gateway.SolveResponse.encode({ result: { ref: { id: "slow" } } }).finish();
            gates.push(() => resolve({ message }));
            setImmediate(() => gates.shift()?.());
          })
        : undefined;
    const ended = await runWith(workerWith("FROM scratch\nCOPY a /\n", slowly), { patience: 1000 });
    expect(ended.code).toBe(0);
  });
});

describe("what goes wrong", () => {
  const refused = { status: 5, text: "nothing here" };

  test.each(["Solve", "ReadFile"])("a refused %s is returned with the worker's words", async (refusedMethod) => {
    const script = workerWith("FROM scratch\nCOPY a /\n", (method) => (method === refusedMethod ? refused : undefined));
    const { code, returned, calls } = await runWith(script);
    expect(code).toBe(1);
    expect(calls.at(-1)).toBe("Return");
    expect(returned?.result).toBeNull();
    expect(returned?.error?.message).toContain("nothing here");
  });

  test("an image that the worker does not find is returned with what was meant", async () => {
    const script = (dockerfile: string) =>
      workerWith(dockerfile, (method) => (method === "ResolveImageConfig" ? refused : undefined));
    const stage = await runWith(script("FROM scratch AS builder\nFROM scratch\nCOPY --from=bilder /a /\n"));
    expect(stage.returned?.error?.message).toMatch(/library\/bilder:latest .*nothing here \(did you mean builder\?\)$/);
    const image = await runWith(script("FROM alpin\n"));
    expect(image.returned?.error?.message).toMatch(/nothing here \(did you mean alpine\?\)$/);
    const other = await runWith(script("FROM registry.example.com/app\n"));
    expect(other.returned?.error?.message).toMatch(/nothing here$/);
  });

  test("a step's details go back as they came", async () => {
    const detail = {
      typeUrl: "github.com/moby/buildkit/errdefs.Vertex+json",
      value: Buffer.from('{"digest":"sha256:1"}'),
    };
    const details = common.RpcStatus.encode({ code: 2, message: "exit code: 3", details: [detail] }).finish();
    let solves = 0;
    const script = workerWith("FROM scratch\nCOPY a /\n", (method) => {
      if (method === "Solve") solves++;
      return method === "Solve" && solves > 2 ? { status: 2, text: "exit code: 3", details } : undefined;
    });
    const { returned } = await runWith(script);
    expect(returned?.error).toMatchObject({ code: 2, message: "exit code: 3" });
    expect(returned?.error?.details?.map(({ typeUrl }) => typeUrl)).toEqual([detail.typeUrl]);
  });

  test("an invalid Dockerfile is returned with its places, and its warnings are shown before", async () => {
    const dockerfile = "FROM scratch as a\nRUM x\nCOPY --nope a /\n";
    const { returned, calls, code } = await runWith(workerWith(dockerfile));
    expect(code).toBe(1);
    expect(returned?.error?.message).toMatch(/line 2: .*RUM.*line 3: .*nope/);
    const sources = (returned?.error?.details ?? []).map(({ value }) =>
      JSON.parse(Buffer.from(value ?? []).toString()),
    );
    expect(sources.map(({ ranges }) => ranges[0].start.line)).toEqual([3, 2]);
    expect(Buffer.from(sources[0].info.data, "base64").toString()).toBe(dockerfile);
    expect(sources[0].info.definition.def).toHaveLength(2);
    expect(Object.keys(sources[0].info.definition.metadata)).toHaveLength(2);
    const alone = await runWith(workerWith("FROM scratch\nRUM x\n"));
    expect(alone.returned?.error?.message).toBe(
      "dockerfile parse error on line 2: unknown instruction: RUM (did you mean RUN?)",
    );
    const late = await runWith(workerWith("FROM scratch as a\nCOPY --from=9 a /\n"));
    expect(late.calls.slice(-2)).toEqual(["Warn", "Return"]);
    expect(calls.at(-1)).toBe("Return");
  });

  test("of a thousand errors the first are told, and a text that is too large does not come with them", async () => {
    const sourcesOf = ({ returned }: Ended) => (returned?.error?.details ?? []).map(({ value }) => value?.length ?? 0);
    const many = await runWith(workerWith(`FROM scratch\n${"RUM x\n".repeat(1000)}`));
    expect(sourcesOf(many)).toHaveLength(20);
    expect(many.returned?.error?.message).toMatch(/line 2: .*line 21: .*and 980 more$/);
    const large = await runWith(workerWith(`FROM scratch\nRUM x\n${`# ${"x".repeat(1000)}\n`.repeat(12_000)}`));
    expect(sourcesOf(large)).toEqual([]);
    expect(large.returned?.error?.message).toMatch(/line 2: .*RUM/);
    const between = await runWith(
      workerWith(`FROM scratch\n${"RUM x\n".repeat(3)}${`# ${"x".repeat(999)}\n`.repeat(2000)}`),
    );
    expect(sourcesOf(between)).toHaveLength(2);
  });

  test.each([
    [
      { requestid: "frontend.nope" },
      2,
      "unsupported request frontend.nope",
      "errdefs.Subrequest+json",
      "frontend.nope",
    ],
    [{ "frontend.caps": "x.y" }, 12, "unsupported frontend capability x.y", "errdefs.FrontendCap+json", "x.y"],
  ])("what is not known is refused as BuildKit's frontend refuses it: %j", async (options, code, words, type, name) => {
    const { returned } = await runWith(workerWith("FROM scratch\n"), { options });
    expect(returned?.error?.code).toBe(code);
    // Clients look for these words.
    expect(returned?.error?.message).toContain(words);
    const [detail] = returned?.error?.details ?? [];
    expect(detail?.typeUrl).toBe(`github.com/moby/buildkit/${type}`);
    expect(JSON.parse(Buffer.from(detail?.value ?? []).toString())).toEqual({ name });
  });

  test("a Dockerfile of 16 MB is refused in words, as no definition with it can be sent", async () => {
    const huge = `FROM scratch\n${`# ${"x".repeat(1000)}\n`.repeat(16_690)}COPY a /\n`;
    const { code, returned } = await runWith(workerWith(huge));
    expect(code).toBe(1);
    expect(returned?.error?.message).toMatch(/16 MiB/);
  });

  test("BuildKit that does not answer the first call is left alone", async () => {
    const { code, stderr } = await runWith(() => "silence", { patience: 10 });
    expect(code).toBe(1);
    expect(stderr).toBe("error: BuildKit did not answer within 0.01 seconds\n");
  });

  test.each(["Ping", "Solve", "ReadFile", "Return"])(
    "BuildKit that goes away during %s is told of in the log",
    async (method) => {
      const script = workerWith("FROM scratch\nCOPY a /\n", (called) => (called === method ? "hang up" : undefined));
      const { code, stderr } = await runWith(script);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .*broke/);
    },
  );

  test("told to stop, it cancels what it waits for and returns that", async () => {
    const stop = new AbortController();
    const script = workerWith("FROM scratch\nCOPY a /\n", (method) => {
      if (method !== "Solve") return undefined;
      stop.abort();
      return "silence";
    });
    const { code, returned } = await runWith(script, { stop });
    expect(code).toBe(1);
    expect(returned?.error?.message).not.toBe("");
    expect(returned?.result).toBeNull();
  });
});
