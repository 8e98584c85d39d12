import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/failure.ts";
import { parseAddress } from "../../../src/solver/buildkit/address.ts";

describe("an address", () => {
  test("of a socket", () => {
    expect(parseAddress("unix:///run/buildkit/buildkitd.sock")).toEqual({
      address: { kind: "socket", path: "/run/buildkit/buildkitd.sock" },
      protocol: "unknown",
      text: "unix:///run/buildkit/buildkitd.sock",
    });
    expect(parseAddress("unix:relative.sock").address).toEqual({ kind: "socket", path: "relative.sock" });
  });

  test("of a Windows pipe, as Docker writes it", () => {
    expect(parseAddress("npipe:////./pipe/docker_engine").address).toEqual({
      kind: "socket",
      path: "\\\\.\\pipe\\docker_engine",
    });
  });

  test.each([
    ["tcp://builder:9000", "builder", 9000],
    ["tcp://builder", "builder", 1234],
    ["tcp://10.0.0.7:1/", "10.0.0.7", 1],
    ["tcp://[::1]:2375", "::1", 2375],
    ["docker://builder", "builder", 2375],
    ["http://builder:80", "builder", 80],
    ["docker://tcp://builder:2376", "builder", 2376],
  ])("%s", (text, host, port) => {
    expect(parseAddress(text).address).toEqual({ kind: "tcp", host, port });
  });

  test("behind docker:// is an engine's, whatever it looks like", () => {
    for (const text of ["docker://unix:///var/run/docker.sock", "docker:///var/run/docker.sock"]) {
      const endpoint = parseAddress(text);
      expect(endpoint.address).toEqual({ kind: "socket", path: "/var/run/docker.sock" });
      expect(endpoint).toMatchObject({ protocol: "docker", text });
    }
  });

  test("keeps its TLS, and an engine's port then is another", () => {
    const tls = { servername: "builder.example" };
    expect(parseAddress("docker://builder", tls)).toMatchObject({ address: { port: 2376 }, tls });
    expect(parseAddress("https://builder:443")).toMatchObject({ tls: {} });
    expect(parseAddress("tcp://builder:443")).not.toHaveProperty("tls");
  });
});

describe("what is no address is refused with the ways that work", () => {
  test.each([
    "",
    "docker.sock",
    "/var/run/docker.sock",
    "tcp://",
    "tcp://host:0",
    "tcp://host:65536",
    "tcp://a b:1",
    "unix://",
    "ftp://x",
    "tcp://host:1/path",
  ])("%j", (text) => {
    expect(refusalOf(text)).toMatchObject({ code: "usage", remedy: expect.stringContaining("tcp://host:port") });
  });

  test("ssh is to be forwarded", () => {
    expect(refusalOf("ssh://me@host").remedy).toContain("ssh -nNT -L");
  });

  test("a container's port is to be published", () => {
    expect(refusalOf("podman-container://buildkitd").remedy).toContain("buildkitd --addr");
    expect(refusalOf("kube-pod://x").message).toContain("kube-pod://x");
  });
});

function refusalOf(text: string): Failure {
  try {
    parseAddress(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}
