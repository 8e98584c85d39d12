import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { listen } from "../loopback.ts";
import { resolveInProcess } from "./own-process.ts";
import { putIndex, registryServer } from "./registry-server.ts";

/** For `worker.test` and 127.0.0.1, by an authority of the tests' own. */
const certificate = (name: string) => fileURLToPath(new URL(`../e2e/certificates/${name}.pem`, import.meta.url));

test("connections that the registry keeps open do not keep a process alive", async () => {
  const { host, digest } = await registryWithImage();
  expect(await resolveInProcess(`${host}/a:1`)).toEqual({ digest, alive: [] });
});

test("TLS is checked, with the authorities of NODE_EXTRA_CA_CERTS", async () => {
  const { host, digest } = await registryWithImage();
  const secure = await listen(
    createTlsServer(
      { cert: readFileSync(certificate("server")), key: readFileSync(certificate("server-key")) },
      (socket) => join(socket, host),
    ),
  );
  // Without the registry itself: only its secure front is there.
  const env = { LLBC_REGISTRY_MIRRORS: `127.0.0.1:1=https://127.0.0.1:${secure}` };
  const refused = await resolveInProcess("127.0.0.1:1/a:1", env);
  expect(refused.digest).toMatch(/certificate is not trusted \([A-Z_]+\)/);
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: certificate("ca") };
  expect(await resolveInProcess("127.0.0.1:1/a:1", trusting)).toEqual({ digest, alive: [] });
});

test("TLS goes through the tunnel of a proxy, and the name of the registry is checked there", async () => {
  const { host, digest } = await registryWithImage();
  const secure = await listen(
    createTlsServer(
      { cert: readFileSync(certificate("server")), key: readFileSync(certificate("server-key")) },
      (socket) => join(socket, host),
    ),
  );
  const asked: string[] = [];
  const proxy = await listen(
    createServer((socket) => {
      socket.once("data", (data) => {
        asked.push(data.toString().split("\r\n", 1)[0] ?? "");
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        join(socket, `127.0.0.1:${secure}`);
      });
    }),
  );
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy}`, NODE_EXTRA_CA_CERTS: certificate("ca") };
  expect(await resolveInProcess("worker.test/a:1", env)).toEqual({ digest, alive: [] });
  expect(new Set(asked)).toEqual(new Set(["CONNECT worker.test:443 HTTP/1.1"]));
  const other = await resolveInProcess("another.test/a:1", env);
  expect(other.digest).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
});

async function registryWithImage() {
  const registry = await registryServer();
  const digest = putIndex(registry, ["linux/amd64"]);
  registry.auth = { kind: "bearer" };
  registry.tags.set("a:1", digest);
  return { host: registry.host, digest };
}

function join(socket: Socket, host: string): void {
  const [name, port] = host.split(":");
  const other = connect(Number(port), name);
  socket.on("error", () => other.destroy()).pipe(other);
  other.on("error", () => socket.destroy()).pipe(socket);
}
