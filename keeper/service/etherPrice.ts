type Priced = { readonly symbol: string; readonly price: number };

/** Quote per ether: the price of the gas asset, or the first underlying's where it is none of them. @returns undefined without underlyings */
export function etherPriceOf(underlyings: readonly Priced[], gasAsset: string): number | undefined {
  return (underlyings.find(({ symbol }) => symbol === gasAsset) ?? underlyings[0])?.price;
}

/** Quote per ether as the vaults of one chain last saw it. Infinity before: risk that nobody has valued affords no dearer gas. */
export function createEtherPrice(gasAsset: string) {
  const seen = new Map<string, Priced>();
  return {
    observe(underlyings: readonly Priced[]): void {
      for (const { symbol, price } of underlyings) seen.set(symbol, { symbol, price });
    },
    current: (): number => etherPriceOf([...seen.values()], gasAsset) ?? Number.POSITIVE_INFINITY,
  };
}
