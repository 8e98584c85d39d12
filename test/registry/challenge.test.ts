import fc from "fast-check";
import { expect, test } from "vitest";
import { parseChallenge } from "../../src/registry/challenge.ts";

const hub = 'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull"';

test("a challenge says where tokens come from, and for what", () => {
  expect(parseChallenge(hub)).toEqual({
    kind: "bearer",
    realm: "https://auth.example/token",
    service: "registry.example",
    scopes: ["repository:a/b:pull"],
  });
  expect(
    parseChallenge('bearer realm=https://x , error="insufficient_scope" , scope="a:b:pull,push c:d:pull"'),
  ).toEqual({
    kind: "bearer",
    realm: "https://x",
    service: "",
    scopes: ["a:b:pull,push", "c:d:pull"],
  });
  expect(parseChallenge('Bearer realm="a\\"b,c"')).toMatchObject({ realm: 'a"b,c' });
});

test("of several challenges, a token is preferred to a password", () => {
  expect(parseChallenge(`Basic realm="x, y", ${hub}`)).toMatchObject({ kind: "bearer" });
  expect(parseChallenge(`${hub}, Basic realm="x"`)).toMatchObject({ kind: "bearer", service: "registry.example" });
  expect(parseChallenge('Negotiate, Basic realm="x"')).toEqual({ kind: "basic" });
  expect(parseChallenge("BASIC")).toEqual({ kind: "basic" });
});

test.each(["", "Digest realm=x", "Bearer", "Bearer service=x", "realm=x", '"', "=="])(
  "%j asks for nothing known",
  (text) => {
    expect(parseChallenge(text)).toBeUndefined();
  },
);

test("whatever a server writes is read, in time", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[Bearer Basic,="\\ realm]*$/), (text) => {
      parseChallenge(text);
      parseChallenge(`Bearer realm="x",${text}`);
    }),
  );
  expect(parseChallenge(`Bearer ${'x="\\\\",'.repeat(100_000)}realm=y`)).toMatchObject({ realm: "y" });
  expect(parseChallenge(`Bearer realm="${"\\".repeat(1_000_000)}`)).toMatchObject({ kind: "bearer" });
});
