import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { endpointsFor, type RegistryConfig } from "../../src/registry/endpoint.ts";

test.each([
  ["docker.io", "https://registry-1.docker.io/v2/"],
  ["ghcr.io", "https://ghcr.io/v2/"],
  ["localhost", "http://localhost/v2/"],
  ["LOCALHOST:5000", "http://LOCALHOST:5000/v2/"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000/v2/"],
  ["127.8.8.8", "http://127.8.8.8/v2/"],
  ["[::1]:5000", "http://[::1]:5000/v2/"],
  ["[::2]:5000", "https://[::2]:5000/v2/"],
  ["localhost.example", "https://localhost.example/v2/"],
  ["10.0.0.1:5000", "http://10.0.0.1:5000/v2/"],
  ["10.0.0.1:5001", "https://10.0.0.1:5001/v2/"],
])("images of %s are at %s", (domain, base) => {
  expect(endpointsFor(domain, { insecure: ["10.0.0.1:5000"] }).map((endpoint) => endpoint.base)).toEqual([base]);
});

test("mirrors come before, in their order, and only for their domain", () => {
  const mirrors = [
    "https://one.example/",
    "two.example:5000/proxy/hub",
    "HTTP://three.example",
    "localhost:5000",
    "plain",
  ];
  const config: RegistryConfig = { mirrors: new Map([["docker.io", mirrors]]), insecure: ["plain"] };
  const endpoints = endpointsFor("docker.io", config);
  expect(endpoints.map(({ base }) => base)).toEqual([
    "https://one.example/v2/",
    "https://two.example:5000/v2/proxy/hub/",
    "http://three.example/v2/",
    "http://localhost:5000/v2/",
    "http://plain/v2/",
    "https://registry-1.docker.io/v2/",
  ]);
  expect(endpoints.map(({ namespace }) => namespace)).toEqual([...Array(5).fill("docker.io"), undefined]);
  expect(endpointsFor("ghcr.io", config)).toHaveLength(1);
});

test.each(["", "https://", "ftp://x", "https://me:s3cret@x", "me:s3cret@x", "x?y", "a b", "https://x:port", "/x"])(
  "%j is no mirror, and its secret is not shown",
  (mirror) => {
    const ask = () => endpointsFor("docker.io", { mirrors: new Map([["docker.io", [mirror]]]) });
    expect(ask).toThrow(Failure);
    expect(ask).not.toThrow("s3cret");
  },
);
