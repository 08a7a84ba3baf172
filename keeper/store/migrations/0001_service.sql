alter table decisions add column inputs jsonb;
--> statement-breakpoint
create table leases (
  name text primary key,
  holder text not null,
  expires_at timestamptz not null
);
