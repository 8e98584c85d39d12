import { expect, test } from "vitest";
import { attestationOptions } from "../../src/solver/attestations.ts";

test("an image gets a minimal provenance unless something is said of it", () => {
  const byDefault = { "attest:provenance": "mode=min,inline-only=true" };
  expect(options({})).toEqual(byDefault);
  expect(options({ sbom: true })).toEqual({ ...byDefault, "attest:sbom": "type=sbom" });
  expect(options({ provenance: false })).toEqual({});
  expect(options({ provenance: true })).toEqual({ "attest:provenance": "type=provenance" });
});

test("attributes are sent in the order of their names", () => {
  expect(options({ provenance: "mode=max,builder-id=https://ci.example" })).toEqual({
    "attest:provenance": "type=provenance,builder-id=https://ci.example,mode=max",
  });
  expect(options({ provenance: false, sbom: '"generator=a,b"' })).toEqual({
    "attest:sbom": 'type=sbom,"generator=a,b"',
  });
});

test("a definition, and a worker that cannot, get none by themselves", () => {
  expect([...attestationOptions({}, true, true)]).toEqual([]);
  expect([...attestationOptions({}, false, false)]).toEqual([]);
  expect([...attestationOptions({ attestations: { provenance: false } }, false, false)]).toEqual([]);
});

test("what cannot be is refused", () => {
  expect(() => attestationOptions({ attestations: { sbom: true } }, false, false)).toThrow(
    expect.objectContaining({ code: "capability-missing" }),
  );
  expect(() => options({ provenance: "max" })).toThrow(expect.objectContaining({ code: "usage" }));
});

function options(attestations: Readonly<Record<string, string | boolean>>) {
  return Object.fromEntries(attestationOptions({ attestations }, true, false));
}
