alter table decisions drop constraint decisions_verdict_check;
--> statement-breakpoint
alter table decisions add constraint decisions_verdict_check
  check (verdict in ('hedge', 'take', 'provision', 'hold', 'refuse', 'post', 'chore'));
