import { open } from "node:fs/promises";
import { ConfigError } from "../errors.ts";

/**
 * Makes sure, before a long run, that its result can be written: the file is created, or left as it is.
 * @throws ConfigError naming the option and the cure
 */
export async function requireWritable(path: string, option: string): Promise<void> {
  try {
    await (await open(path, "a")).close();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      `${option} ${path} cannot be written: ${reason}; name a file in a folder that exists`,
      { path },
      { cause },
    );
  }
}
