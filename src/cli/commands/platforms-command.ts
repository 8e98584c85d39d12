import type { Command } from "commander";
import { didYouMean } from "../../suggest.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { addWorkerFlags, type WorkerFlags } from "./worker-flags.ts";

/** `llbc platforms`, with `install` and `uninstall`. */
export function addPlatformsCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const platforms = program
    .command("platforms")
    .summary("what the worker runs: natively, by emulation, or not")
    .description("Tell what the worker runs: natively, by emulation, or not at all.")
    .addHelpText("after", details)
    .allowExcessArguments(true)
    .action(async (flags: WorkerFlags, { args }: Command) => {
      const [word] = args;
      if (word !== undefined) throw unknownWord(word);
      const { platformsCommand } = await import("./platforms.ts");
      exit(await platformsCommand(flags, terminal));
    });
  addWorkerFlags(platforms);
  platforms
    .command("install")
    .summary("set up emulation on this machine")
    .description("Have this machine run programs of others: install QEMU, and register it with the kernel.")
    .argument("<platforms...>", "such as arm64,riscv64; all for every one")
    .option("--dry-run", "say what would be done, and do nothing of it")
    .addHelpText("after", installDetails)
    .action(async (names: readonly string[], flags: { readonly dryRun?: true }) => {
      const { installCommand } = await import("./platforms-install.ts");
      exit(await installCommand(names, flags, terminal));
    });
  platforms
    .command("uninstall")
    .summary("take back what install registered")
    .description("Take back what install registered. Packages stay.")
    .argument("[platforms...]", "such as arm64,riscv64 (default: all that llbc registered)")
    .option("--dry-run", "say what would be done, and do nothing of it")
    .addHelpText("after", uninstallDetails)
    .action(async (names: readonly string[], flags: { readonly dryRun?: true }) => {
      const { uninstallCommand } = await import("./platforms-install.ts");
      exit(await uninstallCommand(names, flags, terminal));
    });
}

function unknownWord(word: string): UsageError {
  const known = ["install", "uninstall"];
  return new UsageError(`llbc platforms has no ${word}${didYouMean(word, known)}; it has ${known.join(" and ")}.`);
}

const details = `
A worker builds for any platform; to RUN a step of another machine's, it needs that machine's programs emulated.

Examples:
  llbc platforms
  llbc platforms --addr tcp://builder.example.com:1234 --json
  sudo llbc platforms install arm64,riscv64
  sudo llbc platforms uninstall`;

const installDetails = `
QEMU comes from Debian's package qemu-user-static, or qemu-user from Debian 13 on, and is registered with
binfmt_misc so that containers need nothing of it (flag F). What is registered already stays as it is. Run it on the
worker's machine; the worker sees the change within half a minute. Takes root.

Examples:
  sudo llbc platforms install arm64
  sudo llbc platforms install linux/arm/v7,linux/riscv64
  llbc platforms install all --dry-run`;

const uninstallDetails = `
Examples:
  sudo llbc platforms uninstall
  sudo llbc platforms uninstall riscv64
  llbc platforms uninstall --dry-run`;
