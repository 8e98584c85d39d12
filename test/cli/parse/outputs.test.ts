import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseOutput } from "../../../src/cli/parse/outputs.ts";
import { memoryTerminal } from "../fake-terminal.ts";

const { terminal } = memoryTerminal();
const parse = (text: string) => parseOutput(text, terminal);

test("a folder alone is an output of files", () => {
  expect(parse("out")).toEqual({ type: "local", dest: resolve("out") });
});

test("a dash is a tar archive on standard output, unless that is a terminal", () => {
  expect(parse("-")).toEqual({ type: "tar", dest: terminal.stdout });
  expect(() => parseOutput("-", memoryTerminal({ isTTY: true }).terminal)).toThrow(/not written to a terminal/);
});

test("types and their attributes", () => {
  expect(parse("type=oci,dest=a.tar,compression=zstd")).toMatchObject({
    type: "oci",
    dest: resolve("a.tar"),
    attrs: { compression: "zstd" },
  });
  expect(parse('type=image,"name=a:1,b:2",push=true')).toMatchObject({
    type: "image",
    attrs: { name: "a:1,b:2", push: "true" },
  });
  expect(parse("type=docker")).toEqual({ type: "docker", attrs: {} });
  expect(parse("type=cacheonly")).toEqual({ type: "cacheonly", attrs: {} });
  expect(parse("TYPE=local,DEST=x")).toMatchObject({ type: "local", dest: resolve("x") });
});

test("a registry output is an image that is pushed", () => {
  expect(parse("type=registry,name=a")).toMatchObject({ type: "image", attrs: { name: "a", push: "true" } });
});

test("what cannot be says what would", () => {
  expect(() => parse("type=ocii,dest=x")).toThrow(/no output of type ocii; there are local, tar, oci/);
  expect(() => parse("dest=x,name=y")).toThrow(/say what is wanted/);
  expect(() => parse("type=local")).toThrow(/dest=FOLDER/);
  expect(() => parse("type=oci,dest")).toThrow(/"dest" is not of the form key=value/);
  expect(() => parse('type=oci,"dest=x')).toThrow(/quote is not closed/);
  expect(() => parse("type=image,dest=x")).toThrow(/takes no dest/);
});
