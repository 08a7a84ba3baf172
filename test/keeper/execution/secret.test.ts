import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../keeper/execution/secret.ts";

describe("a secret", () => {
  it("prints as [redacted] wherever it is shown, and reveals itself only when asked", () => {
    const secret = new Secret("hunter2");
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true }),
      format("%s %o %j", secret, secret, secret),
    ];
    for (const text of shown) {
      expect(text).toContain("[redacted]");
      expect(text).not.toContain("hunter2");
    }
    expect(Object.values(secret)).toEqual([]);
    expect(secret.reveal()).toBe("hunter2");
  });
});
