// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeriesId} from "./SeriesId.sol";
import {Quote} from "./IOptionMarket.sol";
import {Greeks, Leg} from "./IRiskEngine.sol";

/// @notice One venue call of a rebalance; fields as in IHedgeVenue.trade.
struct Action {
    address venue;
    address asset;
    int256 quantity;
    uint256 limitWad;
    bytes data;
}

/// @notice The portfolio of one underlying as the guard sees it, WAD.
struct Exposure {
    uint256 priceWad;
    /// Options, spot, locked collateral and venues together; delta includes all of them.
    Greeks greeks;
    /// greeks.delta − target delta.
    int256 hedgeError;
}

/// @notice How a venue is listed: a swap changes holdings at a price, an account only moves them and may owe.
enum VenueKind {
    None,
    Swap,
    Account
}

/// @notice Limits of the whole vault. Budgets hold for every window of `window` seconds, wherever it starts. Half of a budget may be spent at
/// once, by options half of that: the rest is for hedges.
/// Three words: a spot rebalance reads the first and the last.
struct Limits {
    /// Equity that trading may lose, quote WAD.
    uint96 budgetWad;
    /// |delta| traded in spot and options times price, quote WAD.
    uint96 deltaTurnoverWad;
    /// Largest distance of a trade's price from the oracle's, WAD.
    uint64 oracleBandWad;
    /// |vega| traded in options, quote WAD per 1.00 vol.
    uint96 vegaTurnoverWad;
    /// Largest distance of an option's vol from its mark, WAD (0.02e18 = two vol points).
    uint64 volBandWad;
    uint64 healthFloorWad;
    /// Smallest size a leg may have, 1e-6 options.
    uint32 minLegSize;
    /// Quote cash that trading and redemptions leave in place, quote units.
    uint96 minCash;
    /// Highest variable rate a loan may start at, WAD per year.
    uint64 maxBorrowRateWad;
    uint32 window;
    uint32 cooldown;
    uint32 maxSurfaceAge;
}

/// @notice Where the Greeks of one underlying should be, WAD; units as in Greeks. Kept to 1e-9, rounded towards zero; at most 9.2e9.
struct Boundaries {
    uint128 delta;
    uint128 gamma;
    uint128 vega;
    int128 targetDelta;
}

/// @notice A venue of an emergency hedge and what its `trade` is told.
struct EmergencySwap {
    address venue;
    bytes data;
}

/// @notice How anyone may hedge an underlying when the keeper does not.
struct EmergencyRoute {
    /// Seconds since a rebalance last left the underlying within its delta boundary; zero when there is no route.
    uint32 silence;
    /// |delta − target| beyond which the hedge is open, WAD.
    uint96 deltaLimit;
    /// Quote supplied per quote borrowed, WAD.
    uint64 collateralWad;
    /// Where short delta is borrowed and debts are repaid; zero for none.
    address account;
    /// Asked in this order, each for what the ones before did not fill.
    EmergencySwap[] swaps;
}

/// @notice What the caller of a useful hedge is paid for its gas.
struct GasRefund {
    /// Whose oracle price is that of gas (WETH); zero = nothing is paid.
    address asset;
    /// Highest tip refunded, wei per gas.
    uint64 maxTipWei;
    /// Of one call, quote WAD.
    uint96 maxRefundWad;
}

/// @title What the vault refuses and what it reports
interface IVaultEvents {
    error VenueNotListed(address venue);
    error UnderlyingNotListed(address underlying);
    error GreekWorsened(address underlying, string greek, int256 before_, int256 after_, uint256 limit);
    error NothingImproved(address underlying);
    error BudgetExceeded(uint256 lossWad, uint256 leftWad);
    error TurnoverExceeded(uint256 tradedWad, uint256 leftWad);
    error PriceOutsideBand(uint256 priceWad, uint256 worstWad);
    error HealthTooLow(uint256 healthWad, uint256 floorWad);
    error CashTooLow(uint256 cash, uint256 floor);
    error CooldownActive(uint256 until);
    error SurfaceStale(address underlying, uint256 postedAt, uint256 maxAge);
    error NotQueue(address caller);
    error NotQuoter(address signer);
    error VaultPaused();
    error BookFull(uint256 legs);
    error BorrowRateTooHigh(uint256 limitWad, uint256 maxWad);
    error VenueMisbehaved(address venue, int256 received, int256 asked);
    error VenueInUse(address venue);
    error PriceTooOld(address underlying, uint256 updatedAt, uint256 notBefore);
    error SurfaceTooOld(address underlying, uint256 postedAt, uint256 notBefore);
    error LegMissing(SeriesId series);
    error LegNetted(SeriesId series, uint256 free);
    error EmergencyRouteMissing(address underlying);
    error NoEmergency(address underlying, int256 hedgeError, uint256 limit, uint256 notBefore);
    error QueueAlreadySet(address queue);
    error AssetIncompatible(address asset);
    error WindingDown();
    error ExpiresTooSoon(SeriesId series, uint256 minLife);
    error ExpiryTooYoung(SeriesId series, uint256 tradableFrom);
    error NotWindingDown();
    error NothingToUnwind(address account, address asset);
    error LegsLeft(address underlying, uint256 legs);
    error VaultClosed();
    error NotClosed();
    error ParameterOutOfRange(string parameter, uint256 value);

