import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import Long from "long";
import { expect, onTestFinished, test } from "vitest";
import { bytePath } from "../../../src/solver/buildkit/filesync/byte-path.ts";
import { decodePacket, encodeRequest, encodeStat, finishPacket } from "../../../src/solver/buildkit/filesync/packet.ts";
import { content } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import {
  authService,
  contentService,
  fileSendService,
  fileSyncService,
  secretsService,
  sshService,
} from "../../../src/solver/buildkit/session-services.ts";
import { connect } from "../../../src/solver/client.ts";
import { solve } from "../../../src/solver/solve.ts";
import type { SolveOptions } from "../../../src/solver/solve-options.ts";
import { type Grip, hostileWorker } from "./hostile-worker.ts";

test("files outside of the context are not listed and not sent, whatever is asked", async () => {
  const { context, secret } = contextBesideSecret();
  const outside = ["../secret", "../../../../../../../../etc/passwd", "link", "folder/../../secret", secret, "/"];
  await attacked(context, async ({ stream }) => {
    for (const path of outside) {
      for (const header of ["followpaths", "include-patterns"]) {
        const { responses } = await stream(fileSyncService.DiffCopy, [encodeRequest(0), finishPacket], {
          "dir-name": "context",
          [header]: path,
        });
        const packets = responses.map(decodePacket);
        const names = packets.flatMap((packet) =>
          packet.kind === "stat" && packet.stat !== undefined ? [packet.stat.path] : [],
        );
        expect(
          names.map(String).filter((name) => !["Dockerfile", "link", "folder", "folder/inner"].includes(name)),
        ).toEqual([]);
        const sent = packets.flatMap((packet) => (packet.kind === "data" ? [Buffer.from(packet.data)] : []));
        expect(Buffer.concat(sent).toString()).not.toContain("s3cret");
      }
    }
    for (const name of ["..", "/etc", "../secret", "secret", "", "context/.."]) {
      const { responses, error } = await stream(fileSyncService.DiffCopy, [], { "dir-name": name });
      expect([error.code, responses]).toEqual([status.NOT_FOUND, []]);
    }
  });
});

test.each([
  ["a parent", "../evil"],
  ["an absolute name", "/tmp/llbc-evil"],
  ["a parent in the middle", "a/../../evil"],
  ["no name", ""],
  ["a name with a zero", "a\0b"],
])("an export writes nothing outside of its folder: %s", async (_, path) => {
  const { context } = contextBesideSecret();
  const dest = join(folder(), "in", "out");
  const failed = attacked(
    context,
    async ({ stream }) => {
      const { error } = await stream(
        fileSendService.DiffCopy,
        [stat(path, 0o644, 4), endOfStatsPacket, dataPacket(0, "evil"), dataPacket(0, ""), finishPacket],
        { "buildkit-attachable-exporter-id": "0" },
      );
      expect(error.code).not.toBe(status.OK);
      throw new Error("refused");
    },
    { outputs: [{ type: "local", dest }] },
  );
  await expect(failed).rejects.toMatchObject({ name: "Failure" });
  expect(existsSync("/tmp/llbc-evil")).toBe(false);
  expect(filesIn(join(dest, "../.."))).toEqual([]);
});

const endOfStatsPacket = Buffer.from([0x08, 0]);
const FOLDER = 2 ** 31 + 0o755;
const LINK = 2 ** 27 + 0o777;

test.each([
  ["a file in a link to a folder outside", [stat("in", LINK, 0, ".."), stat("in/evil", 0o644, 4)]],
  ["a link, and then a file of its name", [stat("evil", LINK, 0, "../evil"), stat("evil", 0o644, 4)]],
  ["a hard link to a file outside", [stat("evil", 0o644, 4, "../secret")]],
  ["a hard link to a link", [stat("a", LINK, 0, "../secret"), stat("evil", 0o644, 4, "a")]],
  ["a device of characters", [stat("evil", 2 ** 26 + 2 ** 21 + 0o666, 0)]],
  ["a device of blocks", [stat("evil", 2 ** 26 + 0o666, 0)]],
  ["entries in another order than that of their names", [stat("b", FOLDER, 0), stat("a", FOLDER, 0)]],
  ["an entry after the list has ended", [endOfStatsPacket, stat("evil", 0o644, 4)]],
  ["contents before the list", [dataPacket(0, "evil"), stat("evil", 0o644, 4)]],
  ["contents that nobody asked for", [stat("a", FOLDER, 0), endOfStatsPacket, dataPacket(7, "evil")]],
  ["contents longer than listed", [stat("evil", 0o644, 1), endOfStatsPacket, dataPacket(0, "evil"), dataPacket(0, "")]],
  ["an end before there was anything", [finishPacket]],
  ["bytes that are no packet", [Buffer.from([0xff, 0xff, 0xff])]],
])("an export is refused, and nothing of it is left where it must not be: %s", async (_, packets) => {
  const { context } = contextBesideSecret();
  const dest = join(folder(), "in", "out");
  const failed = attacked(
    context,
    async ({ stream }) => {
      const headers = { "buildkit-attachable-exporter-id": "0" };
      const { error } = await stream(fileSendService.DiffCopy, [...packets, endOfStatsPacket, finishPacket], headers);
      expect(error.code).not.toBe(status.OK);
      throw new Error("refused");
    },
    { outputs: [{ type: "local", dest }] },
  );
  await expect(failed).rejects.toMatchObject({ name: "Failure" });
  const left = readdirSync(join(dest, "../.."), { recursive: true, withFileTypes: true });
  // A link that was whole before the attack may stay.
  const kinds = left.filter((entry) => !entry.isDirectory() && !entry.isSymbolicLink());
  expect(kinds.map(({ name }) => name)).toEqual([]);
  expect([readdirSync(join(dest, "../..")), readdirSync(join(dest, ".."))]).toEqual([["in"], ["out"]]);
});

