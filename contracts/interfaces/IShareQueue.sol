// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./IERC7540.sol";

/// @notice What the shares of a vault promise, fixed for ever.
struct ShareTerms {
    string name;
    string symbol;
    /// When the first epoch closes, unix seconds, and how long each one after it takes requests.
    uint256 firstCutoff;
    uint256 epochLength;
    /// Taken on the way in and out, for those who stay.
    uint256 spreadWad;
    /// Quote units.
    uint256 minDeposit;
    /// Seconds without a strike after which anyone may wind the vault down.
    uint256 strikeTimeout;
    /// Per year, of all assets.
    uint256 managementFeeWad;
    /// Of gains above the high-water mark.
    uint256 performanceFeeWad;
    address feeRecipient;
}

/// @title Shares of a vault, bought and sold once per epoch
/// @notice Requests join the epoch whose cutoff comes next. Once it has passed, anyone strikes the epoch at a price observed
/// after the cutoff: everyone in it gets the same. Deposits enter at that price plus a spread, redemptions leave at it minus the
/// spread, which stays with those who stay. What free liquidity cannot pay waits, pro rata, for the next strikes and their prices.
/// A controller's requests are one: `requestId` is always 0.
/// Both fees are taken at strikes, as shares minted to the fee recipient; none is taken once the vault winds down.
/// When a wound-down vault has nothing left but cash there are no more strikes: shares, the ones in requests too, are redeemed in kind.
/// Warning: `totalAssets` and the conversions are at the last struck price; previews revert, as ERC-7540 wants.
interface IShareQueue is IERC7540Operator, IERC7540Deposit, IERC7540Redeem, IERC7575 {
    error NotAuthorized(address caller, address owner);
    error RequestTooSmall(uint256 asked, uint256 minimum);
    error ExceedsClaimable(uint256 asked, uint256 claimable);
    error TransferMismatch(uint256 received, uint256 asked);
    error EpochOpen(uint64 epoch, uint256 cutoff);
    error NotSolvent(int256 equityWad);
    error NothingToCancel(address controller);
    error PreviewUnavailable();
    error ZeroAddress();
    error ParameterOutOfRange(string parameter, uint256 value);

    /// @notice One strike: at most one epoch of deposits and one of redemptions, 0 where none was due.
    /// @param assets the vault's equity in quote units, and `supply` its shares, before the strike; virtual ones not included
    event Struck(
        uint64 indexed depositEpoch,
        uint64 indexed redeemEpoch,
        uint256 assets,
        uint256 supply,
        uint256 deposited,
        uint256 minted,
        uint256 paid,
        uint256 burned
    );

    event DepositRequestCancelled(address indexed controller, address indexed receiver, address sender, uint256 assets);
    event RedeemRequestCancelled(address indexed controller, address indexed receiver, address sender, uint256 shares);
    /// @param management shares minted for the time since the last strike, and `performance` for the rise above the high-water mark
    event FeesTaken(uint256 management, uint256 performance, uint256 highWaterMark);
    event RedeemedInKind(address indexed owner, address indexed receiver, address sender, uint256 shares, uint256 supply);

    /// @notice Takes back everything the controller asked to deposit in the open epoch. By the controller or an operator.
    /// Refused once the epoch has closed: who could still step back then would wait for the strike's price and leave only the
    /// bad ones to the others. A vault that is paused or winds down strikes no deposits: then closed epochs are returned too.
    function cancelDepositRequest(uint256 requestId, address receiver, address controller) external returns (uint256 assets);

    /// @notice Takes back the shares the controller asked to redeem in the open epoch; nothing later, for the same reason, until the
    /// vault is closed: then all shares not paid for, those carried over too.
    function cancelRedeemRequest(uint256 requestId, address receiver, address controller) external returns (uint256 shares);

    /// @notice Burns shares of a closed vault for their part of every asset, rounded down: IVault.payInKind. By the owner, an
    /// operator, or whoever has the allowance.
    function redeemInKind(uint256 shares, address receiver, address owner) external;

    /// @notice Prices the oldest closed epoch, by anyone. While the vault is paused or winds down deposits wait and redemptions
    /// do not.
    function strike() external;

    /// @notice Whether the last strike is older than the timeout: then anyone may wind the vault down.
    function isOverdue() external view returns (bool);

    /// @notice The epoch that requests join now, and when it closes.
    function openEpoch() external view returns (uint64 epoch, uint256 cutoff);

    /// @notice Last epochs struck.
    function struck() external view returns (uint64 deposits, uint64 redemptions);

    /// @notice Shares in struck epochs that still wait for liquidity.
    function carriedShares() external view returns (uint256);
}
