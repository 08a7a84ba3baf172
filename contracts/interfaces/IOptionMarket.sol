// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IAggregatorProxy} from "./IAggregatorProxy.sol";
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
/// Puts are backed by quote (strike), calls by the underlying (one unit), a spread whose long is in escrow by its worst case: solvent at every price.
/// Strikes are in USD and paid in quote tokens one for one; settlement is the first Chainlink round at or after expiry.
interface IOptionMarket is IERC6909 {
    error NotListed(address underlying);
    error SeriesExpired(SeriesId series);
    error NotExpired(address underlying, uint256 expiry);
    error AlreadyListed(address underlying);
    error DecimalsOutOfRange(address contract_, uint8 decimals);
    error QuoteExpired(uint256 deadline);
    error QuoteNotForYou(address taker);
    error QuoteOverfilled(uint256 asked, uint256 left);
    error BadSignature(address maker);
    error NotMaker(address caller);
    error SizeTooSmall(uint256 size, uint256 minimum);
    error AlreadySettled(address underlying, uint256 expiry);
    error NotSettled(address underlying, uint256 expiry);
    error NeverTraded(address underlying, uint256 expiry);
    error RoundNotFirst(uint80 roundId);
    error RoundInvalid(uint80 roundId);
    error RoundOutOfPhase(uint80 roundId, uint16 phase);
    error RoundTooLate(uint80 roundId, uint256 limit);
    error GapTooLong(uint80 previousId, uint80 roundId);
    error PhaseNotSilent(uint16 phase);
    error FallbackTooEarly(uint256 from);
    error FallbackMissing(address underlying, uint256 expiry);
    error FeedAlive(address underlying, uint256 updatedAt);
    error ProbeGasTooLow(uint256 gasLeft);
    error InsufficientShort(address account, uint256 held, uint256 needed);
    error NotASpread(SeriesId short, SeriesId long);
    error NettingFreesNothing(uint256 freed, uint256 needed);
    /// @dev A token took a fee, or moved another amount than it was told.
    error UnexpectedTransfer(address token, uint256 expected, uint256 measured);

    event UnderlyingListed(address indexed underlying, address feed);
    event Filled(bytes32 indexed quoteHash, address indexed maker, address indexed taker, SeriesId series, bool makerSells, uint256 size, uint256 premium);
    event Cancelled(bytes32 indexed quoteHash, address indexed maker);
    event Closed(address indexed account, SeriesId indexed series, uint256 size);
    /// @param size paired; negative for what was taken apart
    event Netted(address indexed account, SeriesId indexed short, SeriesId indexed long, int256 size);
    event NettedReleased(address indexed account, SeriesId indexed short, SeriesId indexed long, uint256 size, uint256 amount);
    event PhasePassed(address indexed underlying, uint256 indexed expiry, uint16 phase);
    event FallbackProposed(address indexed underlying, uint256 indexed expiry, uint256 priceWad, uint256 finalAt);
    /// @param roundId the round that settled it; 0 for a fallback price
    event Settled(address indexed underlying, uint256 indexed expiry, uint256 priceWad, uint80 roundId);
    event Redeemed(address indexed account, SeriesId indexed series, uint256 size, uint256 payoff);
    event Released(address indexed account, SeriesId indexed series, uint256 size, uint256 collateral);

    /// @notice Admits an underlying with its Chainlink proxy, underlying/USD, for ever. Restricted to the admin.
    function list(address underlying, IAggregatorProxy feed) external;

    /// @notice Trades `size` of a signed quote; the caller is the taker, acting for `recipient`.
    /// The seller delivers longs it holds first and writes the rest; the buyer's longs go to `recipient` (or the maker).
    /// A seller's premium goes to `recipient` (or the maker).
    /// A caller that is itself the maker (a vault filling for a third party, whose `taker` it checks itself) pays itself nothing;
    /// when it buys, it must already hold the longs.
    /// @return premium quote token units paid by the buyer, rounded against the taker
    function fill(Quote calldata quote, bytes calldata signature, uint256 size, address recipient) external returns (uint256 premium);

    /// @notice The maker takes its quote back; what was filled stays filled.
    function cancel(Quote calldata quote) external;

