/** Why an instruction is invalid, before its lines are known. */
export interface Problem {
  readonly kind: "problem";
  readonly rule: string;
  readonly message: string;
  /** The text to point at, as written. */
  readonly token: string | undefined;
}

export function problem(rule: string, message: string, token?: string): Problem {
  return { kind: "problem", rule, message, token };
}
