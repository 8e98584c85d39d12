/** What every instruction has, whatever its kind. */
export interface InstructionBase {
  /** The keyword as written: `RUN`, `rUn`. */
  readonly name: string;
  /** The lines, from 1, that the instruction covers, heredocs included; what BuildKit calls its location. */
  readonly lines: readonly number[];
  /** The comments right above, without `#` and outer white space; they may describe or hold `check=`. */
  readonly comments: readonly string[];
  /** The whole instruction on one line, continuations joined, heredoc contents left out: BuildKit's text for display. */
  readonly code: string;
}

/** A pair of ENV or LABEL. Quotes and escapes stay until expansion. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Written in the old form, with white space where `=` should be. */
  readonly noDelim: boolean;
}

/** One argument of ARG; `value` is undefined where no `=` was given. */
export interface ArgDeclaration {
  readonly key: string;
  readonly value: string | undefined;
  /** The description from a comment above of the form `# <key> <description>`, or empty. */
  readonly docComment: string;
}

/** A heredoc given to a command. `data` keeps its tabs; `chomp` says that leading ones go when it is used. */
export interface InlineFile {
  readonly name: string;
  readonly data: string;
  readonly chomp: boolean;
}

/** A heredoc given to COPY or ADD as a source; a `<<-` one has its tabs removed here. */
export interface SourceContent {
  readonly path: string;
  readonly data: string;
  /** Whether variables in `data` are to be expanded: the delimiter was not quoted. */
  readonly expand: boolean;
}

/** A command line: a list as given in JSON, or one text for the shell to run (`prependShell`). */
export interface CommandLine {
  readonly cmdLine: readonly string[];
  readonly files: readonly InlineFile[];
  readonly prependShell: boolean;
}

/** What ADD and COPY take: paths and heredocs, and where they go. */
export interface SourcesAndDest {
  readonly destPath: string;
  readonly sourcePaths: readonly string[];
  readonly sourceContents: readonly SourceContent[];
}

/** What `RUN --mount=type=` takes. */
export type MountType = "bind" | "cache" | "tmpfs" | "secret" | "ssh";

/** What `RUN --mount=type=cache,sharing=` takes. */
export type SharingMode = "shared" | "private" | "locked";

/** One `--mount` of RUN. Empty texts are "not given"; numbers and `env` are undefined where not given. */
export interface Mount {
  readonly type: MountType;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Bytes, of a tmpfs; 0 is no limit. */
  readonly sizeLimit: number;
  readonly cacheId: string;
  readonly cacheSharing: SharingMode | "";
  readonly required: boolean;
  /** The variable that a secret fills; empty stands for the default name. */
  readonly env: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** One `--device` of RUN. */
export interface Device {
  readonly name: string;
  readonly required: boolean;
}

/** A healthcheck as the image config holds it; durations are nanoseconds, 0 stands for the default. */
export interface Healthcheck {
  /** `["NONE"]`, `["CMD", ...words]` or `["CMD-SHELL", text]`. */
  readonly test: readonly string[];
  readonly interval: bigint;
  readonly timeout: bigint;
  readonly startPeriod: bigint;
  readonly startInterval: bigint;
  readonly retries: number;
}

/** ADD, the flags as written; empty where one is not given. */
export interface AddInstruction extends InstructionBase, SourcesAndDest {
  readonly kind: "add";
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly excludePatterns: readonly string[];
  /** Undefined where the flag is not given. */
  readonly keepGitDir: boolean | undefined;
  readonly checksum: string;
  /** Undefined where the flag is not given. */
  readonly unpack: boolean | undefined;
}

/** ARG, which may declare several. */
export interface ArgInstruction extends InstructionBase {
  readonly kind: "arg";
  readonly args: readonly ArgDeclaration[];
}

/** CMD. */
export interface CmdInstruction extends InstructionBase, CommandLine {
  readonly kind: "cmd";
}

/** COPY, the flags as written; empty where one is not given. */
export interface CopyInstruction extends InstructionBase, SourcesAndDest {
  readonly kind: "copy";
  readonly from: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly excludePatterns: readonly string[];
  readonly parents: boolean;
}

/** ENTRYPOINT. */
export interface EntrypointInstruction extends InstructionBase, CommandLine {
  readonly kind: "entrypoint";
}

/** ENV, in the order of its pairs. */
export interface EnvInstruction extends InstructionBase {
  readonly kind: "env";
  readonly env: readonly KeyValue[];
}

/** EXPOSE. */
export interface ExposeInstruction extends InstructionBase {
  readonly kind: "expose";
  /** As written, not expanded, sorted by bytes. */
  readonly ports: readonly string[];
}

/** HEALTHCHECK; NONE too. */
export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: "healthcheck";
  readonly health: Healthcheck;
}