test("a file of an export is never setuid or setgid: it belongs to another one here", async () => {
  const { context } = contextBesideSecret();
  const dest = join(folder(), "out");
  const packets = [
    stat("tool", 2 ** 23 + 2 ** 22 + 0o755, 4),
    endOfStatsPacket,
    dataPacket(0, "evil"),
    dataPacket(0, ""),
  ];
  await attacked(
    context,
    async ({ stream }) => {
      const headers = { "buildkit-attachable-exporter-id": "0" };
      const { error } = await stream(fileSendService.DiffCopy, [...packets, finishPacket], headers);
      expect(error.code).toBe(status.OK);
    },
    { outputs: [{ type: "local", dest }] },
  );
  expect(statSync(join(dest, "tool")).mode & 0o7777).toBe(0o755);
});

test("an export to a place that was not offered is refused", async () => {
  const { context } = contextBesideSecret();
  await attacked(context, async ({ stream }) => {
    for (const id of ["0", "1", "-1", "1e9", "x"]) {
      const { error } = await stream(fileSendService.DiffCopy, [stat("a", 0o644, 0), endOfStatsPacket, finishPacket], {
        "buildkit-attachable-exporter-id": id,
      });
      expect(error.code).toBe(status.NOT_FOUND);
    }
  });
});

test("secrets and agents that were not granted stay here, and no log tells of others", async () => {
  const { context, secret } = contextBesideSecret();
  const secrets = { granted: { path: secret } };
  await attacked(
    context,
    async ({ call, offered }) => {
      expect(await call(secretsService.GetSecret, { id: "granted", annotations: {} })).toMatchObject({
        data: Buffer.from("s3cret"),
      });
      for (const id of ["other", secret, "../secret", "", "__proto__", "constructor"]) {
        expect(await call(secretsService.GetSecret, { id, annotations: {} })).toMatchObject({ code: status.NOT_FOUND });
      }
      expect(offered.filter((method) => /sshforward|Content/.test(method))).toEqual([]);
      expect(await call(sshService.CheckAgent, { id: "default" })).toMatchObject({ code: status.UNIMPLEMENTED });
    },
    { secrets },
  );
});

test("credentials of registries that nobody logged in to are none", async () => {
  const { context } = contextBesideSecret();
  await attacked(context, async ({ call }) => {
    for (const host of ["evil.example", "../config.json", "", "__proto__"]) {
      const answer = await call(authService.Credentials, { host });
      expect(JSON.stringify(answer)).not.toContain("s3cret");
      if (!("code" in answer)) expect(answer).toMatchObject({ username: "", secret: "" });
    }
  });
});

test("the folder of a cache takes whole blobs and gives blobs, and nothing else", async () => {
  const { context, secret } = contextBesideSecret();
  const cache = join(folder(), "cache");
  await attacked(
    context,
    async ({ call, stream, request, offered }) => {
      const [entry] = request.cache?.exports ?? [];
      const store = { "buildkit-attachable-store-id": `local:${entry?.attrs?.dest}` };
      expect(offered.filter((method) => /Content\/(Update|Delete|List)/.test(method))).toEqual([]);
      for (const digest of [
        "sha256:../../../../secret",
        secret,
        "sha256:",
        "../secret",
        `sha512:${"0".repeat(20)}/../../x`,
      ]) {
        expect(await call(contentService.Info, { digest }, store)).toMatchObject({ code: status.INVALID_ARGUMENT });
      }
      const elsewhere = await call(
        contentService.Info,
        { digest: `sha256:${"0".repeat(64)}` },
        { ...store, "buildkit-attachable-store-id": "local:/etc" },
      );
      expect(elsewhere).toMatchObject({ code: status.NOT_FOUND });

      const lie = await stream(
        contentService.Write,
        [writing("a", `sha256:${"0".repeat(64)}`), committing("a", `sha256:${"0".repeat(64)}`)],
        store,
      );
      expect(lie.error.code).toBe(status.FAILED_PRECONDITION);
      const half = await stream(contentService.Write, [writing("../../evil", "")], store);
      expect(half.error.code).toBe(status.OK);
      const skipped = await stream(contentService.Write, [writing("c", "", 7)], store);
      expect(skipped.error.code).toBe(status.OUT_OF_RANGE);
      const nameless = await stream(contentService.Write, [writing("", "")], store);
      expect(nameless.error.code).toBe(status.INVALID_ARGUMENT);
    },
    { cacheTo: [{ type: "local", attrs: { dest: cache } }] },
  );
  expect(filesIn(join(cache, ".."))).toEqual([]);
});

