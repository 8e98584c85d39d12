import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { status } from "@grpc/grpc-js";
import { abandonedNames, temporaryName } from "../../../temporary-names.ts";
import { StatusError } from "../unary-handler.ts";
import { blobPath, type ContentFolder } from "./content-folder.ts";

/**
 * A blob on its way into a folder. It lies beside the blobs until `commit` has seen that it is what was announced, and
 * is synced: under its digest there is a whole blob or none. `discard` removes what was not committed.
 */
export class IncomingBlob {
  readonly #folder: ContentFolder;
  readonly #path: string;
  readonly #file: FileHandle;
  #hash: Hash = createHash("sha256");
  #size = 0;
  #isOver = false;

  static async open(folder: ContentFolder): Promise<IncomingBlob> {
    const place = join(folder.path, "ingest");
    await mkdir(place, { recursive: true });
    for (const name of abandonedNames(await readdir(place))) await rm(join(place, name), { force: true });
    const path = join(place, temporaryName());
    return new IncomingBlob(folder, path, await open(path, "wx"));
  }

  private constructor(folder: ContentFolder, path: string, file: FileHandle) {
    this.#folder = folder;
    this.#path = path;
    this.#file = file;
  }

  get size(): number {
    return this.#size;
  }

  /** Of what has come so far. */
  get digest(): string {
    return `sha256:${this.#hash.copy().digest("hex")}`;
  }

  async append(data: Uint8Array): Promise<void> {
    await writeAll(this.#file, data, this.#size);
    this.#hash.update(data);
    this.#size += data.length;
  }

  /** Begins again with nothing. */
  async restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash("sha256");
    this.#size = 0;
  }

  /** Throws a StatusError when size (unless 0) or digest (unless empty) are not those that were announced. */
  async commit(size: number, digest: string): Promise<void> {
    const own = this.digest;
    if (size > 0 && size !== this.#size) {
      throw new StatusError(status.FAILED_PRECONDITION, `the blob has ${this.#size} bytes and not ${size}`);
    }
    if (digest !== "" && digest !== own) {
      throw new StatusError(status.FAILED_PRECONDITION, `the blob is ${own} and not ${digest}`);
    }
    await this.#file.sync();
    await this.#file.close();
    const path = blobPath(this.#folder, own);
    await mkdir(dirname(path), { recursive: true });
    await rename(this.#path, path);
    this.#isOver = true;
  }

  /** Never rejects; after `commit` it does nothing. */
  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#file.close().catch(() => {});
    await rm(this.#path, { force: true }).catch(() => {});
  }
}

async function writeAll(file: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = await file.write(data, written, data.length - written, position + written);
    written += bytesWritten;
  }
}
