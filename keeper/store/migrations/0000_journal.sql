create table decisions (
  id bigint generated always as identity primary key,
  chain_id bigint not null,
  vault text not null,
  underlying text,
  block_number bigint not null,
  block_hash text not null,
  block_timestamp bigint not null,
  snapshot jsonb,
  plan jsonb,
  verdict text not null check (verdict in ('hedge', 'provision', 'hold', 'refuse', 'post', 'chore')),
  reason text not null
);
--> statement-breakpoint
create index decisions_by_vault on decisions (chain_id, vault, block_number);
--> statement-breakpoint
create table transactions (
  id bigint generated always as identity primary key,
  decision_id bigint not null references decisions (id),
  chain_id bigint not null,
  sender text not null,
  nonce bigint,
  state text not null
    check (state in ('intent', 'signed', 'sent', 'replaced', 'dropped', 'mined', 'confirmed', 'failed', 'cancelled', 'dry')),
  target text not null,
  data text not null,
  value numeric(78, 0) not null,
  gas_limit numeric(78, 0) not null,
  risk_at_stake double precision not null,
  created_block bigint not null,
  mined_hash text,
  mined_block bigint,
  mined_block_hash text
);
--> statement-breakpoint
create unique index transactions_one_per_decision on transactions (decision_id);
--> statement-breakpoint
create unique index transactions_one_per_nonce on transactions (chain_id, sender, nonce);
--> statement-breakpoint
create unique index transactions_one_in_flight on transactions (chain_id, sender)
  where state in ('intent', 'signed', 'sent', 'replaced', 'dropped', 'mined');
--> statement-breakpoint
create table attempts (
  id bigint generated always as identity primary key,
  transaction_id bigint not null references transactions (id),
  purpose text not null check (purpose in ('hedge', 'cancel')),
  hash text not null unique,
  raw text not null,
  max_fee_per_gas numeric(78, 0) not null,
  max_priority_fee_per_gas numeric(78, 0) not null,
  signed_block bigint not null
);
--> statement-breakpoint
create index attempts_by_transaction on attempts (transaction_id);
--> statement-breakpoint
create table outcomes (
  transaction_id bigint primary key references transactions (id),
  decision_id bigint not null unique references decisions (id),
  hash text not null,
  block_number bigint not null,
  block_hash text not null,
  gas_used numeric(78, 0) not null,
  fee_wei numeric(78, 0) not null,
  measurement jsonb
);
