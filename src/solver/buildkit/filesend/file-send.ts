import { type Metadata, status } from "@grpc/grpc-js";
import { errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import type { Attachable, AttachableContext, ExportTarget } from "../attachable.ts";
import { loadImage } from "../engine.ts";
import { encodeError, MalformedPacket } from "../filesync/packet.ts";
import { CallOver, type PacketStream, packetStream } from "../filesync/packet-stream.ts";
import type { RawCall } from "../raw-call.ts";
import { RunningCalls } from "../running-calls.ts";
import { fileSendService } from "../session-services.ts";
import type { AttributeOutcome } from "./attribute-batch.ts";
import { readByteMessages } from "./byte-messages.ts";
import { ExportError } from "./export-error.ts";
import { receiveTree, SenderError } from "./receive-tree.ts";
import { TargetFolder } from "./target-folder.ts";
import { writeFile } from "./write-file.ts";
import { writeStream } from "./write-stream.ts";

export interface FileSendOptions {
  /** Where the outputs go, by the place of their exporter in the solve request. */
  readonly targets: ReadonlyMap<number, ExportTarget>;
  /** Called for each transfer that is whole: one per exporter, or one per exporter and platform into a folder. */
  readonly onExported?: (exported: Exported) => void;
  /** Hears, once, what a user should know of an output that is there all the same. Must not throw. */
  readonly onNote?: ((message: string) => void) | undefined;
}

/** An output that arrived. */
export interface Exported {
  readonly exporter: number;
  /** The size of the file or stream, or of all files of a tree, in bytes. */
  readonly bytes: number;
  /** What the exporter says about it, such as the image's digest: its `exporter-md-` headers, without that. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * moby.filesync.v1.FileSend: takes what the worker's exporters send. A file is there as a whole or not at all; a folder
 * is merged into, file by file, and nothing is written outside of it. Owners are not kept (files belong to who runs
 * this), and so neither are the setuid and setgid bits of files; devices are refused. Of the extended attributes, those
 * of users are kept (see `AttributeBatch`); times are cut off at the microsecond.
 *
 * What cannot be written fails the build and is reported as `export-failed`.
 */
export function fileSend(options: FileSendOptions, context: AttachableContext): Attachable {
  const running = new RunningCalls();
  const folders = new Map<number, TargetFolder>();
  const told = new Set<string>();
  const onNote = (message: string) => {
    if (!told.has(message)) options.onNote?.(message);
    told.add(message);
  };
  return {
    definition: fileSendService,
    implementation: {},
    raw: new Map([
      [fileSendService.DiffCopy.path, (call) => running.add(answer(call, { ...options, onNote }, context, folders))],
    ]),
    close: () => running.idle(),
  };
}

/** Never rejects: whatever happens ends the call. */
async function answer(
  call: RawCall,
  options: FileSendOptions,
  context: AttachableContext,
  folders: Map<number, TargetFolder>,
): Promise<void> {
  const stream = packetStream(call, context.signal);
  const exporter = exporterOf(call.metadata);
  const target = options.targets.get(exporter);
  if (target === undefined) {
    stream.fail(status.NOT_FOUND, `exporter number ${exporter} has no place here to send its output to`);
    return;
  }
  try {
    const bytes = await receive(stream, exporter, target, folders, options);
    options.onExported?.({ exporter, bytes, metadata: exporterMetadata(call.metadata) });
    stream.end();
  } catch (error) {
    if (error instanceof CallOver || stream.signal.aborted) return;
    const failure = failureOf(error, target);
    if (failure !== undefined) context.report(failure);
    const message = failure?.message ?? (error instanceof Error ? error.message : String(error));
    // Only a tree has packets that go this way; a byte stream's sender hears of it by the status.
    if (target.kind === "folder" && !(error instanceof SenderError)) stream.send(encodeError(message))?.catch(() => {});
    stream.fail(status.UNKNOWN, message);
  }
}

async function receive(
  stream: PacketStream,
  exporter: number,
  target: ExportTarget,
  folders: Map<number, TargetFolder>,
  { onNote }: FileSendOptions,
): Promise<number> {
  switch (target.kind) {
    case "file":
      return writeFile(target.path, readByteMessages(stream));
    case "stream":
      return writeStream(target.stream, readByteMessages(stream), stream.signal);
    case "engine":
      return loadImage(target.endpoint, readByteMessages(stream), stream.signal);
    case "folder": {
      const folder = folders.get(exporter) ?? new TargetFolder(target.path);
      folders.set(exporter, folder);
      const { bytes, attributes } = await receiveTree(stream, folder);
      if (attributes !== "written") onNote?.(lostAttributes[attributes](target.path));
      return bytes;
    }
  }
}

const lostAttributes: Readonly<Record<Exclude<AttributeOutcome, "written">, (folder: string) => string>> = {
  "no-program": (folder) =>
    `The files in ${folder} are without their extended attributes: there is no program setfattr (Debian's package attr).`,
  refused: (folder) =>
    `Not all extended attributes of the files in ${folder} could be set: its file system has none, or no room for them.`,
};

/** Workers older than multiple exporters send no number: there is one. */
function exporterOf(metadata: Metadata): number {
  const number = Number(metadata.get("buildkit-attachable-exporter-id")[0] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}

function exporterMetadata(metadata: Metadata): ReadonlyMap<string, string> {
  const prefix = "exporter-md-";
  const entries = Object.entries(metadata.getMap()).filter(([key]) => key.startsWith(prefix));
  return new Map(entries.map(([key, value]) => [key.slice(prefix.length), String(value)]));
}

function failureOf(error: unknown, target: ExportTarget): Failure | undefined {
  if (error instanceof Failure) return error;
  const where = nameOf(target);
  if (error instanceof ExportError) {
    const what = error.path === where ? where : `${JSON.stringify(error.path)} of the export to ${where}`;
    const reason = error.cause === undefined ? error.message : errnoText(error.cause);
    return new Failure("export-failed", `cannot write ${what}: ${reason}`, {
      remedy: "Choose an output that can be written, with room on its disk; type=tar holds any kind of file.",
      cause: error.cause,
    });
  }
  if (error instanceof MalformedPacket) {
    return new Failure("export-failed", `the worker broke the file transfer protocol: ${error.message}`, {
      cause: error,
    });
  }
  return undefined;
}

function nameOf(target: ExportTarget): string {
  if (target.kind === "stream") return "the output stream";
  return target.kind === "engine" ? `the engine at ${target.endpoint.text}` : target.path;
}