test("an OCI layout that is read from cannot be written to", async () => {
  const { context } = contextBesideSecret();
  const layout = folder();
  const digest = `sha256:${"a".repeat(64)}`;
  await attacked(
    context,
    async ({ stream, request }) => {
      const id = /oci-layout:\/\/([0-9a-f]+)/.exec(request.frontendAttrs?.["context:base"] ?? "")?.[1];
      const store = { "buildkit-attachable-store-id": `oci:${id}` };
      const { error } = await stream(contentService.Write, [writing("a", "")], store);
      expect(error.code).toBe(status.PERMISSION_DENIED);
    },
    { namedContexts: { base: `oci-layout://${layout}@${digest}` } },
  );
  expect(readdirSync(layout)).toEqual([]);
});

test("logs without end wait at the worker until they are read here", async () => {
  const { context } = contextBesideSecret();
  const megabyte = Buffer.alloc(1 << 20, "x");
  const count = 150;
  let told = 0;
  let read = 0;
  let ahead = 0;
  const addr = await hostileWorker(async ({ status: tell }) => {
    await tell({ vertexes: [{ digest: "sha256:v", name: "[1/1] RUN yes", started: { seconds: Long.ONE } }] });
    for (; told < count; told++) {
      await tell({ logs: [{ vertex: "sha256:v", stream: Long.ONE, msg: megabyte }] });
      ahead = Math.max(ahead, told - read);
    }
  });
  const client = await connect(addr);
  onTestFinished(() => client.close());
  const building = client.solve(context, { frontend: "dockerfile.v0" });
  const reading = (async () => {
    for await (const event of building.events) {
      if (event.kind !== "log") continue;
      read++;
      // A reader so slow that the worker could tell all of it meanwhile.
      for (let turn = 0; turn < 30; turn++) await setImmediate();
    }
  })();
  await building;
  await reading;
  expect(read).toBe(count);
  // What is on the way in both of the wire's ends and in our own queue; each of the three is bounded.
  expect(ahead).toBeLessThan(50);
});

test("a message beyond all bounds, and a worker that hangs up, are failures like others", async () => {
  const { context } = contextBesideSecret();
  const huge = Buffer.alloc(17 << 20);
  await attacked(context, async ({ status: tell }) => {
    await tell({ logs: [{ vertex: "sha256:v", stream: Long.ONE, msg: huge }] });
  });
  const gone = attacked(context, async ({ hangUp }) => hangUp());
  await expect(gone).rejects.toMatchObject({ code: "worker-unreachable" });
});

/** Builds on a worker that attacks; fails where the attack met with something else than it expects. */
async function attacked(context: string, attack: (grip: Grip) => Promise<void>, options: SolveOptions = {}) {
  let unexpected: unknown;
  const addr = await hostileWorker(async (grip) => {
    try {
      await attack(grip);
    } catch (error) {
      if (error instanceof Error && error.message !== "refused") unexpected = error;
      throw error;
    }
  });
  const building = solve(context, { frontend: "dockerfile.v0", addr, ...options });
  await building.catch(() => {});
  if (unexpected !== undefined) throw unexpected;
  return building;
}

/** A context, and beside it a file that is none of its own. */
function contextBesideSecret() {
  const place = folder();
  const context = join(place, "context");
  mkdirSync(join(context, "folder"), { recursive: true });
  writeFileSync(join(place, "secret"), "s3cret");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
  writeFileSync(join(context, "folder/inner"), "inner");
  symlinkSync("../secret", join(context, "link"));
  return { context, secret: join(place, "secret") };
}

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "llbc-test-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** All that is no folder. */
function filesIn(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}

function stat(path: string, mode: number, size: number, linkname = ""): Buffer {
  return encodeStat({
    path: bytePath(Buffer.from(path)),
    mode,
    size,
    mtime: 0n,
    linkname: bytePath(Buffer.from(linkname)),
    devMajor: 8,
    devMinor: 0,
  });
}

function dataPacket(id: number, text: string): Buffer {
  const data = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x08, 2, 0x18, id, 0x22, data.length]), data]);
}

function writing(ref: string, expected: string, offset = 0) {
  return new content.WriteContentRequest({
    action: content.WriteAction.WRITE,
    ref,
    expected,
    offset: Long.fromNumber(offset),
    total: Long.ZERO,
    data: Buffer.from("evil"),
    labels: {},
  });
}

function committing(ref: string, expected: string) {
  return new content.WriteContentRequest({
    action: content.WriteAction.COMMIT,
    ref,
    expected,
    offset: Long.fromNumber(4),
    total: Long.ZERO,
    data: new Uint8Array(),
    labels: {},
  });
}
