import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import { errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import { PatternError } from "../../../pattern-error.ts";
import type { Attachable, AttachableContext, LocalSource } from "../attachable.ts";
import type { RawCall } from "../raw-call.ts";
import { RunningCalls } from "../running-calls.ts";
import { fileSyncService } from "../session-services.ts";
import { pathText } from "./byte-path.ts";
import { diskTree } from "./disk-tree.ts";
import { readAttributes } from "./extended-attributes.ts";
import { ChangedEntry } from "./file-pool.ts";
import { type Listing, listingOf } from "./listing.ts";
import { memoryTree } from "./memory-tree.ts";
import { OfferedList } from "./offered-list.ts";
import { encodeError, MalformedPacket } from "./packet.ts";
import { CallOver, packetStream } from "./packet-stream.ts";
import { selectFrom } from "./selection.ts";
import { ReceiverError, sendTree, UnfitName } from "./send-tree.ts";
import { type DeclaredLists, readSyncOptions, type SyncOptions } from "./sync-options.ts";
import type { Tree } from "./tree.ts";
import { UnreadableEntry } from "./walk.ts";

export interface FileSyncOptions {
  /** What may be read, by the name that source ops give it. A folder's path may be relative to the working directory. */
  readonly sources: ReadonlyMap<string, LocalSource>;
  /** With them, an item of a list that contains a comma and a space is told from two. */
  readonly declaredLists?: DeclaredLists;
  /** Hears of each list that a worker has taken, with all that it asked for of the files on it. Must not throw. */
  readonly onListed?: ((listing: Listing) => void) | undefined;
  /** Extended attributes of folders are sent, too; see `readAttributes`. */
  readonly sendsAttributes?: boolean | undefined;
}

/**
 * moby.filesync.v1.FileSync: sends local sources to the worker as fsutil does, with owner and group 0 and times exact to
 * the nanosecond. Extended attributes are sent where that is asked for: Node cannot read them itself.
 *
 * A source that cannot be read, or changes while it is read, fails the build: reported with the name of the file as
 * `context-unreadable` or `context-changed`. An unknown source is NOT_FOUND, which BuildKit takes for "ask the other
 * sessions of the build". TarStream, which no BuildKit asks for, is not served.
 */
export function fileSync(options: FileSyncOptions, context: AttachableContext): Attachable {
  const running = new RunningCalls();
  return {
    definition: fileSyncService,
    implementation: {},
    raw: new Map([[fileSyncService.DiffCopy.path, (call) => running.add(answer(call, options, context))]]),
    close: () => running.idle(),
  };
}

/** Never rejects: whatever happens ends the call. */
async function answer(call: RawCall, options: FileSyncOptions, context: AttachableContext): Promise<void> {
  const stream = packetStream(call, context.signal);
  const request = readSyncOptions(call.metadata, options.declaredLists);
  const source = options.sources.get(request.dirName);
  if (source === undefined) {
    stream.fail(status.NOT_FOUND, `there is no local source named ${JSON.stringify(request.dirName)}`);
    return;
  }
  try {
    const tree = openSource(source, request);
    const attributes =
      options.sendsAttributes === true && source.kind === "folder"
        ? await readAttributes(source.path, stream.signal)
        : undefined;
    const offered = new OfferedList();
    await sendTree(stream, tree, selectFrom(tree, request), offered, attributes);
    stream.end();
    for (const each of options.sources.values()) if (each.kind === "folder") each.ahead?.begin();
    options.onListed?.(listingOf(request.dirName, request, offered));
  } catch (error) {
    const failure = failureOf(error, request, source);
    if (error instanceof CallOver || error instanceof UnfitName) {
      stream.fail(status.CANCELLED, "the transfer was given up");
      if (failure !== undefined && (await refusesName(context.signal))) context.report(failure);
      return;
    }
    if (failure !== undefined) context.report(failure);
    if (stream.signal.aborted) return;
    const message = failure?.message ?? (error instanceof Error ? error.message : String(error));
    // The worker shows the text of this packet; of the status, only what reads the stream first.
    if (!(error instanceof ReceiverError)) stream.send(encodeError(message))?.catch(() => {});
    stream.fail(status.UNKNOWN, message);
  }
}

/** Whether the build ends because of a name: the worker takes the call back without a word, which only its answer has. */
async function refusesName(signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted) await once(signal, "abort");
  return signal.reason instanceof Error && signal.reason.message.includes("invalid UTF-8");
}

/** The first requests of a build are for single files, which take no time. */
function asksForMuch({ followPaths }: SyncOptions): boolean {
  return followPaths.length !== 1 || followPaths[0] !== ".dockerignore";
}

function openSource(source: LocalSource, request: SyncOptions): Tree {
  if (source.kind === "memory") return memoryTree(source.files);
  if (source.ahead !== undefined && asksForMuch(request)) return source.ahead.take();
  try {
    return diskTree(source.path);
  } catch (error) {
    throw new UnreadableEntry("", error);
  }
}

/** The failure that a user should see; undefined for what the worker itself said, and for bugs. */
function failureOf(error: unknown, request: SyncOptions, source: LocalSource): Failure | undefined {
  const where =
    source.kind === "folder" ? `${JSON.stringify(request.dirName)} (${source.path})` : JSON.stringify(request.dirName);
  if (error instanceof Failure) return error;
  if (error instanceof ChangedEntry) {
    return new Failure(
      "context-changed",
      `${quoted(error.path)} in the local source ${where} changed while it was sent`,
      {
        remedy: "Build again when nothing writes to it, or leave it out with a line in .dockerignore.",
      },
    );
  }
  if (error instanceof UnreadableEntry) {
    const what = error.path === "" ? `the local source ${where}` : `${quoted(error.path)} in the local source ${where}`;
    return new Failure("context-unreadable", `cannot read ${what}: ${errnoText(error.cause)}`, {
      remedy:
        error.path === ""
          ? "Name a folder that exists and may be read."
          : "Make it readable, or leave it out with a line in .dockerignore.",
      cause: error.cause,
    });
  }
  if (error instanceof UnfitName) {
    return new Failure(
      "context-unreadable",
      `the worker does not take the name of ${quoted(error.path)} in the local source ${where}, which is not UTF-8`,
      {
        remedy: "Rename it, or leave it out with a line in .dockerignore.",
      },
    );
  }
  if (error instanceof PatternError) {
    return new Failure("context-unreadable", `cannot select files of the local source ${where}: ${error.message}`, {
      remedy: "Correct the pattern in .dockerignore or in the instruction.",
      cause: error,
    });
  }
  if (error instanceof MalformedPacket) {
    return new Failure("worker-refused", `the worker broke the file transfer protocol: ${error.message}`, {
      cause: error,
    });
  }
  return undefined;
}

function quoted(path: string): string {
  return JSON.stringify(pathText(path));
}
