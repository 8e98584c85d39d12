import { formatPlatform, PlatformError, parsePlatform } from "../../platform.ts";
import { didYouMean } from "../../suggest.ts";
import { UsageError } from "../usage-error.ts";

/** A kind of machine whose programs QEMU can run, and how their ELF headers show it. */
export interface Machine {
  /** As platforms name it. */
  readonly architecture: string;
  /** As QEMU's programs name it. */
  readonly qemu: string;
  readonly bits: 32 | 64;
  readonly endian: "little" | "big";
  /** `e_machine` of the ELF header. */
  readonly code: number;
}

/** Those that BuildKit looks for, the most used first. */
export const machines: readonly Machine[] = [
  { architecture: "amd64", qemu: "x86_64", bits: 64, endian: "little", code: 0x3e },
  { architecture: "arm64", qemu: "aarch64", bits: 64, endian: "little", code: 0xb7 },
  { architecture: "arm", qemu: "arm", bits: 32, endian: "little", code: 0x28 },
  { architecture: "386", qemu: "i386", bits: 32, endian: "little", code: 0x03 },
  { architecture: "riscv64", qemu: "riscv64", bits: 64, endian: "little", code: 0xf3 },
  { architecture: "ppc64le", qemu: "ppc64le", bits: 64, endian: "little", code: 0x15 },
  { architecture: "ppc64", qemu: "ppc64", bits: 64, endian: "big", code: 0x15 },
  { architecture: "s390x", qemu: "s390x", bits: 64, endian: "big", code: 0x16 },
  { architecture: "loong64", qemu: "loongarch64", bits: 64, endian: "little", code: 0x102 },
  { architecture: "mips64le", qemu: "mips64el", bits: 64, endian: "little", code: 0x08 },
  { architecture: "mips64", qemu: "mips64", bits: 64, endian: "big", code: 0x08 },
];

/** The first bytes of a program for a machine: what the kernel tells it by. */
export function elfHeader({ bits, endian, code }: Machine): Buffer {
  const header = Buffer.alloc(20);
  header.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, endian === "little" ? 1 : 2, 1]);
  if (endian === "little") {
    header.writeUInt16LE(executable, 16);
    header.writeUInt16LE(code, 18);
  } else {
    header.writeUInt16BE(executable, 16);
    header.writeUInt16BE(code, 18);
  }
  return header;
}

/** Which bits of the header count: all but the system's ABI, and that a program can be placed anywhere (type 3). */
export function elfMask({ endian }: Machine): Buffer {
  const mask = Buffer.alloc(20, 0xff);
  mask[7] = 0x00;
  mask[endian === "little" ? 16 : 17] = 0xfe;
  return mask;
}

const executable = 2;

/** Reads `arm64,linux/riscv64`, given in one argument or in several; `all` stands for every machine. */
export function parseMachines(texts: readonly string[]): readonly Machine[] {
  const names = texts.flatMap((text) => text.split(",")).filter((name) => name !== "");
  if (names.includes("all")) return machines;
  return [...new Set(names.map(parseMachine))];
}

function parseMachine(name: string): Machine {
  const known = machines.map(({ architecture }) => architecture);
  try {
    const platform = parsePlatform(name);
    const machine = machines.find(({ architecture }) => architecture === platform.architecture);
    if (machine !== undefined && platform.os === "linux") return machine;
    throw new UsageError(`QEMU runs no programs of ${formatPlatform(platform)} here; there are ${known.join(", ")}.`);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new UsageError(`${name} is no platform${didYouMean(name, known)}; there are ${known.join(", ")}.`);
  }
}
