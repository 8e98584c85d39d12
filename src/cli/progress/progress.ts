import type { SolveListener } from "../../solver/events.ts";

/** A reader of a build's events that shows them. `end` draws the last state and gives the terminal back; it may come twice. */
export interface Progress {
  readonly onEvent: SolveListener;
  /** For those that pass on what the worker says, as it says it: one line of JSON each time. */
  readonly onStatus?: (json: string) => void;
  end(): void;
}
