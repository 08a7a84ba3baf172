import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../keeper/errors.ts";
import { loadAccount } from "../../../keeper/execution/loadAccount.ts";
import { Secret } from "../../../keeper/execution/secret.ts";

// The PBKDF2 test vector of the Web3 Secret Storage definition.
const vectorKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
const vectorAddress = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b";
const keystore = JSON.stringify({
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
});

describe("loadAccount", () => {
  it.each([vectorKey, `0x${vectorKey}`, ` 0X${vectorKey.toUpperCase()}\n`])("opens the private key %#", async (key) => {
    expect((await loadAccount({ privateKey: new Secret(key) })).address).toBe(vectorAddress);
  });

  it("opens the published keystore vector", async () => {
    expect((await loadAccount({ keystore, password: new Secret("testpassword") })).address).toBe(vectorAddress);
  });

  it.each(["", "0x", vectorKey.slice(1), `${vectorKey}00`, `z${vectorKey.slice(1)}`, "0".repeat(64), "f".repeat(64)])(
    "refuses the malformed key %# without repeating it",
    async (key) => {
      const error: unknown = await loadAccount({ privateKey: new Secret(key) }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConfigError);
      if (key.length > 2) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(key);
    },
  );

  it("refuses a wrong password without repeating it", async () => {
    const error: unknown = await loadAccount({ keystore, password: new Secret("not the password") }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain("password is wrong");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("not the password");
  });

  it("refuses a file that is no keystore", async () => {
    await expect(loadAccount({ keystore: "{", password: new Secret("x") })).rejects.toThrow(ConfigError);
  });
});
