import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { InvalidInputError, KeelError } from "../errors.ts";

export type JsonLinesStreams = { input: Readable; output: Writable };

/**
 * Answers each line of JSON with one line of JSON, in order and in constant memory. A line that cannot be read or answered
 * becomes `{"error", "line"}` (counted from 1) and the rest go on; blank lines are skipped.
 * @param answer  from the parsed row to the object to print; it may throw a zod error or a KeelError
 * @returns how many lines failed
 */
export async function answerJsonLines(answer: (row: unknown) => object, { input, output }: JsonLinesStreams): Promise<number> {
  let failures = 0;
  async function* answers(): AsyncGenerator<string> {
    let line = 0;
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text.trim() === "") continue;
      try {
        yield `${JSON.stringify(answer(parseJsonLine(text)))}\n`;
      } catch (error) {
        failures++;
        yield `${JSON.stringify({ error: reasonOf(error), line })}\n`;
      }
    }
  }
  try {
    await pipeline(answers(), output, { end: false });
  } catch (error) {
    // The reader of our output has seen enough (`| head`).
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
    input.destroy();
  }
  return failures;
}

/** Runs a row command on the process's own streams; the exit code tells whether any line failed. */
export async function runRowCommand(answer: (row: unknown) => object): Promise<void> {
  const failures = await answerJsonLines(answer, { input: process.stdin, output: process.stdout });
  if (failures > 0) process.exitCode = 1;
}

/** One line as JSON. @throws InvalidInputError */
export function parseJsonLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError("the line is not JSON", {}, { cause });
  }
}

/** What is wrong with a row, in one line; other errors pass through. */
export function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message)).join("; ");
  }
  if (error instanceof KeelError) return error.message;
  throw error;
}
