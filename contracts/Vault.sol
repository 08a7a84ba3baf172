// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Quote} from "./interfaces/IOptionMarket.sol";
import {IShareQueue} from "./interfaces/IShareQueue.sol";
import {Action, Boundaries, EmergencyRoute, GasRefund, IVault, Limits, VenueKind} from "./interfaces/IVault.sol";
import {SeriesId} from "./interfaces/SeriesId.sol";
import {EmergencyHedge} from "./vault/EmergencyHedge.sol";
import {OptionBook} from "./vault/OptionBook.sol";
import {Portfolio} from "./vault/Portfolio.sol";
import {Settings} from "./vault/Settings.sol";
import {Views} from "./vault/Views.sol";

/// @title Keel's vault
/// @notice Holds an option book and hedges it. Whatever the keeper or a quoter's key asks for is measured before and after and
/// reverts unless the portfolio is safe or safer and the cost fits a budget.
contract Vault is Views, IERC1271 {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// The code that trades options on this vault's state.
    OptionBook public immutable optionBook;
    /// The code that hedges this vault's state when the keeper does not.
    EmergencyHedge public immutable emergency;
    /// The code that changes what the admin sets.
    Settings public immutable settings;
    /// The share queue: the only account that pays assets in and takes them out.
    address public queue;

    modifier onlyQueue() {
        if (msg.sender != queue) revert NotQueue(msg.sender);
        _;
    }

    /// @param book made for the same authority, quote asset, market, engine and oracle, which it passes on
    /// @param emergency_ likewise
    /// @param settings_ likewise
    constructor(OptionBook book, EmergencyHedge emergency_, Settings settings_, Limits memory limits_)
        Portfolio(book.authority(), book.quoteAsset(), book.market(), book.riskEngine(), book.oracle())
    {
        (optionBook, emergency, settings) = (book, emergency_, settings_);
        _listAsset(address(quoteAsset));
        _setLimits(limits_);
    }

    // ── Takers, and anyone ───────────────────────────────────────────────────

    /// @inheritdoc IVault
    function fill(Quote calldata, bytes calldata, uint256) external returns (uint256) {
        _useBook();
    }

    /// @inheritdoc IVault
    function collect(SeriesId) external {
        _useBook();
    }

    /// @inheritdoc IVault
    function startWindDown() external {
        if (!IShareQueue(queue).isOverdue()) _checkCanCall(msg.sender, msg.data);
        if (_windDownAt != 0) revert WindingDown();
        _windDownAt = uint64(block.timestamp);
        emit WindDownStarted(msg.sender);
    }

    /// @inheritdoc IVault
    function collectNetted(SeriesId, SeriesId) external {
        _useBook();
    }

    /// @inheritdoc IVault
    function emergencyHedge(address) external returns (int256) {
        _run(address(emergency));
    }

    /// @inheritdoc IVault
    function unwindAccount(address, address, uint256) external {
        _useBook();
    }

    /// @inheritdoc IVault
    function finishWindDown() external {
        _useBook();
    }

    /// @inheritdoc IVault
    function claimUnpaid(address, address) external returns (uint256) {
        _useBook();
    }

    /// @inheritdoc IERC1271
    /// @dev Good only inside `fill`, for the quote whose quoter's signature `fill` has just checked. Otherwise the vault signs nothing.
    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == _filling && hash != 0 ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    // ── Share queue ──────────────────────────────────────────────────────────

    /// @inheritdoc IVault
    function takeIn(uint256 assets) external nonReentrant onlyQueue {
        uint256 balanceBefore = _balance(address(quoteAsset));
        quoteAsset.safeTransferFrom(msg.sender, address(this), assets);
        _book(address(quoteAsset), balanceBefore);
    }

    /// @inheritdoc IVault
    function payOut(uint256 assets) external nonReentrant onlyQueue {
        uint256 free = _spareQuote();
        if (assets > free) revert CashTooLow(free, assets);
        uint256 balanceBefore = _balance(address(quoteAsset));
        quoteAsset.safeTransfer(msg.sender, assets);
        _book(address(quoteAsset), balanceBefore);
    }

    /// @inheritdoc IVault
    function payInKind(uint256, uint256, address, address) external onlyQueue {
        _useBook();
    }

    // ── Keeper and quoter ────────────────────────────────────────────────────

    /// @inheritdoc IVault
    function rebalance(Action[] calldata actions) external restricted nonReentrant {
        uint256 gasBefore = gasleft();
        _requireNotClosed();
        _coolDown();
        (Side[] memory sides, bool movesAccount) = _openSides(actions);
        uint256[] memory healths = movesAccount ? _healths() : new uint256[](0);
        uint256 cashBefore = _assets[address(quoteAsset)].cash;

        uint256 traded;
        for (uint256 i; i < actions.length; ++i) {
            traded += _execute(actions[i], sides);
        }

        (int256 equityChange, bool improved) = _closeSides(sides, movesAccount);
        _endSilence(sides);
        _deltaTurnover = _spentTurnover(_deltaTurnover, traded, 0, _limits.deltaTurnoverWad);
        _spendBudget(equityChange, 0);
        _requireMinCash(cashBefore);
        _requireHealth(healths);
        if (improved) _refundGas(gasBefore);
        emit Rebalanced(msg.sender, equityChange, budgetLeft());
    }

    /// @inheritdoc IVault
    function take(Quote calldata, bytes calldata, uint256) external returns (uint256) {
        _useBook();
    }

    /// @inheritdoc IVault
    function net(SeriesId, SeriesId, uint256) external {
        _useBook();
    }

    /// @inheritdoc IVault
    function unnet(SeriesId, SeriesId, uint256) external {
        _useBook();
    }

    /// @inheritdoc IVault
    function cancelQuote(Quote calldata quote) external restricted {
        market.cancel(quote);
    }

    // ── Guardian and admin ───────────────────────────────────────────────────

    /// @inheritdoc IVault
    function pause() external restricted {
        _paused = true;
        emit PausedSet(true);
    }

    /// @inheritdoc IVault
    function unpause() external restricted {
        _paused = false;
        emit PausedSet(false);
    }

    /// @inheritdoc IVault
    function listUnderlying(address, Boundaries calldata) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setBoundaries(address, Boundaries calldata) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setLimits(Limits calldata) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setVenue(address, VenueKind) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setEmergencyRoute(address, EmergencyRoute calldata) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setGasRefund(GasRefund calldata) external {
        _run(address(settings));
    }

    /// @inheritdoc IVault
    function setQueue(address queue_) external restricted {
        if (queue != address(0)) revert QueueAlreadySet(queue);
        queue = queue_;
        emit QueueSet(queue_);
    }

    // ── Rebalance ────────────────────────────────────────────────────────────

    /// @dev First measurement: quote, then every underlying the bundle touches.
    function _openSides(Action[] calldata actions) private view returns (Side[] memory sides, bool movesAccount) {
        sides = new Side[](actions.length + 1);
        address quote = address(quoteAsset);
        uint256 count = 1;
        for (uint256 i; i < actions.length; ++i) {
            VenueKind kind = _venues[actions[i].venue];
            if (kind == VenueKind.None) revert VenueNotListed(actions[i].venue);
            if (kind == VenueKind.Account) movesAccount = true;
            address asset = actions[i].asset;
            if (asset == quote && kind == VenueKind.Account) continue;
            _requireListed(asset);
            if (_find(sides, count, asset) < count) continue;
            sides[count++] = _openSide(asset);
        }
        sides[0] = _openQuote(movesAccount);
        assembly ("memory-safe") {
            // only the sides in use: mstore of a smaller length
            mstore(sides, count)
        }
    }

    function _find(Side[] memory sides, uint256 count, address asset) private pure returns (uint256 i) {
        while (i < count && sides[i].asset != asset) ++i;
    }

    /// @return tradedWad notional traded, quote WAD; moves to and from accounts trade nothing
    function _execute(Action memory action, Side[] memory sides) private returns (uint256 tradedWad) {
        if (_venues[action.venue] == VenueKind.Account) {
            _moveAccount(action, false);
            return 0;
        }
        Side memory side = sides[_find(sides, sides.length, action.asset)];
        uint256 swappedWad = _amountWad(action.asset, _swap(action, side.priceWad, false));
        side.swappedWad += swappedWad;
        return swappedWad.mulWad(side.priceWad);
    }

    /// @dev Nothing else restarts the silence after which `emergencyHedge` opens: a keeper keeps it shut by hedging alone.
    function _endSilence(Side[] memory sides) private {
        for (uint256 i = 1; i < sides.length; ++i) {
            if (sides[i].isTended) _assets[sides[i].asset].tendedAt = uint32(block.timestamp);
        }
    }

    // ── Code of others ───────────────────────────────────────────────────────

    function _useBook() private {
        _run(address(optionBook));
    }

    /// @dev Runs the call as it came in another contract's code, on this vault's state.
    function _run(address code) private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let done := delegatecall(gas(), code, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if done { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }
}
