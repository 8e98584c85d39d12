/** What can be done when a worker tells that a registry refused or failed; undefined where its words say nothing of it. */
export function registryRemedy(message: string): string | undefined {
  if (/\b429\b|too many requests|toomanyrequests/i.test(message)) {
    return "The registry limits how much it answers: log in to it, wait a while, or let llbc try again with retry (--retry).";
  }
  if (/\b5\d\d (Internal|Not Impl|Bad Gate|Service|Gateway)|: 5\d\d\b/.test(message)) {
    return "The registry is in trouble: wait a while, or let llbc try again with retry (--retry).";
  }
  if (/failed size validation|unexpected commit digest|short read|unexpected EOF|digest mismatch/i.test(message)) {
    return "What came is not what its digest says, or only a part of it: try again with retry (--retry); if it stays, the registry or a proxy before it has damaged content.";
  }
  return undefined;
}
