import { trimSpace } from "../../trim-space.ts";
import { compareUtf8 } from "../../utf8.ts";
import type { SyntaxNode } from "../ast.ts";
import { refuseFlags } from "../flag-values.ts";
import type {
  ExposeInstruction,
  MaintainerInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
} from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { instructionOf, needsArguments, needsOneArgument } from "./base.ts";

export function parseExpose(node: SyntaxNode): ExposeInstruction | Problem {
  if (node.args.length === 0) return needsArguments("EXPOSE", "80/tcp");
  const ports = [...node.args].sort(compareUtf8);
  return refuseFlags(node.flags, "EXPOSE") ?? instructionOf("expose", node, { ports });
}

export function parseMaintainer(node: SyntaxNode): MaintainerInstruction | Problem {
  const [maintainer] = node.args;
  if (maintainer === undefined) return needsOneArgument("MAINTAINER", "me@example.com");
  return refuseFlags(node.flags, "MAINTAINER") ?? instructionOf("maintainer", node, { maintainer });
}

/** STOPSIGNAL does not look at flags. */
export function parseStopsignal(node: SyntaxNode): StopsignalInstruction | Problem {
  const [signal] = node.args;
  if (signal === undefined) return needsOneArgument("STOPSIGNAL", "SIGTERM");
  return instructionOf("stopsignal", node, { signal });
}

export function parseUser(node: SyntaxNode): UserInstruction | Problem {
  const [user] = node.args;
  if (user === undefined) return needsOneArgument("USER", "1000:1000");
  return refuseFlags(node.flags, "USER") ?? instructionOf("user", node, { user });
}

export function parseVolume(node: SyntaxNode): VolumeInstruction | Problem {
  if (node.args.length === 0) return needsArguments("VOLUME", "/data");
  const refused = refuseFlags(node.flags, "VOLUME");
  if (refused !== undefined) return refused;
  const volumes = node.args.map(trimSpace);
  if (volumes.includes("")) return problem("volume-empty", "a VOLUME cannot be an empty path");
  return instructionOf("volume", node, { volumes });
}

export function parseWorkdir(node: SyntaxNode): WorkdirInstruction | Problem {
  const [path] = node.args;
  if (path === undefined) return needsOneArgument("WORKDIR", "/app");
  return refuseFlags(node.flags, "WORKDIR") ?? instructionOf("workdir", node, { path });
}