    /// @notice Nets the caller's own long and short of one series and frees the collateral.
    function close(SeriesId series, uint256 size) external;

    /// @notice Pairs `size` of the caller's shorts with longs it puts into escrow, of the same underlying, expiry and type. The pair
    /// locks the worst case of the spread and no more; the short no longer counts in `shortOf`. Until expiry.
    /// @return freed collateral paid to the caller
    function net(SeriesId short, SeriesId long, uint256 size) external returns (uint256 freed);

    /// @notice Takes a pair apart: the long back to the caller, the short fully backed by it again. Until expiry.
    /// @return added collateral taken from the caller
    function unnet(SeriesId short, SeriesId long, uint256 size) external returns (uint256 added);

    /// @notice Ends the caller's whole pair once settled: its collateral and the long's payoff, rounded down, less the short's, rounded up.
    function releaseNetted(SeriesId short, SeriesId long) external returns (uint256 amount);

    /// @notice Fixes the settlement price, by anyone: `roundId` is the first valid round at or after expiry, `previousId` its last valid predecessor.
    /// Both in `settlementPhase`; aggregator round 0 (`phase << 64`) as `previousId` says that the phase has no earlier valid round.
    /// Which round is the one: contracts/market/Settlement.sol.
    function settle(address underlying, uint256 expiry, uint80 roundId, uint80 previousId) external;

    /// @notice Moves `settlementPhase` to the next one when its aggregator stayed silent after expiry, by anyone.
    /// @param lastId the phase's last valid round before expiry, or aggregator round 0
    function passPhase(address underlying, uint256 expiry, uint80 lastId) external;

    /// @notice Proposes the price of an expiry whose feed has died, two weeks or more after it. Restricted to the admin. A new proposal
    /// replaces the last and waits anew.
    function proposeFallback(address underlying, uint256 expiry, uint256 priceWad) external;

    /// @notice Makes a proposed price final once its challenge period is over and the feed is still dead, by anyone.
    function settleFallback(address underlying, uint256 expiry) external;

    /// @notice Burns settled longs of the caller for their payoff, rounded down.
    function redeem(SeriesId series, uint256 size, address recipient) external returns (uint256 payoff);

    /// @notice Frees what is left of a settled short's collateral, by anyone, to `account`.
    function release(SeriesId series, address account) external returns (uint256 collateral);

    function hashQuote(Quote calldata quote) external view returns (bytes32);

    /// @notice Size of the quote already filled; type(uint256).max once cancelled.
    function filled(bytes32 quoteHash) external view returns (uint256);

    /// @notice Shorts that no long nets.
    function shortOf(address account, SeriesId series) external view returns (uint256 size);

    /// @notice Size of the account's pair of a short and an escrowed long.
    function nettedOf(address account, SeriesId short, SeriesId long) external view returns (uint256 size);

    /// @notice Collateral asset and units that back `size` shorts of `series`, rounded up.
    function collateralFor(SeriesId series, uint256 size) external view returns (address asset, uint256 amount);

    /// @notice Collateral of `size` shorts netted by as many longs: puts (K_short − K_long)⁺ in quote; calls (1 − K_short/K_long)⁺
    /// units of the underlying; rounded up, plus one unit.
    function spreadCollateral(SeriesId short, SeriesId long, uint256 size) external view returns (address asset, uint256 amount);

    /// @notice Collateral locked in total, per asset.
    function locked(address asset) external view returns (uint256);

    /// @notice Longs in existence: all shorts of the series until it settles, then the longs not yet redeemed.
    function openInterest(SeriesId series) external view returns (uint256 size);

    /// @notice The feed's phase that settles this expiry; 0 if none of its options was ever traded.
    function settlementPhase(address underlying, uint256 expiry) external view returns (uint16 phase);

    /// @notice The price proposed for a dead feed's expiry, WAD, and when it may become final; zeros without a proposal.
    function fallbackPrice(address underlying, uint256 expiry) external view returns (uint256 priceWad, uint256 finalAt);

    /// @notice Quote per unit, WAD; 0 until settled.
    function settlementPrice(address underlying, uint256 expiry) external view returns (uint256 priceWad);
}