/** LABEL, in the order of its pairs. */
export interface LabelInstruction extends InstructionBase {
  readonly kind: "label";
  readonly labels: readonly KeyValue[];
}

/** MAINTAINER, which BuildKit reports as deprecated. */
export interface MaintainerInstruction extends InstructionBase {
  readonly kind: "maintainer";
  readonly maintainer: string;
}

/** ONBUILD: what builds on top of the image run first. */
export interface OnbuildInstruction extends InstructionBase {
  readonly kind: "onbuild";
  /** The trigger's source text, heredocs appended: what `parseTrigger` reads. */
  readonly expression: string;
}

/** RUN, with its mounts, network, security and devices. */
export interface RunInstruction extends InstructionBase, CommandLine {
  readonly kind: "run";
  /** The names of the flags given, each once, in the order of first use. */
  readonly flagsUsed: readonly string[];
  /** The values of `--mount` as written. */
  readonly mountFlags: readonly string[];
  /**
   * As parsed: one mount per flag of which only `from` is known, since everything else may hold variables.
   * After `expandInstruction`: complete.
   */
  readonly mounts: readonly Mount[];
  readonly network: "default" | "none" | "host";
  readonly security: "sandbox" | "insecure";
  readonly devices: readonly Device[];
}

/** SHELL. */
export interface ShellInstruction extends InstructionBase {
  readonly kind: "shell";
  readonly shell: readonly string[];
}

/** STOPSIGNAL. */
export interface StopsignalInstruction extends InstructionBase {
  readonly kind: "stopsignal";
  readonly signal: string;
}

/** USER. */
export interface UserInstruction extends InstructionBase {
  readonly kind: "user";
  readonly user: string;
}

/** VOLUME. */
export interface VolumeInstruction extends InstructionBase {
  readonly kind: "volume";
  readonly volumes: readonly string[];
}

/** WORKDIR. */
export interface WorkdirInstruction extends InstructionBase {
  readonly kind: "workdir";
  readonly path: string;
}

/** An instruction inside a stage (FROM opens a `Stage` instead). */
export type Instruction =
  | AddInstruction
  | ArgInstruction
  | CmdInstruction
  | CopyInstruction
  | EntrypointInstruction
  | EnvInstruction
  | ExposeInstruction
  | HealthcheckInstruction
  | LabelInstruction
  | MaintainerInstruction
  | OnbuildInstruction
  | RunInstruction
  | ShellInstruction
  | StopsignalInstruction
  | UserInstruction
  | VolumeInstruction
  | WorkdirInstruction;

/** The name of an instruction in lower case: `run`, `copy` … */
export type InstructionKind = Instruction["kind"];

/** What a FROM opens, with the instructions up to the next FROM. */
export interface Stage {
  /** Lower case; empty where the stage has none. */
  readonly name: string;
  /** The FROM keyword as written. */
  readonly origCmd: string;
  /** The base as written, not expanded. */
  readonly baseName: string;
  /** The `--platform` flag as written, or empty. */
  readonly platform: string;
  /** The description from a comment of the form `# <name> <description>`, or empty. */
  readonly docComment: string;
  /** The FROM instruction as text, as `code` of an instruction. */
  readonly sourceCode: string;
  /** The lines of the FROM instruction. */
  readonly lines: readonly number[];
  readonly comments: readonly string[];
  readonly commands: readonly Instruction[];
}
