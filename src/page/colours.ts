/** The colours that a canvas draws with, as the style sheet has them for light or dark. */
export type Colours = ReturnType<typeof readColours>;

export interface ColourScheme {
  readonly colours: Colours;
  /** Calls after each change of light to dark or back. */
  listen(listener: () => void): void;
  choose(scheme: "light dark" | "light" | "dark"): void;
}

export function colourScheme(): ColourScheme {
  let colours = readColours();
  const listeners: (() => void)[] = [];
  const changed = () => {
    colours = readColours();
    for (const listener of listeners) listener();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  return {
    get colours() {
      return colours;
    },
    listen(listener) {
      listeners.push(listener);
    },
    choose(scheme) {
      document.documentElement.style.colorScheme = scheme;
      changed();
    },
  };
}

/** A variable is told as it is written; the colour of something is told as it is. */
function readColours() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    page: read("page"),
    text: read("text"),
    muted: read("muted"),
    frame: read("frame"),
    frameLine: read("frame-line"),
    box: read("box"),
    line: read("line"),
    source: read("source"),
    exec: read("exec"),
    file: read("file"),
    critical: read("critical"),
    mark: read("mark"),
    select: read("select"),
  };
  probe.remove();
  return colours;
}

/** RUN, COPY and what is read from elsewhere have colours of their own. */
export function colourOfKind(kind: string, colours: Colours): string {
  switch (kind) {
    case "exec":
      return colours.exec;
    case "file":
      return colours.file;
    case "source":
      return colours.source;
    default:
      return colours.muted;
  }
}
