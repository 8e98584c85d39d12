import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { exchange } from "../../src/registry/exchange.ts";
import { proxyFor } from "../../src/registry/proxy.ts";
import { listen } from "../loopback.ts";

const proxied = (address: string, except: string, env: Record<string, string> = {}) =>
  proxyFor(new URL(address), { HTTP_PROXY: "proxy:1", HTTPS_PROXY: "https://proxy:2", NO_PROXY: except, ...env })?.href;

test("each scheme has its own proxy; this machine is behind none", () => {
  expect(proxied("http://a.example/", "")).toBe("http://proxy:1/");
  expect(proxied("https://a.example/", "")).toBe("https://proxy:2/");
  expect(proxied("https://localhost:5000/", "")).toBeUndefined();
  expect(proxied("http://127.1.2.3/", "")).toBeUndefined();
  expect(proxied("http://[::1]:5000/", "")).toBeUndefined();
  expect(proxyFor(new URL("http://a.example/"), { http_proxy: "http://p" })?.host).toBe("p");
  expect(proxyFor(new URL("https://a.example/"), { HTTP_PROXY: "http://p" })).toBeUndefined();
  expect(proxied("http://a.example/", "", { REQUEST_METHOD: "GET" })).toBeUndefined();
});

test.each([
  ["*", true],
  ["example", true],
  ["a.example", true],
  [".example", true],
  ["*.example", true],
  ["b.example, A.EXAMPLE ", true],
  ["a.example:443", true],
  ["a.example:444", false],
  [".a.example", false],
  ["xa.example", false],
  ["ple", false],
  ["", false],
  [",", false],
])("NO_PROXY=%s excepts https://a.example: %s", (except, isExcepted) => {
  expect(proxied("https://a.example/", except) === undefined).toBe(isExcepted);
});

test.each([
  ["10.0.0.0/8", "https://10.1.2.3/", true],
  ["10.0.0.0/8", "https://11.1.2.3/", false],
  ["10.0.0.0/99", "https://10.1.2.3/", false],
  ["10.1.2.3", "https://10.1.2.3/", true],
  ["10.1.2.3:443", "https://10.1.2.3/", true],
  ["fd00::/8", "https://[fd00::1]/", true],
  ["fd00::1", "https://[fd00::1]/", true],
  ["[fd00::1]:443", "https://[fd00::1]/", true],
  ["fd00::/8", "https://10.1.2.3/", false],
])("NO_PROXY=%s excepts %s: %s", (except, address, isExcepted) => {
  expect(proxied(address, except) === undefined).toBe(isExcepted);
});

test.each(["socks5://proxy:1", "http://me:s3cret@", "ftp://x"])(
  "the proxy %s is a failure without its secret",
  (value) => {
    try {
      proxyFor(new URL("https://a.example"), { HTTPS_PROXY: value });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect([error.code, error.message.includes("s3cret")]).toEqual(["usage", false]);
    }
  },
);

test("TLS goes through a tunnel that the proxy opens, and no further than it allows", async () => {
  const heads: string[] = [];
  const proxy = await listen(
    createServer((socket) => {
      socket.once("data", (data) => {
        heads.push(data.toString());
        const isFirst = heads.length === 1;
        socket.end(isFirst ? "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\nno TLS");
      });
    }),
  );
  const env = { HTTPS_PROXY: `http://us:er@127.0.0.1:${proxy}` };
  const url = new URL("https://a.example/x");
  await expect(exchange({ method: "GET", url, env })).rejects.toThrow("answers 407 to a connection to a.example:443");
  await expect(exchange({ method: "GET", url, env })).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
  expect(heads[1]).toMatch(/^CONNECT a\.example:443 HTTP\/1\.1\r\n/);
  expect(heads[1]).toContain(`Proxy-Authorization: Basic ${Buffer.from("us:er").toString("base64")}\r\n`);
});

test("the name of the server is checked, and told it, within the tunnel", async () => {
  const names: string[] = [];
  const server = await listen(
    createTlsServer({
      SNICallback(name, done) {
        names.push(name);
        done(new Error("no certificate"));
      },
    }),
  );
  const proxy = await listen(
    createServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        pipeTo(socket, server);
      });
    }),
  );
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy}` };
  const failed = exchange({ method: "GET", url: new URL("https://a.example/x"), env });
  await expect(failed).rejects.toBeInstanceOf(Error);
  expect(names).toEqual(["a.example"]);
});

async function pipeTo(socket: Socket, port: number): Promise<void> {
  const { connect } = await import("node:net");
  const other = connect(port, "127.0.0.1");
  socket.on("error", () => other.destroy()).pipe(other);
  other.on("error", () => socket.destroy()).pipe(socket);
}
