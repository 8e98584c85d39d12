import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import { elfHeader, elfMask, type Machine } from "./machine.ts";

/** Where Linux keeps its handlers of foreign programs. */
export const binfmtFolder = "/proc/sys/fs/binfmt_misc";

/** A handler that the kernel has. */
export interface Handler {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly interpreter: string;
  readonly flags: string;
  readonly offset: number;
  /** Empty where the handler goes by the name of a file. */
  readonly magic: Buffer;
  readonly mask: Buffer;
}

/** The handlers by name; undefined where binfmt_misc is not mounted, or the kernel has none. */
export function readHandlers(folder: string): readonly Handler[] | undefined {
  try {
    const names = readdirSync(folder);
    if (!names.includes("register")) return undefined;
    return names
      .filter((name) => name !== "register" && name !== "status")
      .sort()
      .map((name) => parseHandler(name, readFileSync(join(folder, name), "utf8")));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw new Failure("usage", `cannot read ${folder}: ${errnoText(error)}`, { cause: error });
  }
}

/** Whether a handler takes the programs of a machine, and in containers too: with F, the kernel has its file open. */
export function handles(handler: Handler, machine: Machine): boolean {
  const { isEnabled, flags, offset, magic, mask } = handler;
  if (!isEnabled || !flags.includes("F") || magic.length === 0) return false;
  const header = elfHeader(machine);
  return magic.every((byte, index) => {
    const counts = mask[index] ?? 0xff;
    return ((header[offset + index] ?? 0) & counts) === (byte & counts);
  });
}

/** The line that has the kernel run programs of a machine with an interpreter. */
export function registration(name: string, machine: Machine, interpreter: string): string {
  return `:${name}:M::${escaped(elfHeader(machine))}:${escaped(elfMask(machine))}:${interpreter}:${flags}`;
}

/** O and C: the program's own rights count; P: it sees its own name; F: the interpreter is opened now, for containers. */
const flags = "OCPF";

/** Adds a handler; one of that name that is there already goes. Throws a Failure where the kernel refuses. */
export function register(folder: string, name: string, machine: Machine, interpreter: string): void {
  if (readHandlers(folder)?.some((handler) => handler.name === name)) remove(folder, name);
  write(join(folder, "register"), registration(name, machine, interpreter), `register ${interpreter}`);
  // The whole of binfmt_misc can be turned off.
  if (readFileSync(join(folder, "status"), "utf8").startsWith("disabled"))
    write(join(folder, "status"), "1", "turn it on");
}

/** Removes a handler. Throws a Failure where the kernel refuses. */
export function remove(folder: string, name: string): void {
  write(join(folder, name), "-1", `remove ${name}`);
}

function write(path: string, text: string, what: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure("usage", `the kernel did not ${what}: ${errnoText(error)}`, {
      remedy: "Run this as root of the machine itself: inside of most containers the handlers cannot be changed.",
      cause: error,
    });
  }
}

function escaped(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function parseHandler(name: string, text: string): Handler {
  const lines = text.split("\n");
  const after = (word: string): string =>
    lines
      .find((line) => line.startsWith(word))
      ?.slice(word.length)
      .trim() ?? "";
  return {
    name,
    isEnabled: lines[0] === "enabled",
    interpreter: after("interpreter "),
    flags: after("flags:"),
    offset: Number(after("offset ")),
    magic: Buffer.from(after("magic "), "hex"),
    mask: Buffer.from(after("mask "), "hex"),
  };
}
