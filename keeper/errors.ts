/** Base of every error Keel raises on purpose: one line a person can act on, the facts as fields, the cause chained. */
export class KeelError extends Error {
  override readonly name: string = "KeelError";
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean = false;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.facts = facts;
  }
}

/** The caller passed something that has no meaning: a negative vol, an unreadable line, an impossible correlation. */
export class InvalidInputError extends KeelError {
  override readonly name: string = "InvalidInputError";
}

/** The configuration or the environment must be changed by a person before Keel can run. */
export class ConfigError extends KeelError {
  override readonly name: string = "ConfigError";
}

/** Data the decision rests on is too old, mixed or missing at this block. */
export class StaleDataError extends KeelError {
  override readonly name: string = "StaleDataError";
  override readonly retryable: boolean = true;
}

/** An RPC failed, lagged or answered nonsense. */
export class ChainError extends KeelError {
  override readonly name: string = "ChainError";
  override readonly retryable: boolean = true;
}
