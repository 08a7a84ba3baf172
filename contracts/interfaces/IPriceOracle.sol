// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Prices of underlyings in quote, from Chainlink, in two grades
/// @notice A feed is trusted to be right when it is fresh, complete and positive; nothing here averages or guesses.
interface IPriceOracle {
    error UnknownAsset(address asset);
    error InvalidAnswer(address feed, int256 answer);
    error IncompleteRound(address feed, uint80 roundId);
    /// @dev `age` is type(uint256).max when the timestamp lies in the future.
    error StalePrice(address feed, uint256 age, uint256 limit);
    error SequencerDown(address feed);
    error SequencerGracePeriod(address feed, uint256 upSince, uint256 graceSeconds);
    error TwapDeviation(address asset, uint256 priceWad, uint256 twapWad, uint256 limitBps);
    error TwapMissing(address asset);
    error TwapHistoryTooShort(address pool, uint32 window);
    error QuoteDepegged(uint256 quoteUsdWad, uint256 limitBps);

    /// @notice Quote units (USDC, not USD) per unit of `asset`, 1e18 = one; Chainlink checks only, so that a crash or a depeg never forbids hedging.
    /// @return priceWad underlying/USD divided by quote/USD
    /// @return updatedAt when the underlying's round was written; quote/USD moves on its own, slower heartbeat and is only checked for staleness
    function price(address asset) external view returns (uint256 priceWad, uint256 updatedAt);

    /// @notice `price`, refused as well when the quote token is off its peg or the Uniswap TWAP disagrees.
    function strictPrice(address asset) external view returns (uint256 priceWad, uint256 updatedAt);
}
