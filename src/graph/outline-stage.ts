/** An ARG as the outline tells of it. */
export interface OutlineArgument {
  readonly name: string;
  /** The value in force; empty for none. */
  readonly value: string;
  readonly description: string;
  readonly lines: readonly number[];
}

/** An ARG before the first FROM, with the names of the other arguments that its value takes. */
export interface GlobalArgument extends OutlineArgument {
  readonly uses: ReadonlySet<string> | undefined;
}

export interface OutlineNeed {
  readonly required: boolean;
  readonly lines: readonly number[];
}

/**
 * What one stage shows in an outline, recorded while it is lowered. A compile makes one per stage, so an unused one
 * costs next to nothing.
 */
export class StageOutline {
  readonly name: string;
  readonly description: string;
  readonly #globals: ReadonlyMap<string, GlobalArgument>;
  readonly #usedInFroms: UsedInFrom | undefined;
  #declared: Map<string, OutlineArgument> | undefined;
  #used: Set<string> | undefined;
  #secrets: Map<string, OutlineNeed> | undefined;
  #ssh: Map<string, OutlineNeed> | undefined;
  /** The stage whose outline is part of this one's, beside the dependencies. */
  readonly base: StageOutline | undefined;
  /** The stages that its COPY and RUN instructions read, in any order. */
  dependencies: readonly StageOutline[] = [];

  constructor(options: StageOutlineOptions) {
    this.name = options.name;
    this.description = options.description;
    this.#globals = options.globals;
    const names = [...options.usedInFrom];
    const inherited = options.base === undefined ? undefined : options.base.#usedInFroms;
    this.#usedInFroms = names.length === 0 ? inherited : { names, below: inherited };
    this.base = options.replaced ? undefined : options.base;
  }

  /** An ARG of this stage; a `hidden` one only passes on the value of a global one, and is no argument of its own. */
  declareArg(argument: OutlineArgument, hidden: boolean): void {
    this.#used ??= new Set();
    this.#used.add(argument.name);
    if (hidden) return;
    this.#declared ??= new Map();
    this.#declared.set(argument.name, argument);
  }

  /** The first use of an id counts. */
  useSecret(id: string, required: boolean, lines: readonly number[]): void {
    this.#secrets ??= new Map();
    if (!this.#secrets.has(id)) this.#secrets.set(id, { required, lines });
  }

  /** The first use of an id counts. */
  useSsh(id: string, required: boolean, lines: readonly number[]): void {
    this.#ssh ??= new Map();
    if (!this.#ssh.has(id)) this.#ssh.set(id, { required, lines });
  }

  /** The arguments that the stage itself uses, those that their values take included. */
  arguments(): readonly OutlineArgument[] {
    const found: OutlineArgument[] = [];
    // A set that grows while it is walked: each name comes once, whatever the arguments take from one another.
    const names = new Set(this.#used);
    for (let used = this.#usedInFroms; used !== undefined; used = used.below) {
      for (const name of used.names) names.add(name);
    }
    for (const name of names) {
      const own = this.#declared?.get(name);
      if (own !== undefined) {
        found.push(own);
        continue;
      }
      const global = this.#globals.get(name);
      if (global === undefined) continue;
      found.push(global);
      for (const used of global.uses ?? []) names.add(used);
    }
    return found;
  }

  get secrets(): Iterable<readonly [string, OutlineNeed]> {
    return this.#secrets ?? [];
  }

  get ssh(): Iterable<readonly [string, OutlineNeed]> {
    return this.#ssh ?? [];
  }
}

/** What the FROM lines take, of a stage and those below it. */
interface UsedInFrom {
  readonly names: readonly string[];
  readonly below: UsedInFrom | undefined;
}

export interface StageOutlineOptions {
  /** Empty for a stage without a name. */
  readonly name: string;
  readonly description: string;
  readonly globals: ReadonlyMap<string, GlobalArgument>;
  /** The names of the variables that the FROM line takes; none for a stage that is `replaced`. */
  readonly usedInFrom: Iterable<string>;
  /** The stage that FROM names, if it names one; what that one's FROM uses counts here too. */
  readonly base: StageOutline | undefined;
  /** Whether a named context stands for the stage. */
  readonly replaced: boolean;
}
