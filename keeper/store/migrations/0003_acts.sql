-- The latest acts are asked for at every start and after every one of them; a month has two hundred thousand holds beside them.
create index decisions_acts on decisions (chain_id, vault, id) where verdict <> 'hold';
