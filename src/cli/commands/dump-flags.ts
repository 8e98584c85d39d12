import type { DumpFormat } from "../../llb/dump.ts";

/** The flags of `llbc dump` as they were typed. */
export interface DumpFlags {
  readonly format: DumpFormat;
}
