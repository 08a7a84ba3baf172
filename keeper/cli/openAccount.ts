import { readFileSync } from "node:fs";
import type { PrivateKeyAccount } from "viem";
import { ConfigError } from "../errors.ts";
import { type AccountSource, loadAccount } from "../execution/loadAccount.ts";
import type { Config } from "./config.ts";

/** Whose key: the keeper's has no name of its own, the others' default to it. */
export type KeyName = "" | "QUOTER_" | "OPERATOR_" | "DEPLOYER_" | "WATCH_";

/**
 * Where somebody's key is: KEEL_<name>PRIVATE_KEY, else the keystore with its password, else the keeper's.
 * @throws ConfigError when there is no key, or the keystore cannot be read or has no password
 */
export function accountSource(config: Config, name: KeyName): AccountSource {
  const privateKey = config[`KEEL_${name}PRIVATE_KEY`];
  const keystore = config[`KEEL_${name}KEYSTORE`];
  const password = config[`KEEL_${name}KEYSTORE_PASSWORD`];
  if (privateKey !== undefined) return { privateKey };
  if (keystore !== undefined) {
    if (password === undefined)
      throw new ConfigError(`The keystore ${keystore} needs its password: set KEEL_${name}KEYSTORE_PASSWORD`);
    return { keystore: readKeystore(keystore), password };
  }
  if (name !== "") return accountSource(config, "");
  throw new ConfigError("No key to sign with: set KEEL_PRIVATE_KEY, or KEEL_KEYSTORE and KEEL_KEYSTORE_PASSWORD, in .env");
}

/** Opens somebody's account. @throws ConfigError as `accountSource`, or when the password is wrong or the key is malformed */
export async function openAccount(config: Config, name: KeyName): Promise<PrivateKeyAccount> {
  return loadAccount(accountSource(config, name));
}

function readKeystore(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(`The keystore ${path} cannot be read: check the path and its permissions`, { path }, { cause });
  }
}
