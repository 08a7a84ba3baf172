import { KeelError } from "../errors.ts";

/** The database's own first line, without the query and its values. */
export function causeOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return (inner instanceof Error ? inner.message || inner.name : String(inner)).split("\n")[0] ?? "";
}

/** Ends a failed journal query: `query.catch(storeError)`. */
export function storeError(cause: unknown): never {
  if (cause instanceof KeelError) throw cause;
  throw new KeelError(`The journal refused a read or write: ${causeOf(cause)}`, {}, { cause });
}
