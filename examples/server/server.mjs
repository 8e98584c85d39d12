// A small HTTP service that builds on request, and tells of it with server-sent events: see README.md beside.
import { createServer } from "node:http";
import { connect, DockerfileError, Failure, failureText } from "llbc";

const mostAtOnce = 8;
const largestBody = 1 << 20;

const client = await connect(process.env.LLBC_ADDR).catch((error) => {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(failureText(error));
  process.exit(1);
});
let underWay = 0;
const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (!response.headersSent) refuse(response, error.status ?? 500, error.message);
    response.destroy();
  });
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port} builds on ${client.worker.description}`);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    client.close();
  });
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname !== "/builds") return refuse(response, 404, "POST a Dockerfile to /builds");
  if (request.method !== "POST") return refuse(response, 405, "POST a Dockerfile to /builds");
  if (underWay >= mostAtOnce) return refuse(response, 503, `${mostAtOnce} builds are under way: try again later`);
  underWay++;
  try {
    await build(await bodyOf(request), searchParams, response);
  } finally {
    underWay--;
  }
}

/** Builds, and ends with an event `done` or `failed`. Whoever hangs up before cancels the build. */
async function build(source, parameters, response) {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const running = client.solve(
    { source },
    {
      platforms: parameters.getAll("platform"),
      tags: parameters.getAll("tag"),
      push: parameters.has("push"),
      signal: gone.signal,
    },
  );
  try {
    for await (const event of running.events) await tell(response, event.kind, event, gone.signal);
    const { digest, timings } = await running;
    await tell(response, "done", { digest, timings }, gone.signal);
  } catch (error) {
    await tell(response, "failed", describe(error), gone.signal);
  }
  response.end();
}

/** One event; waits for a reader that is slow, which in turn slows down what the worker tells. */
async function tell(response, name, value, signal) {
  if (signal.aborted) return;
  if (response.write(`event: ${name}\ndata: ${JSON.stringify(value, bytesAsText)}\n\n`)) return;
  await new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

/** Asks the object itself: a Buffer has made itself an object of numbers before its value comes here. */
function bytesAsText(key, value) {
  return this[key] instanceof Uint8Array ? Buffer.from(this[key]).toString() : value;
}

function describe(error) {
  if (error instanceof DockerfileError) return { code: "dockerfile-invalid", diagnostics: error.diagnostics };
  if (error instanceof Failure) return { code: error.code, message: error.message, remedy: error.remedy };
  console.error(error);
  return { code: "internal", message: "the service failed" };
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) throw Object.assign(new Error("the Dockerfile is too large"), { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function refuse(response, status, message) {
  response.writeHead(status, { "Content-Type": "application/json", Connection: "close" });
  response.end(`${JSON.stringify({ message })}\n`);
}
