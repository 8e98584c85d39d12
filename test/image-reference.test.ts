import { describe, expect, it } from "vitest";
import {
  formatReference,
  formatShortReference,
  isDigest,
  parseFullReference,
  parseImageReference,
  withDefaultTag,
} from "../src/image-reference.ts";

const digest = `sha256:${"ab".repeat(32)}`;

describe("image references", () => {
  it.each([
    ["alpine", "docker.io/library/alpine:latest", "alpine:latest"],
    ["acme/app:1", "docker.io/acme/app:1", "acme/app:1"],
    ["docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"],
    ["index.docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"],
    ["localhost/app", "localhost/app:latest", "localhost/app:latest"],
    ["registry.example.com:5000/a/b:v1", "registry.example.com:5000/a/b:v1", "registry.example.com:5000/a/b:v1"],
    ["[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest"],
    ["Registry/a", "Registry/a:latest", "Registry/a:latest"],
    [`alpine:3@${digest}`, `docker.io/library/alpine:3@${digest}`, `alpine:3@${digest}`],
    [`alpine@${digest}`, `docker.io/library/alpine@${digest}`, `alpine@${digest}`],
    ["docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"],
  ])("reads %s as %s", (text, full, short) => {
    const reference = parseImageReference(text);
    if (reference === undefined) throw new Error("not read");
    expect(formatReference(withDefaultTag(reference))).toBe(full);
    expect(formatShortReference(withDefaultTag(reference))).toBe(short);
  });

  it.each([
    "",
    "A",
    "a..b",
    "a-",
    "a:",
    "a@sha256:1",
    `a@sha256:${"AB".repeat(32)}`,
    "ab".repeat(32),
    "a b",
    "/a",
    "x".repeat(256),
  ])("refuses %j", (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });

  it("reads a reference as it stands where no short names are meant", () => {
    expect(parseFullReference("store:v1")).toEqual({ domain: "", path: "store", tag: "v1", digest: "" });
  });

  it("knows the digests of OCI", () => {
    expect(isDigest(digest)).toBe(true);
    expect(isDigest("md5:00")).toBe(false);
    expect(isDigest(`sha512:${"0".repeat(128)}`)).toBe(true);
  });
});
