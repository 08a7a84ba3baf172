import { hideUrl, type Secret } from "../execution/secret.ts";
import { createWebhook, type Webhook } from "../service/webhook.ts";

/** The same alert is not sent again for so long. */
const QUIET_MS = 600_000;

/** Alerts go to KEEL_ALERT_URL, whose address is as good as a password. */
export function openWebhook(url: Secret): Webhook {
  hideUrl(url.reveal());
  const onFailure = (problem: string) => void process.stderr.write(`${problem}\n`);
  return createWebhook({ url, quietMs: QUIET_MS, now: Date.now, onFailure });
}
