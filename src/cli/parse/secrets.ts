import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoText } from "../../errno.ts";
import { ownValue } from "../../own-value.ts";
import type { SecretSource } from "../../solver/solve-options.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { parseKeyValues } from "./key-values.ts";

type Surroundings = Pick<Terminal, "env" | "cwd">;

/**
 * The uses of `--secret`, by id; the last one wins. `id=ID` alone is the environment variable of that name, and if there
 * is none the file of that name. Contents of files are read when a step asks for them; that they can be read is looked
 * at now. Rejects with a UsageError, which never holds a secret.
 */
export async function parseSecrets(
  uses: readonly string[],
  surroundings: Surroundings,
): Promise<Readonly<Record<string, SecretSource>>> {
  const secrets: Record<string, SecretSource> = Object.create(null);
  for (const use of uses) {
    if (use === "") continue;
    const { id, source } = readSecret(use, surroundings);
    if ("path" in source) await checkFile(id, source.path);
    secrets[id] = source;
  }
  return secrets;
}

interface Secret {
  readonly id: string;
  readonly source: SecretSource;
}

function readSecret(use: string, { env, cwd }: Surroundings): Secret {
  const fields = { id: "", type: "", file: "", env: "" };
  for (const [key, value] of parseKeyValues("--secret", use)) {
    switch (key) {
      case "id":
      case "type":
      case "env":
        fields[key] = value;
        break;
      case "src":
      case "source":
        fields.file = value;
        break;
      default:
        throw new UsageError(`--secret ${use}: there is no ${JSON.stringify(key)}; there are id, src, env and type.`);
    }
  }
  const { id, type } = fields;
  if (!["", "file", "env"].includes(type)) {
    throw new UsageError(`--secret ${use}: there is no type ${JSON.stringify(type)}; there are file and env.`);
  }
  if (id === "") throw new UsageError(`--secret ${use}: an id is needed, as id=NAME.`);
  const isNamedVariable = type === "env" && fields.env === "";
  const variable = isNamedVariable ? fields.file : fields.env;
  const file = isNamedVariable ? "" : fields.file;
  if (variable !== "") return { id, source: fromVariable(variable, env) };
  if (file !== "") return { id, source: { path: resolve(cwd, file) } };
  return { id, source: ownValue(env, id) === undefined ? { path: resolve(cwd, id) } : fromVariable(id, env) };
}

/** A variable that is not set is an empty secret: pipelines give the same flags whether or not they have one. */
function fromVariable(name: string, env: Terminal["env"]): SecretSource {
  return { data: Buffer.from(ownValue(env, name) ?? "") };
}

async function checkFile(id: string, path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const hint = `give a file as src=PATH, or an environment variable as env=NAME.`;
    throw new UsageError(`--secret id=${id}: ${path} cannot be read: ${errnoText(error)}; ${hint}`);
  }
}
