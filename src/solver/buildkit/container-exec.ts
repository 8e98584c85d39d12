import { request } from "node:http";
import type { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import { Failure } from "../../failure.ts";
import { fieldOf } from "../json-fields.ts";
import type { Address, Endpoint } from "./address.ts";
import { dial } from "./dial.ts";
import { pairedSocket } from "./paired-socket.ts";

type ContainerAddress = Extract<Address, { readonly kind: "container" }>;

/** What connects a standard input and output to the buildkitd beside it: every image of BuildKit has it. */
const command = ["buildctl", "dial-stdio"];

/**
 * Makes of a connection to a Docker engine one to the buildkitd in a container of it: runs `buildctl dial-stdio` there
 * by the engine's exec API, whose standard input and output then are the connection.
 *
 * Rejects with a Failure `worker-unreachable` in the engine's words, and destroys the socket, when that cannot be run.
 */
export async function execInContainer(
  socket: Socket,
  { container, engine }: ContainerAddress,
  signal?: AbortSignal,
): Promise<Socket> {
  try {
    const path = `/containers/${encodeURIComponent(container)}/exec`;
    const created = await engineCall(engine, path, { Cmd: command, ...attached }, container, signal);
    const id = fieldOf(created, "Id");
    if (typeof id !== "string" || id === "") throw new Error("the engine gave the command no id");
    const raw = await startExec(socket, id, signal);
    return pairedSocket(demultiplexed(raw), raw);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Starts a container that was stopped; nothing happens to one that runs. Rejects as `execInContainer` does. */
export async function startContainer({ container, engine }: ContainerAddress, signal?: AbortSignal): Promise<void> {
  await engineCall(engine, `/containers/${encodeURIComponent(container)}/start`, undefined, container, signal);
}

const attached = { AttachStdin: true, AttachStdout: true, AttachStderr: true };

async function engineCall(
  engine: Endpoint,
  path: string,
  body: object | undefined,
  container: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const socket = await dial(engine, signal);
  const { status, text } = await post(socket, path, body, signal);
  if (status < 400) return parsed(text);
  const words = fieldOf(parsed(text), "message");
  throw new Failure(
    "worker-unreachable",
    `the container ${container} cannot be used: ${typeof words === "string" ? words : `HTTP ${status}`}`,
    {
      remedy:
        status === 404
          ? "Have buildx make it with docker buildx inspect --bootstrap, or name another builder."
          : "See docker logs of the container, and start it again with docker buildx inspect --bootstrap.",
    },
  );
}

function post(
  socket: Socket,
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  const asked = requestOver(socket, path, { Connection: "close" }, signal);
  return new Promise((resolve, reject) => {
    asked.on("error", reject);
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        if (text.length < maxAnswer) text += piece;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const maxAnswer = 1 << 20;

/** Takes the connection over for the command's streams, as the engine does after its answer. */
function startExec(socket: Socket, id: string, signal: AbortSignal | undefined): Promise<Socket> {
  const asked = requestOver(socket, `/exec/${id}/start`, { Connection: "Upgrade", Upgrade: "tcp" }, signal);
  return new Promise((resolve, reject) => {
    asked.on("error", reject);
    asked.on("upgrade", (_response, upgraded, head) => {
      if (head.length > 0) upgraded.unshift(head);
      resolve(socket);
    });
    asked.on("response", (response) => {
      response.resume();
      reject(new Error(`the engine does not run ${command.join(" ")} (HTTP ${response.statusCode})`));
    });
    asked.end(JSON.stringify({ Detach: false, Tty: false }));
  });
}

function requestOver(
  socket: Socket,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
) {
  return request({
    createConnection: () => socket,
    method: "POST",
    path,
    host: "docker",
    headers: { ...headers, "Content-Type": "application/json" },
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * The standard output in an engine's stream, where each piece has a header: which of the streams it is of, three zeros,
 * its length in four bytes. What the command says on standard error is the reason when it ends before it said anything.
 */
function demultiplexed(raw: Socket): Readable {
  const output = new PassThrough();
  let rest: Buffer = Buffer.alloc(0);
  let complaint = "";
  let hasOutput = false;
  raw.on("data", (piece: Buffer) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    while (rest.length >= headerSize) {
      const end = headerSize + rest.readUInt32BE(4);
      if (rest.length < end) break;
      const content = rest.subarray(headerSize, end);
      if (rest[0] === standardError) complaint = `${complaint}${content.toString("utf8")}`.slice(-maxComplaint);
      else if (!output.write(content)) raw.pause();
      hasOutput ||= rest[0] !== standardError;
      rest = rest.subarray(end);
    }
  });
  output.on("drain", () => raw.resume());
  raw.on("error", (error) => output.destroy(error));
  raw.on("end", () => {
    if (hasOutput || complaint === "") output.end();
    else output.destroy(new Error(complaint.trim()));
  });
  return output;
}

const headerSize = 8;
const standardError = 2;
const maxComplaint = 1000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
