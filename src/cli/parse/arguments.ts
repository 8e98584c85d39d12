import type { Command } from "commander";
import { parseBoolean } from "./key-values.ts";

/**
 * The arguments of a command, with what docker's command lines take and commander does not spelled out: `--push=true` is
 * `--push`, `--push=false` nothing, `-t=name` is `-t name`. Values of other flags stay as they are, whatever they look
 * like.
 */
export function plainArguments({ options }: Command, args: readonly string[]): readonly string[] {
  const plain: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") return [...plain, ...args.slice(at)];
    const [, name = "", value] = /^(--?[A-Za-z][A-Za-z-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const option = options.find(({ long, short }) => name !== "" && (long === name || short === name));
    if (option === undefined) {
      plain.push(arg);
    } else if (option.required || option.optional) {
      if (value === undefined) plain.push(arg, ...args.slice(at + 1, ++at + 1));
      else if (name === option.short) plain.push(name, value);
      else plain.push(arg);
    } else {
      const isOn = value === undefined ? true : parseBoolean(value);
      if (isOn === undefined) plain.push(arg);
      else if (isOn) plain.push(name);
    }
  }
  return plain;
}
