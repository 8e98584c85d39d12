/** What of the page can change. */
export interface PageState {
  /** The vertex that is looked at. */
  readonly selected: number | undefined;
  /** Vertices that stand out, such as those of a finding or of a search; none when empty. */
  readonly marked: ReadonlySet<number>;
  /** What marked them: one mark takes the place of another. */
  readonly markedBy: string;
  /** Only this platform; all when undefined. */
  readonly platform: number | undefined;
  /** How many workers the ideal schedule has. */
  readonly workers: number;
}

export interface Store {
  readonly state: PageState;
  /** Tells all listeners, where anything is different then. */
  change(changes: Partial<PageState>): void;
  /** Calls at once, and after each change. */
  listen(listener: (state: PageState, before: PageState) => void): void;
}

export function makeStore(first: PageState): Store {
  let state = first;
  const listeners: ((state: PageState, before: PageState) => void)[] = [];
  return {
    get state() {
      return state;
    },
    change(changes) {
      const before = state;
      state = { ...state, ...changes };
      for (const listener of listeners) listener(state, before);
    },
    listen(listener) {
      listeners.push(listener);
      listener(state, state);
    },
  };
}

/** Marks vertices, or takes the mark away if they were marked by the same already. */
export function toggleMark(store: Store, markedBy: string, vertices: readonly number[]): void {
  if (store.state.markedBy === markedBy) store.change({ marked: new Set(), markedBy: "" });
  else store.change({ marked: new Set(vertices), markedBy, selected: vertices[0] });
}
