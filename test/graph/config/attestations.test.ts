import { expect, test } from "vitest";
import { checkAttestations } from "../../../src/graph/config/attestations.ts";

const check = (options: Readonly<Record<string, string>>) => checkAttestations(new Map(Object.entries(options)));

test.each([
  {},
  { "attest:sbom": "" },
  { "attest:sbom": "generator=docker.io/acme/scan:1,x=y" },
  { "attest:provenance": "mode=max,version=v1" },
  { "attest:PROVENANCE": "mode" },
  { "build-arg:BUILDKIT_ATTESTX": "x" },
])("%j", (options) => {
  expect(() => check(options)).not.toThrow();
});

test.each([
  { "attest:vex": "" },
  { "build-arg:BUILDKIT_ATTEST_X": "" },
  { "attest:sbom": "generator=" },
  { "attest:sbom": "generator=a..b" },
  { "attest:sbom": 'a"b' },
])("%j is refused, without a place", (options) => {
  expect(() => check(options)).toThrow(expect.objectContaining({ rule: "invalid-option", lines: [] }));
});
