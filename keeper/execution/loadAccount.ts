import { Wallet } from "ethers";
import type { PrivateKeyAccount } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { ConfigError } from "../errors.ts";
import { Secret } from "./secret.ts";

/** A private key, or the text of an encrypted JSON keystore (Web3 Secret Storage) with its password. */
export type AccountSource = { privateKey: Secret } | { keystore: string; password: Secret };

/**
 * Opens the account that signs. Causes are not chained: a library's message may quote the key.
 * @throws ConfigError when the key is malformed, the keystore unreadable or the password wrong; never names the key
 */
export async function loadAccount(source: AccountSource): Promise<PrivateKeyAccount> {
  const key = await openKey(source);
  try {
    return privateKeyToAccount(`0x${key.reveal().trim().replace(/^0x/i, "")}`);
  } catch {
    throw new ConfigError("The private key is malformed: give 64 hex digits, with or without 0x, or use an encrypted keystore");
  }
}

/** The key itself, for a tool that takes no account. @throws ConfigError as `loadAccount`, but for a malformed key */
export async function openKey(source: AccountSource): Promise<Secret> {
  return "privateKey" in source ? source.privateKey : openKeystore(source.keystore, source.password);
}

async function openKeystore(keystore: string, password: Secret): Promise<Secret> {
  try {
    const wallet = await Wallet.fromEncryptedJson(keystore, password.reveal());
    return new Secret(wallet.privateKey);
  } catch (cause) {
    const wrongPassword = cause instanceof Error && cause.message.includes("incorrect password");
    throw new ConfigError(
      wrongPassword
        ? "The keystore's password is wrong: check KEEL_KEYSTORE_PASSWORD"
        : "The keystore is not readable as Web3 Secret Storage JSON: check the file",
    );
  }
}
