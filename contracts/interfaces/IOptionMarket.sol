// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeriesId} from "./SeriesId.sol";

/// @notice A signed request-for-quote answer (EIP-712 `Quote`). Sizes in 1e-6 options.
struct Quote {
    address maker;
    /// Who may fill it; zero = anyone.
    address taker;
    SeriesId series;
    bool makerSells;
    /// Quote token units per whole option.
    uint256 price;
    uint256 size;
    uint256 nonce;
    uint256 deadline;
}

/// @title European options on listed underlyings, always fully collateralised
/// @notice Longs are ERC-6909 tokens (id = SeriesId, 6 decimals); shorts are a ledger per account with locked collateral.
/// Puts are backed by quote (strike), calls by the underlying (one unit): solvent at every price.
/// Strikes are in USD and paid in quote tokens one for one; settlement is the first Chainlink round at or after expiry.
interface IOptionMarket {
    error NotListed(address underlying);
    error SeriesExpired(SeriesId series);
    error SeriesNotExpired(SeriesId series);
    error QuoteExpired(uint256 deadline);
    error QuoteNotForYou(address taker);
    error QuoteOverfilled(uint256 asked, uint256 left);
    error BadSignature(address maker);
    error NotMaker(address caller);
    error SizeTooSmall(uint256 size, uint256 minimum);
    error AlreadySettled(address underlying, uint256 expiry);
    error NotSettled(address underlying, uint256 expiry);
    error RoundNotFirst(uint80 roundId);
    error RoundInvalid(uint80 roundId);

    event UnderlyingListed(address indexed underlying, address feed);
    event Filled(bytes32 indexed quoteHash, address indexed maker, address indexed taker, SeriesId series, bool makerSells, uint256 size, uint256 premium);
    event Cancelled(bytes32 indexed quoteHash, address indexed maker);
    event Closed(address indexed account, SeriesId indexed series, uint256 size);
    event Settled(address indexed underlying, uint256 indexed expiry, uint256 priceWad, uint80 roundId);
    event Redeemed(address indexed account, SeriesId indexed series, uint256 size, uint256 payoff);
    event Released(address indexed account, SeriesId indexed series, uint256 size, uint256 collateral);

    /// @notice Trades `size` of a signed quote; the caller is the taker, acting for `recipient`.
    /// The seller delivers longs it holds first and writes the rest; the buyer's longs go to `recipient` (or the maker).
    /// A caller that is itself the maker (a vault filling for a third party) pays itself nothing.
    /// @return premium quote token units paid by the buyer, rounded against the taker
    function fill(Quote calldata quote, bytes calldata signature, uint256 size, address recipient) external returns (uint256 premium);

    /// @notice The maker takes its quote back; what was filled stays filled.
    function cancel(Quote calldata quote) external;

    /// @notice Nets the caller's own long and short of one series and frees the collateral.
    function close(SeriesId series, uint256 size) external;

    /// @notice Fixes the settlement price, by anyone: `roundId` is the first valid round at or after expiry, `previousId` its last valid predecessor.
    function settle(address underlying, uint256 expiry, uint80 roundId, uint80 previousId) external;

    /// @notice Burns settled longs of the caller for their payoff, rounded down.
    function redeem(SeriesId series, uint256 size, address recipient) external returns (uint256 payoff);

    /// @notice Frees what is left of a settled short's collateral, by anyone, to `account`.
    function release(SeriesId series, address account) external returns (uint256 collateral);

    function hashQuote(Quote calldata quote) external view returns (bytes32);

    /// @notice Size of the quote already filled; type(uint256).max once cancelled.
    function filled(bytes32 quoteHash) external view returns (uint256);

    function shortOf(address account, SeriesId series) external view returns (uint256 size);

    /// @notice Collateral asset and units that back `size` shorts of `series`, rounded up.
    function collateralFor(SeriesId series, uint256 size) external view returns (address asset, uint256 amount);

    /// @notice Collateral locked in total, per asset.
    function locked(address asset) external view returns (uint256);

    /// @notice Quote per unit, WAD; 0 until settled.
    function settlementPrice(address underlying, uint256 expiry) external view returns (uint256 priceWad);
}
