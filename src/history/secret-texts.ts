import { readFile } from "node:fs/promises";
import type { SecretSource } from "../solver/solve-options.ts";

/**
 * What must not be kept of secrets: each as a whole, and each line of it, since a step may write one of them. One that
 * cannot be read any more was not read by a step either.
 */
export async function secretTexts(secrets: Readonly<Record<string, SecretSource>>): Promise<readonly string[]> {
  const texts = await Promise.all(Object.values(secrets).map(textOf));
  const lines = texts.flatMap((text) => [text, ...text.split("\n")]).map((text) => text.trim());
  return [...new Set(lines)];
}

async function textOf(source: SecretSource): Promise<string> {
  if ("data" in source) return Buffer.from(source.data).toString("utf8");
  try {
    return await readFile(source.path, "utf8");
  } catch {
    return "";
  }
}
