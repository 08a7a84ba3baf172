import { Command } from "commander";
import { readAddressBook } from "../chain/addressBook.ts";
import { createChainClient } from "../chain/endpoints.ts";
import { ConfigError, KeelError } from "../errors.ts";
import { redact } from "../execution/secret.ts";
import { examine, type Finding, type Patient } from "../service/doctor.ts";
import { openStore } from "../store/openStore.ts";
import { type Config, readConfig, rpcUrlsOf } from "./config.ts";
import { openAccount } from "./openAccount.ts";

type DoctorFlags = { rpc?: string; addresses?: string; store?: string };

/** `keel doctor`: everything that can be known to be wrong before `keel run`. */
export const doctorCommand = new Command("doctor")
  .description("check chain, contracts, roles, tokens, feeds, pools, gas money, clock and journal, and say what to do")
  .option("--rpc <url>", "JSON-RPC endpoint (KEEL_RPC_URL)")
  .option("--addresses <files>", "address books of the deployments (KEEL_ADDRESSES)")
  .option("--store <folder>", "journal folder (KEEL_STORE); DATABASE_URL takes its place")
  .addHelpText(
    "after",
    "\nExits with 1 when a person must change something, with 75 when it may pass by itself. `keel run` starts only where this passes.",
  )
  .action(async ({ rpc, addresses, store }: DoctorFlags) => {
    const config = readConfig({ KEEL_RPC_URL: rpc, KEEL_ADDRESSES: addresses, KEEL_STORE: store });
    const findings: Finding[] = [];
    for (const path of bookPaths(config)) {
      const found = await examine(await patientOf(config, path, () => tryStore(config)));
      process.stdout.write(`${path}\n${found.map(line).join("")}`);
      findings.push(...found);
    }
    const problems = findings.flatMap(({ problem }) => problem ?? []);
    const worst = problems.find(({ retryable }) => !retryable) ?? problems[0];
    if (worst === undefined) return;
    throw new (worst.retryable ? RetryLater : ConfigError)(
      `${problems.length === 1 ? "One check" : `${problems.length} checks`} failed`,
    );
  });

class RetryLater extends KeelError {
  override readonly name: string = "RetryLater";
  override readonly retryable: boolean = true;
}

function line({ check, detail, problem }: Finding): string {
  return `  ${problem === undefined ? "ok  " : "FAIL"}  ${check.padEnd(15)} ${redact(problem?.message ?? detail)}\n`;
}

/** One address book a vault. */
export function bookPaths(config: Config): readonly string[] {
  return config.KEEL_ADDRESSES.split(",").map((path) => path.trim());
}

/** What the doctor looks at for one address book. @throws ConfigError when the book or a key cannot be read */
export async function patientOf(
  config: Config,
  path: string,
  tryStore: Patient["tryStore"],
  onProblem: (error: Error) => void = () => undefined,
): Promise<Patient> {
  const book = readAddressBook(path);
  const [keeper, quoter, operator] = [
    await openAccount(config, ""),
    await openAccount(config, "QUOTER_"),
    await openAccount(config, "OPERATOR_"),
  ];
  const urls = rpcUrlsOf(config, book.chainId);
  return {
    client: createChainClient({ urls, chainId: book.chainId, timeoutMs: config.KEEL_RPC_TIMEOUT_MS, onProblem }),
    book,
    holders: { keeper: keeper.address, quoter: quoter.address, operator: operator.address },
    now: Math.floor(Date.now() / 1000),
    tryStore,
  };
}

async function tryStore({ DATABASE_URL: url, KEEL_STORE: folder }: Config): Promise<string> {
  const store = await openStore(url === undefined ? { folder } : { url });
  await store.close();
  return url === undefined ? `the journal in ${folder} opens` : "the journal at DATABASE_URL opens";
}