    /// @param equityChangeWad at the price the bundle was measured on: what it cost when negative
    event Rebalanced(address indexed keeper, int256 equityChangeWad, uint256 budgetLeftWad);
    event HedgeErrorMoved(address indexed underlying, int256 beforeWad, int256 afterWad);
    /// @param counterparty the taker of the vault's quote, or the maker of the quote it took
    event OptionFilled(address indexed counterparty, SeriesId indexed series, int256 sizeDelta, uint256 premium);
    event Collected(SeriesId indexed series, uint256 received);
    /// @param size moved into pairs; negative for what was taken apart
    event LegsNetted(SeriesId indexed short, SeriesId indexed long, int256 size);
    event CollectedNetted(SeriesId indexed short, SeriesId indexed long, uint256 received);
    /// @param wantedWad delta that was to be traded when it came to it, before clamping
    /// @param movedWad delta traded
    event EmergencyHedged(address indexed caller, address indexed underlying, int256 wantedWad, int256 movedWad, int256 equityChangeWad);
    event GasRefunded(address indexed caller, uint256 quoteUnits);
    event EmergencyRouteSet(address indexed underlying, EmergencyRoute route);
    event GasRefundSet(GasRefund refund);
    event UnderlyingListed(address indexed underlying);
    event BoundariesSet(address indexed underlying, Boundaries boundaries);
    event LimitsSet(Limits limits);
    event VenueSet(address indexed venue, VenueKind kind);
    event QueueSet(address indexed queue);
    event PausedSet(bool paused);
    event WindDownStarted(address indexed by);
    event WindDownFinished();
    /// @param received units of the asset that came out of the account; negative for what was repaid
    event AccountUnwound(address indexed account, address indexed asset, int256 received);
    /// @param paid false when the transfer failed and the amount waits for `claimUnpaid`
    event PaidInKind(address indexed owner, address indexed receiver, address indexed asset, uint256 amount, bool paid);
}

/// @title The vault: holds the option book, trades only between two measurements that prove it safe or safer
interface IVault is IVaultEvents {
    /// @notice Runs a bundle of venue calls under the guard. Restricted to the keeper role.
    function rebalance(Action[] calldata actions) external;

    /// @notice Fills an RFQ quote that names this vault as maker and carries a quoter's signature; the caller is the taker.
    /// The taker approves this vault for the premium (buying) or the option tokens (selling).
    function fill(Quote calldata quote, bytes calldata signature, uint256 size) external returns (uint256 premium);

    /// @notice Fills someone else's quote with this vault as taker, under the same guard. Restricted to the keeper role.
    function take(Quote calldata quote, bytes calldata signature, uint256 size) external returns (uint256 premium);

    /// @notice Takes back what a settled series left: the collateral of a short or the payoff of a long. By anyone; the leg drops out.
    function collect(SeriesId series) external;

    /// @notice Begins the end, for good: no new options, only trades that reduce legs or improve Greeks, no more deposits. Restricted
    /// to the guardian; once the queue is overdue (IShareQueue.isOverdue), by anyone.
    function startWindDown() external;

    /// @notice Repays from cash what an account owes of an asset, or withdraws what it holds, at most `amount`. By anyone during and
    /// after wind-down. No price is involved: what the one side loses the other has, but for rounding. Warning: while the account
    /// still owes something a withdrawal must leave its health at twice the floor.
    function unwindAccount(address account, address asset, uint256 amount) external;

    /// @notice Closes a vault without legs whose accounts are empty: from here on shares are redeemed in kind. By anyone.
    /// 90 days after start of wind-down and last expiry also with legs or accounts left (a dead feed, a frozen Aave); what comes
    /// back of them belongs to the shares that are there then.
    function finishWindDown() external;

    /// @notice Pays shares/supply of every asset's cash, rounded down, donations untouched. What `receiver` cannot be paid waits for
    /// `owner` in `claimUnpaid` and holds up nothing else. Only the queue, only once closed.
    function payInKind(uint256 shares, uint256 supply, address owner, address receiver) external;

