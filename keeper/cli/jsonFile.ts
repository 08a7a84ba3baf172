import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { InvalidInputError } from "../errors.ts";

/** An object of these fields and no others, so that a misspelt one is found. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has no field ${issue.keys.join(", ")}; it has ${Object.keys(shape).join(", ")}`
        : `must be an object of ${Object.keys(shape).join(", ")}`,
  });

/**
 * Parses a JSON file, or the standard input for `-`.
 * @param what  what the file holds, "book"
 * @param command  the command whose help explains the format
 * @throws InvalidInputError with the reason and what to do
 */
export async function readJsonFile(path: string, what: string, command: string): Promise<unknown> {
  try {
    return JSON.parse(path === "-" ? await text(process.stdin) : await readFile(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const cure = cause instanceof SyntaxError ? "it must be JSON" : `give the path of a ${what} file`;
    throw new InvalidInputError(`${path}: ${reason}; ${cure} (see keel ${command} --help)`, { path }, { cause });
  }
}

/** The error for a field that is not what it must be; `whole` names the file's content where no field is to blame. */
export function refuseField(
  path: string,
  issue: { path: readonly PropertyKey[]; message: string } | undefined,
  whole: string,
): InvalidInputError {
  const field = (issue?.path ?? [])
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return new InvalidInputError(`${path}: ${field === "" ? whole : field} ${issue?.message ?? "is not valid"}`, { path, field });
}
