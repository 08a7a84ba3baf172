import { KeelError } from "../errors.ts";

/** The journal's server is away; what was under way stands in it as far as it was written. */
class StoreUnavailableError extends KeelError {
  override readonly name: string = "StoreUnavailableError";
  override readonly retryable: boolean = true;
}

/** Lost or refused connections: of the system, of postgres.js, and PostgreSQL's classes 08 (connection) and 57P0 (shutdown, start). */
const UNAVAILABLE =
  /^(?:E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH)|CONNECT(?:ION_(?:CLOSED|ENDED|DESTROYED)|_TIMEOUT)|08.{3}|57P0\d)$/;

/** The database's own first line, without the query and its values. */
export function causeOf(error: unknown): string {
  const inner = innermost(error);
  return (inner instanceof Error ? inner.message || inner.name : String(inner)).split("\n")[0] ?? "";
}

/** Ends a failed journal query: `query.catch(storeError)`. */
export function storeError(cause: unknown): never {
  if (cause instanceof KeelError) throw cause;
  const inner = innermost(cause);
  const isAway = typeof inner === "object" && inner !== null && "code" in inner && UNAVAILABLE.test(String(inner.code));
  if (isAway) throw new StoreUnavailableError(`The journal's server is away: ${causeOf(cause)}`, {}, { cause });
  throw new KeelError(`The journal refused a read or write: ${causeOf(cause)}`, {}, { cause });
}

function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner;
}
