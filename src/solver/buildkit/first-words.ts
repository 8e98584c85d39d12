import { PassThrough, pipeline, type Readable, Transform, type Writable } from "node:stream";

/**
 * The streams of an HTTP/2 client whose first words, as `readFirstWords` gives them, are out already: what is written
 * loses them, and what is read comes only then, since an answer must not come before its question. A client that says
 * something else at first gets an error.
 */
export function afterFirstWords(words: Buffer, input: Readable, output: Writable): [Readable, Writable] {
  const answers = new PassThrough();
  let said = 0;
  const rest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const repeated = chunk.subarray(0, words.length - said);
      if (!repeated.equals(words.subarray(said, said + repeated.length))) {
        done(new Error("HTTP/2 began with other words than those that were sent ahead"));
        return;
      }
      if (said < words.length && said + repeated.length === words.length) pipeline(input, answers, () => {});
      said += repeated.length;
      done(null, repeated.length < chunk.length ? chunk.subarray(repeated.length) : undefined);
    },
  });
  pipeline(rest, output, () => {});
  return [answers, rest];
}

/**
 * What an HTTP/2 client says up to the end of its first call, read from `output`; the client needs no answer for that.
 * It is the same in each process of one version of Node.
 */
export async function readFirstWords(output: Readable): Promise<Buffer> {
  let words = Buffer.alloc(0);
  for await (const chunk of output) {
    words = Buffer.concat([words, chunk]);
    if (hasFirstCall(words)) return words;
  }
  throw new Error("the connection ended before its first call");
}

/** RFC 9113: a preface of this many bytes, then frames, each with a head of length, type, flags and stream. */
const prefaceLength = 24;
const headLength = 9;
const dataFrame = 0;
const endOfStream = 1;

function hasFirstCall(words: Buffer): boolean {
  let at = prefaceLength;
  while (at + headLength <= words.length) {
    const ends = words[at + 3] === dataFrame && ((words[at + 4] ?? 0) & endOfStream) !== 0;
    at += headLength + words.readUIntBE(at, 3);
    if (ends) return at <= words.length;
  }
  return false;
}
