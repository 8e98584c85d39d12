/** What is known of a step that failed. */
interface FailedRun {
  readonly exitCode: number | undefined;
  /** In the worker's words. */
  readonly message: string;
  readonly lastLines: readonly string[];
}

/**
 * What can be tried about a step that failed, by its exit code and what it wrote in the end; where neither says
 * anything, how to see more. Undefined for what is no process of the Dockerfile.
 */
export function stepRemedy({ exitCode, message, lastLines }: FailedRun): string | undefined {
  if (exitCode === undefined) return undefined;
  const written = `${message}\n${lastLines.join("\n")}`;
  const known = remedies.find(({ codes, words }) =>
    codes === undefined
      ? words?.test(written)
      : codes.includes(exitCode) && (words === undefined || words.test(written)),
  );
  return (
    known?.remedy ??
    "See all that it wrote in the events of the build (--progress plain); build what is before it with target (--target), and run the command there."
  );
}

const remedies: readonly { readonly codes?: readonly number[]; readonly words?: RegExp; readonly remedy: string }[] = [
  {
    words: /exec format error/i,
    remedy:
      "The program is for another kind of machine: check which platform is built for (--platform), and what the worker runs (llbc platforms).",
  },
  {
    codes: [137],
    remedy:
      "It was killed, most likely for want of memory: give the worker more, or run less at once with maxParallelism (--max-parallelism).",
  },
  {
    words: /no space left on device/i,
    remedy: "The worker's disk is full: `llbc du` tells what its cache takes, `llbc prune` removes of it.",
  },
  {
    words: /unable to locate package|has no installation candidate/i,
    remedy:
      "Check the package's name, and run apt-get update in the same RUN as apt-get install: its lists age in the cache.",
  },
  {
    words:
      /temporary failure (?:in name resolution|resolving)|could not resolve host|name or service not known|getaddrinfo|EAI_AGAIN|no such host|network is unreachable/i,
    remedy: "It did not reach the network: check the worker's DNS and proxy, or try the network host (--network host).",
  },
  {
    words: /certificate (?:verify failed|signed by unknown authority|has expired)|self[- ]signed certificate/i,
    remedy:
      "It does not trust a certificate: install the authority's in the image before (ca-certificates), or see to the proxy.",
  },
  {
    codes: [127],
    remedy: "The command is not in the image: check its name and PATH, or install it in an earlier step.",
  },
  {
    codes: [126],
    remedy: "The file cannot be run: check that it is executable (COPY --chmod=755) and what its first line names.",
  },
  {
    words: /permission denied|operation not permitted|EACCES/i,
    remedy:
      "It was not allowed to: check the user of the step (USER), and owner and mode of its files (COPY --chown, --chmod).",
  },
];
