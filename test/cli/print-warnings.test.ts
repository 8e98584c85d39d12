import { expect, test } from "vitest";
import { printWarnings } from "../../src/cli/print-error.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { compile } from "../../src/graph/compile.ts";
import type { WarningEvent } from "../../src/solver/events.ts";
import { memoryTerminal } from "./fake-terminal.ts";

const source = "FROM scratch\nCOPY <<EOT /etc/conf\none\ntwo $ARCH\nEOT\nCOPY $OTHER /\n";

test("a warning that the compiler found is shown at its very place, one that only the worker tells by its lines", async () => {
  const { diagnostics } = await compile(source);
  expect(diagnostics.length).toBe(2);
  const { terminal, err } = memoryTerminal();
  printWarnings(diagnostics.map(asTold), terminal, diagnostics.slice(0, 1));
  expect(err()).toContain("   4 | two $ARCH\n     |     ^^^^^\n");
  expect(err()).toContain("   6 | COPY $OTHER /\n     | ^^^^^^^^^^^^^\n");
});

/** As the worker hands it on. */
function asTold({ rule, message, filename, lines }: Diagnostic): WarningEvent {
  const ranges = lines.map((line) => ({ start: { line, character: 0 }, end: { line, character: 0 } }));
  const told = `${rule}: ${message} (line ${lines[0]})`;
  const text = Buffer.from(source);
  return { kind: "warning", vertex: "", level: 1, message: told, detail: [], url: "", filename, text, ranges };
}