    /// @notice Pays the caller what `payInKind` could not pay of an asset.
    function claimUnpaid(address asset, address receiver) external returns (uint256 amount);

    /// @notice Takes back what a settled pair of netted legs left. By anyone; both legs shrink by it.
    function collectNetted(SeriesId short, SeriesId long) external;

    /// @notice Hedges an underlying the keeper has neglected, by anyone: open when for the route's `silence` no rebalance has moved it and left
    /// it within its delta boundary and |delta − target| is beyond the route's limit, or when its account's health is below the floor. The vault itself finds size, limit price and venue:
    /// back to the target under the mildest of three vols, as far as turnover, budget, cash and collateral reach; an unhealthy account
    /// gets its debt repaid (bought back where delta is short as well) and then collateral. Needs `price()` only.
    /// @return movedWad delta traded
    function emergencyHedge(address underlying) external returns (int256 movedWad);

    /// @notice Pairs a short leg with a long one of the same underlying, expiry and type in the market and takes the collateral
    /// this frees. Restricted to the keeper role; changes neither equity nor delta.
    function net(SeriesId short, SeriesId long, uint256 size) external;

    /// @notice Takes such a pair apart again and locks the collateral. Restricted to the keeper role.
    function unnet(SeriesId short, SeriesId long, uint256 size) external;

    /// @notice Withdraws a quote of this vault's for good. Restricted to the quoter role.
    function cancelQuote(Quote calldata quote) external;

    /// @notice Takes `assets` of quote from the queue. Only the queue.
    function takeIn(uint256 assets) external;

    /// @notice Pays `assets` of free liquidity to the queue. Only the queue.
    function payOut(uint256 assets) external;

    /// @notice Forbids new options, struck deposits and every rebalance that does not improve. Restricted to the guardian.
    function pause() external;

    /// @notice Restricted to the admin.
    function unpause() external;

    /// @notice Adds an underlying of 6 to 18 decimals; not while winding down.
    function listUnderlying(address underlying, Boundaries calldata boundaries) external;

    function setBoundaries(address underlying, Boundaries calldata boundaries) external;

    function setLimits(Limits calldata limits) external;

    /// @notice Lists a venue, or delists it with `None` once it holds nothing. A vault that winds down gets no new ones: its exits take
    /// longer than the admin's delay.
    function setVenue(address venue, VenueKind kind) external;

    /// @notice Sets how anyone may hedge an underlying in an emergency; a `silence` of zero closes it. Restricted to the admin.
    function setEmergencyRoute(address underlying, EmergencyRoute calldata route) external;

    /// @notice Sets what the caller of a useful hedge is paid for its gas. Restricted to the admin.
    function setGasRefund(GasRefund calldata refund) external;

    /// @notice Names the share queue, once.
    function setQueue(address queue) external;

    /// @notice `equity` at `strictPrice()` on a fresh surface, the price of every underlying held observed and every smile in use posted at or
    /// after `notBefore`.
    function strictEquity(uint256 notBefore) external view returns (int256 equityWad);

    /// @notice The whole vault in quote at `price()`, WAD; locked collateral and venue accounts included.
    function equity() external view returns (int256 equityWad);

    /// @notice Free quote tokens that redemptions may take now, in quote units.
    function freeLiquidity() external view returns (uint256);

    function exposureOf(address underlying) external view returns (Exposure memory);

    /// @notice The option legs on one underlying (RiskEngine words).
    function legsOf(address underlying) external view returns (Leg[] memory);

    function underlyings() external view returns (address[] memory);

    /// @notice Units of `asset` the vault itself accounts for (donations excluded).
    function cashOf(address asset) external view returns (uint256);

    /// @notice Execution budget left now, quote WAD.
    function budgetLeft() external view returns (uint256);

    function paused() external view returns (bool);

    /// @return startedAt when wind-down began; 0 if it has not
    /// @return closed whether it is over and shares are redeemed in kind
    function windDown() external view returns (uint256 startedAt, bool closed);

    /// @notice What `claimUnpaid` would pay an owner.
    function unpaidOf(address owner, address asset) external view returns (uint256);

    function limits() external view returns (Limits memory);

    function boundariesOf(address underlying) external view returns (Boundaries memory);

    function emergencyRouteOf(address underlying) external view returns (EmergencyRoute memory);

    function gasRefund() external view returns (GasRefund memory);

    function venueKind(address venue) external view returns (VenueKind);

    /// @notice The listed accounts, whose exposures count in equity and delta.
    function accounts() external view returns (address[] memory);
}
