import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { environment } from "../environment.ts";
import { responseOf } from "./http-body.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { portOf, proxyFor, withoutBrackets } from "./proxy.ts";
import { timedOut } from "./timed-out.ts";

/**
 * Sends one request, by way of a proxy where the variables name one; redirects are not followed. Idle connections do not
 * keep the process alive. No encoding is wanted: digests are of the bytes on the wire.
 *
 * Rejects with a system error, with a Failure `usage` for a proxy that cannot be used, or with the signal's reason.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  const { signal, patience = defaultPatience } = request;
  signal?.throwIfAborted();
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    open(request, patience).then((outgoing) => {
      outgoing.once("response", resolve);
      watch(outgoing, patience, signal, "response", reject);
      outgoing.end(request.body);
    }, reject);
  });
  return responseOf(request.url, message, patience, signal);
}

const defaultPatience = 30_000;

async function open(request: HttpRequest, patience: number): Promise<ClientRequest> {
  const { url, method, signal } = request;
  const proxy = proxyFor(url, request.env ?? environment());
  const headers: OutgoingHttpHeaders = { "User-Agent": "llbc", "Accept-Encoding": "identity", ...request.headers };
  const options = { ...addressOf(url), method, headers, path: `${url.pathname}${url.search}` };
  if (proxy === undefined) return start(url, options);
  if (url.protocol === "http:") {
    const proxied = { ...headers, ...proxyHeaders(proxy), Host: url.host };
    return start(proxy, { ...options, ...addressOf(proxy), headers: proxied, path: `${url.origin}${options.path}` });
  }
  const socket = await openTunnel(proxy, url, patience, signal);
  const { connect } = await import("node:tls");
  const host = withoutBrackets(url.hostname);
  const { isIP } = await import("node:net");
  const servername = isIP(host) === 0 ? host : "";
  return start(url, { ...options, createConnection: () => connect({ socket, host, servername }) });
}

async function start(server: URL, options: RequestOptions): Promise<ClientRequest> {
  const { request } = server.protocol === "https:" ? await import("node:https") : await import("node:http");
  return request(options);
}

/** A connection that the proxy passes on to the server of `url`. */
async function openTunnel(proxy: URL, url: URL, patience: number, signal: AbortSignal | undefined): Promise<Socket> {
  signal?.throwIfAborted();
  const target = `${url.hostname}:${portOf(url)}`;
  const headers = { ...proxyHeaders(proxy), Host: target };
  const outgoing = await start(proxy, { ...addressOf(proxy), method: "CONNECT", path: target, headers });
  return new Promise((resolve, reject) => {
    const refuse = (message: IncomingMessage) => {
      outgoing.destroy();
      reject(proxyError(`the proxy ${proxy.host} answers ${message.statusCode} to a connection to ${target}`));
    };
    outgoing.once("connect", (message, socket: Socket) => {
      if (message.statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        refuse(message);
      }
    });
    outgoing.once("response", refuse);
    watch(outgoing, patience, signal, "connect", reject);
    outgoing.end();
  });
}

/** Ends a request that fails, that nobody wants any more, or that is not answered in time. */
function watch(
  outgoing: ClientRequest,
  patience: number,
  signal: AbortSignal | undefined,
  answer: "response" | "connect",
  reject: (reason: unknown) => void,
): void {
  const timer = setTimeout(() => outgoing.destroy(timedOut(patience)), patience);
  const stop = () => outgoing.destroy(new Error("stopped"));
  const finish = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  };
  signal?.addEventListener("abort", stop, { once: true });
  outgoing.once(answer, finish);
  outgoing.on("error", (error) => {
    finish();
    reject(signal?.aborted === true ? signal.reason : error);
  });
  outgoing.once("close", () => {
    finish();
    reject(Object.assign(new Error("the connection was closed before an answer"), { code: "ECONNRESET" }));
  });
  if (signal?.aborted === true) stop();
}

function addressOf(url: URL): { readonly hostname: string; readonly port: string } {
  return { hostname: withoutBrackets(url.hostname), port: portOf(url) };
}

function proxyHeaders(proxy: URL): OutgoingHttpHeaders {
  if (proxy.username === "" && proxy.password === "") return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "Proxy-Authorization": `Basic ${Buffer.from(pair, "utf8").toString("base64")}` };
}

function proxyError(message: string): Error {
  return Object.assign(new Error(message), { code: "EPROXY" });
}
