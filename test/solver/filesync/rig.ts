import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type status,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { Failure } from "../../../src/failure.ts";
import type { Attachable, AttachableContext, LocalSource } from "../../../src/solver/buildkit/attachable.ts";
import { fileSend } from "../../../src/solver/buildkit/filesend/file-send.ts";
import { fileSync } from "../../../src/solver/buildkit/filesync/file-sync.ts";
import { decodePacket, type Packet, type Stat } from "../../../src/solver/buildkit/filesync/packet.ts";
import { serveRaw } from "../../../src/solver/buildkit/raw-call.ts";
import { liftServerLimits } from "../../../src/solver/buildkit/server-limits.ts";

/** How a call of the worker's ended. */
export interface Ending {
  readonly code: status;
  readonly details: string;
}

/** The worker's side of one DiffCopy call. */
export interface WorkerCall {
  readonly stream: ClientDuplexStream<Uint8Array, Uint8Array>;
  readonly ended: Promise<Ending>;
}

/** Our attachables behind a real gRPC connection, and the worker that calls them. */
export interface Rig {
  readonly context: AttachableContext;
  readonly reported: Failure[];
  readonly job: AbortController;
  /** Happens by itself when the test is over. */
  close(): void;
  serve(...attachables: readonly Attachable[]): Promise<void>;
  call(service: "FileSync" | "FileSend", metadata: Metadata): WorkerCall;
}

export async function startRig(): Promise<Rig> {
  const server = new Server();
  liftServerLimits(server);
  const job = new AbortController();
  const reported: Failure[] = [];
  let client: Client | undefined;
  const close = () => {
    client?.close();
    server.forceShutdown();
  };
  onTestFinished(close);
  return {
    job,
    reported,
    close,
    context: { signal: job.signal, report: (failure) => reported.push(failure) },
    async serve(...attachables) {
      for (const { definition, implementation } of attachables) server.addService(definition, implementation);
      const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
          if (error === null) resolve(bound);
          else reject(error);
        });
      });
      serveRaw(server, attachables);
      client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
        "grpc.max_receive_message_length": 16 << 20,
        // What it keeps for retries, grpc-js goes through for every message that is sent.
        "grpc.enable_retries": 0,
      });
    },
    call(service, metadata) {
      if (client === undefined) throw new Error("serve first");
      const stream = client.makeBidiStreamRequest(
        `/moby.filesync.v1.${service}/DiffCopy`,
        asBuffer,
        asBuffer,
        metadata,
      );
      const ended = new Promise<Ending>((resolve) =>
        stream.on("status", ({ code, details }) => resolve({ code, details })),
      );
      stream.on("error", () => {});
      return { stream, ended };
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

/** The metadata of a file sync call, as BuildKit writes it. */
export function syncMetadata(name: string, lists: Readonly<Record<string, readonly string[]>> = {}): Metadata {
  const metadata = new Metadata();
  metadata.add("dir-name", name);
  for (const [key, values] of Object.entries(lists)) {
    const encode = values.some((value) => /[^\0-\x7f]/.test(value));
    for (const value of values) metadata.add(key, encode ? encodeURIComponent(value).replaceAll("%20", "+") : value);
    if (encode) metadata.add(`${key}-encoded`, "1");
  }
  return metadata;
}

export interface Copied {
  /** Every entry that the sender listed. */
  readonly stats: readonly Stat[];
  readonly requests: number;
  readonly sender: Ending;
  readonly receiver: Ending;
  readonly reported: readonly Failure[];
}

/**
 * Sends a tree from a source into a folder: the worker in the middle asks the one side for it and hands each message to
 * the other, both over real streams.
 */
export async function copyTree(
  source: LocalSource,
  target: string,
  lists: Readonly<Record<string, readonly string[]>> = {},
  onPacket: (packet: Packet, from: "sender" | "receiver") => void = () => {},
): Promise<Copied> {
  const rig = await startRig();
  const sync = fileSync({ sources: new Map([["context", source]]) }, rig.context);
  const send = fileSend({ targets: new Map([[0, { kind: "folder", path: target }]]) }, rig.context);
  await rig.serve(sync, send);
  const from = rig.call("FileSync", syncMetadata("context", lists));
  const to = rig.call("FileSend", new Metadata());
  const stats: Stat[] = [];
  let requests = 0;
  relay(from.stream, to.stream, (bytes) => {
    const packet = decodePacket(bytes);
    if (packet.kind === "stat" && packet.stat !== undefined) stats.push(packet.stat);
    onPacket(packet, "sender");
  });
  relay(to.stream, from.stream, (bytes) => {
    const packet = decodePacket(bytes);
    if (packet.kind === "request") requests++;
    onPacket(packet, "receiver");
  });
  const [sender, receiver] = await Promise.all([from.ended, to.ended]);
  await Promise.all([sync.close?.(), send.close?.()]);
  rig.close();
  return { stats, requests, sender, receiver, reported: rig.reported };
}

function relay(
  from: ClientDuplexStream<Uint8Array, Uint8Array>,
  to: ClientDuplexStream<Uint8Array, Uint8Array>,
  see: (bytes: Buffer) => void,
): void {
  from.on("data", (bytes: Buffer) => {
    see(bytes);
    if (!to.write(bytes)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
  from.on("end", () => to.end());
}

/** A folder that is removed when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llbc-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * All that can be told of a tree, by path; times cut off at the microsecond, since Node cannot set them more exactly.
 * With `received`, as it is when it was sent and received: files are never setuid or setgid then.
 */
export function describeTree(root: string, { received = false } = {}): ReadonlyMap<string, string> {
  const described = new Map<string, string>();
  const inodes = new Map<bigint, string>();
  const visit = (folder: string) => {
    const names = readdirSync(Buffer.from(`${root}/${folder}`, "latin1"), { encoding: "latin1" }).sort();
    for (const name of names) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const bytes = Buffer.from(`${root}/${path}`, "latin1");
      const stats = lstatSync(bytes, { bigint: true });
      const bits = received && stats.isFile() ? 0o1777n : 0o7777n;
      const mode = (stats.mode & bits).toString(8);
      const time = stats.mtimeNs / 1000n;
      if (stats.isDirectory()) {
        described.set(path, `folder ${mode} ${time}`);
        visit(path);
      } else if (stats.isSymbolicLink()) {
        described.set(path, `link to ${readlinkSync(bytes, { encoding: "latin1" })} ${time}`);
      } else {
        const earlier = inodes.get(stats.ino);
        inodes.set(stats.ino, earlier ?? path);
        const content = stats.isFile() ? createHash("sha256").update(readFileSync(bytes)).digest("hex") : "special";
        described.set(path, `file ${mode} ${time} ${content} same as ${earlier ?? path}`);
      }
    }
  };
  visit("");
  return described;
}
