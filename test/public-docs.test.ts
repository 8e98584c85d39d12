import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));

test.each(["index.ts", "llb/index.ts"])("everything that %s exports says what it is", (index) => {
  const exported = exportsOf(join(root, index));
  expect(exported.length).toBeGreaterThan(50);
  expect(exported.filter((one) => !hasDoc(one)).map(({ file, name }) => `${name} of ${file}`)).toEqual([]);
});

interface Exported {
  readonly file: string;
  readonly name: string;
}

/** What a file exports, each with the file that declares it. */
function exportsOf(file: string): Exported[] {
  const code = readFileSync(file, "utf8");
  const declared = [...code.matchAll(declaration)].map(([, name = ""]) => ({ file, name }));
  const named = [...code.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";$/gm)].flatMap(([, names = "", from]) =>
    names
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name) => declarationOf(join(dirname(file), String(from)), name)),
  );
  const all = [...code.matchAll(/^export (?:type )?\* from "([^"]+)";$/gm)].flatMap(([, from]) =>
    exportsOf(join(dirname(file), String(from))),
  );
  return [...declared, ...named, ...all];
}

/** Where a name is declared, through the files that only hand it on. */
function declarationOf(file: string, name: string): Exported {
  const found = exportsOf(file).find((one) => one.name === name);
  if (found === undefined) throw new Error(`${file} exports no ${name}`);
  return found;
}

function hasDoc({ file, name }: Exported): boolean {
  const lines = readFileSync(file, "utf8").split("\n");
  const line = lines.findIndex((text) => [...text.matchAll(declaration)].some(([, found]) => found === name));
  return lines[line - 1]?.endsWith("*/") === true;
}

const declaration = /^export (?:abstract )?(?:async )?(?:interface|type|class|function|const) (\w+)/gm;
