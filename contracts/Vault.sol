// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "./interfaces/IHedgeVenue.sol";
import {Quote} from "./interfaces/IOptionMarket.sol";
import {Greeks, Leg} from "./interfaces/IRiskEngine.sol";
import {IShareQueue} from "./interfaces/IShareQueue.sol";
import {Action, Boundaries, Exposure, IVault, Limits, VenueKind} from "./interfaces/IVault.sol";
import {SeriesId} from "./interfaces/SeriesId.sol";
import {Guard} from "./vault/Guard.sol";
import {OptionBook} from "./vault/OptionBook.sol";
import {Portfolio} from "./vault/Portfolio.sol";

/// @title Keel's vault
/// @notice Holds an option book and hedges it. Whatever the keeper or a quoter's key asks for is measured before and after and
/// reverts unless the portfolio is safe or safer and the cost fits a budget.
contract Vault is Guard, IVault, IERC1271 {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// The code that trades options on this vault's state.
    OptionBook public immutable optionBook;
    /// The share queue: the only account that pays assets in and takes them out.
    address public queue;

    modifier onlyQueue() {
        if (msg.sender != queue) revert NotQueue(msg.sender);
        _;
    }

    /// @param book made for the same authority, quote asset, market, engine and oracle, which it passes on
    constructor(OptionBook book, Limits memory limits_)
        Portfolio(book.authority(), book.quoteAsset(), book.market(), book.riskEngine(), book.oracle())
    {
        optionBook = book;
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
        uint256 free = _freeLiquidity();
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
        _requireNotClosed();
        _coolDown();
        (Side[] memory sides, bool movesAccount) = _openSides(actions);
        uint256[] memory healths = movesAccount ? _healths() : new uint256[](0);
        uint256 cashBefore = _assets[address(quoteAsset)].cash;

        uint256 traded;
        for (uint256 i; i < actions.length; ++i) {
            traded += _execute(actions[i], sides);
        }

        int256 equityChange = _closeSides(sides, movesAccount);
        _deltaTurnover = _spentTurnover(_deltaTurnover, traded, _limits.deltaTurnoverWad);
        _spendBudget(equityChange);
        _requireMinCash(cashBefore);
        _requireHealth(healths);
        emit Rebalanced(msg.sender, equityChange, budgetLeft());
    }

    /// @inheritdoc IVault
    function take(Quote calldata, bytes calldata, uint256) external returns (uint256) {
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
    function listUnderlying(address underlying, Boundaries calldata boundaries) external restricted {
        _requireRunning();
        _listAsset(underlying);
        _underlyings.push(underlying);
        _setBoundaries(underlying, boundaries);
        emit UnderlyingListed(underlying);
    }

    /// @inheritdoc IVault
    function setBoundaries(address underlying, Boundaries calldata boundaries) external restricted {
        _requireListed(underlying);
        _setBoundaries(underlying, boundaries);
    }

    /// @inheritdoc IVault
    function setLimits(Limits calldata limits_) external restricted {
        _setLimits(limits_);
    }

    /// @inheritdoc IVault
    function setVenue(address venue, VenueKind kind) external restricted {
        if (kind != VenueKind.None) _requireRunning();
        _setVenue(venue, kind);
    }

    /// @inheritdoc IVault
    function setQueue(address queue_) external restricted {
        if (queue != address(0)) revert QueueAlreadySet(queue);
        queue = queue_;
        emit QueueSet(queue_);
    }

    // ── Views ────────────────────────────────────────────────────────────────

    /// @inheritdoc IVault
    function equity() external view nonReentrantView returns (int256 equityWad) {
        equityWad = _holdingsWad(address(quoteAsset));
        for (uint256 i; i < _underlyings.length; ++i) {
            address underlying = _underlyings[i];
            (uint256 priceWad,) = oracle.price(underlying);
            (Greeks memory greeks,) = _measureLegs(underlying, priceWad, WAD);
            equityWad += _valueWad(_holdingsWad(underlying), priceWad) + greeks.value;
        }
    }

    /// @inheritdoc IVault
    function legsOf(address underlying) external view nonReentrantView returns (Leg[] memory) {
        return _legsOf(underlying);
    }

    /// @inheritdoc IVault
    function underlyings() external view returns (address[] memory) {
        return _underlyings;
    }

    /// @inheritdoc IVault
    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    /// @inheritdoc IVault
    function venueKind(address venue) external view returns (VenueKind) {
        return _venues[venue];
    }

    /// @inheritdoc IVault
    function cashOf(address asset) external view nonReentrantView returns (uint256) {
        return _assets[asset].cash;
    }

    /// @inheritdoc IVault
    function limits() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IVault
    function boundariesOf(address underlying) external view returns (Boundaries memory) {
        return _boundaries(underlying);
    }

    /// @inheritdoc IVault
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IVault
    function windDown() external view returns (uint256 startedAt, bool closed) {
        return (_windDownAt, _closed);
    }

    /// @inheritdoc IVault
    function unpaidOf(address owner, address asset) external view returns (uint256) {
        return _unpaid[owner][asset];
    }

    /// @inheritdoc IVault
    function budgetLeft() public view returns (uint256) {
        return _budget.left(_limits.budgetWad, _limits.window);
    }

    /// @inheritdoc IVault
    function exposureOf(address underlying) external view nonReentrantView returns (Exposure memory exposure) {
        _requireListed(underlying);
        (exposure.priceWad,) = oracle.price(underlying);
        (exposure.greeks,) = _measureLegs(underlying, exposure.priceWad, WAD);
        int256 held = _holdingsWad(underlying);
        exposure.greeks.value += _valueWad(held, exposure.priceWad);
        exposure.greeks.delta += held;
        exposure.hedgeError = exposure.greeks.delta - _boundaries(underlying).targetDelta;
    }

    /// @inheritdoc IVault
    function strictEquity(uint256 notBefore) external view nonReentrantView returns (int256 equityWad) {
        equityWad = _holdingsWad(address(quoteAsset));
        for (uint256 i; i < _underlyings.length; ++i) {
            address underlying = _underlyings[i];
            int256 held = _holdingsWad(underlying);
            // The price of what the vault does not hold is nobody's business.
            if (held == 0 && _assets[underlying].legs == 0) continue;
            (uint256 priceWad, uint256 updatedAt) = oracle.strictPrice(underlying);
            if (updatedAt < notBefore) revert PriceTooOld(underlying, updatedAt, notBefore);
            equityWad += _valueWad(held, priceWad) + _measureFresh(underlying, priceWad).value;
        }
    }

    /// @inheritdoc IVault
    function freeLiquidity() external view nonReentrantView returns (uint256) {
        return _freeLiquidity();
    }

    function _freeLiquidity() private view returns (uint256) {
        return uint256(_assets[address(quoteAsset)].cash).zeroFloorSub(_limits.minCash);
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
        // Only a bundle that moves them can change what the accounts hold in quote.
        Greeks memory none;
        sides[0] = Side(quote, WAD, _ledgerWad(quote), movesAccount ? _accountsWad(quote) : int256(0), none, 0, 0, 0, 0);
        assembly ("memory-safe") {
            // only the sides in use: mstore of a smaller length
            mstore(sides, count)
        }
    }

    function _openSide(address asset) private view returns (Side memory side) {
        side.asset = asset;
        (side.priceWad,) = oracle.price(asset);
        (side.ledgerWad, side.accountsWad) = (_ledgerWad(asset), _accountsWad(asset));
        Leg[] memory legs = _legsOf(asset);
        side.oldestPost = type(uint256).max;
        if (legs.length == 0) return side;
        (side.greeks, side.calmDelta, side.wildDelta, side.oldestPost) =
            riskEngine.exposures(asset, side.priceWad, legs);
    }

    function _find(Side[] memory sides, uint256 count, address asset) private pure returns (uint256 i) {
        while (i < count && sides[i].asset != asset) ++i;
    }

    /// @dev Second measurement: the rule for every underlying, and what the bundle did to equity.
    function _closeSides(Side[] memory sides, bool movesAccount) private returns (int256 equityChangeWad) {
        for (uint256 i; i < sides.length; ++i) {
            Side memory side = sides[i];
            int256 ledger = _ledgerWad(side.asset);
            int256 held = movesAccount ? _accountsWad(side.asset) : side.accountsWad;
            int256 moved = ledger + held - side.ledgerWad - side.accountsWad;
            equityChangeWad += _valueWad(moved, side.priceWad);
            if (i != 0) _requireSaferSide(side, ledger, held);
        }
    }

    /// @return tradedWad notional traded, quote WAD; moves to and from accounts trade nothing
    function _execute(Action calldata action, Side[] memory sides) private returns (uint256 tradedWad) {
        if (_venues[action.venue] == VenueKind.Account) {
            _moveAccount(action);
            return 0;
        }
        Side memory side = sides[_find(sides, sides.length, action.asset)];
        uint256 swappedWad = _swap(action, side.priceWad);
        side.swappedWad += swappedWad;
        return swappedWad.mulWad(side.priceWad);
    }

    function _moveAccount(Action calldata action) private {
        uint256 maxRate = _limits.maxBorrowRateWad;
        if (action.quantity > 0 && action.limitWad > maxRate) revert BorrowRateTooHigh(action.limitWad, maxRate);
        _assets[action.asset].onAccounts = true;
        uint256 give = action.quantity < 0 ? action.quantity.abs() : 0;
        _requireCash(action.asset, give);
        uint256 balanceBefore = _balance(action.asset);
        _callVenue(action, action.asset, give);
        int256 received = _book(action.asset, balanceBefore);
        _takeBackAllowance(action.venue, action.asset, give, received);
        _requireReceived(action, received);
    }

    /// @return WAD units of the asset bought or sold
    function _swap(Action calldata action, uint256 priceWad) private returns (uint256) {
        bool buys = action.quantity > 0;
        uint256 worst = _worstPrice(priceWad, buys);
        _requireInBand(action.limitWad, worst, buys);
        address quote = address(quoteAsset);
        uint256 quoteBefore = _balance(quote);
        uint256 assetBefore = _balance(action.asset);
        uint256 give = action.quantity.abs();
        if (buys) give = uint256(_assets[quote].cash).min(_quoteUnitsUp(action.asset, give, worst));
        else _requireCash(action.asset, give);
        _callVenue(action, buys ? quote : action.asset, give);
        int256 received = _book(action.asset, assetBefore);
        int256 paid = _book(quote, quoteBefore);
        _takeBackAllowance(action.venue, buys ? quote : action.asset, give, buys ? paid : received);
        uint256 amount = _requireReceived(action, received);
        // One unit of quote is the finest a price can be kept to.
        uint256 atWorst = _quoteUnitsUp(action.asset, amount, worst);
        bool outside = buys ? paid < -int256(atWorst) : paid + 1 < int256(atWorst);
        if (outside) revert PriceOutsideBand(paid.abs().fullMulDiv(worst, atWorst), worst);
        return _amountWad(action.asset, amount);
    }

    function _callVenue(Action calldata action, address token, uint256 allowance) private {
        IERC20(token).forceApprove(action.venue, allowance);
        IHedgeVenue(action.venue).trade(action.asset, action.quantity, action.limitWad, action.data);
    }

    /// @dev What the venue did not take of its allowance; `moved` is what the token's balance did.
    function _takeBackAllowance(address venue, address token, uint256 allowance, int256 moved) private {
        if (moved > -int256(allowance)) IERC20(token).forceApprove(venue, 0);
    }

    /// @dev What arrived has the sign asked for and is not more than asked.
    function _requireReceived(Action calldata action, int256 received) private pure returns (uint256) {
        int256 asked = action.quantity;
        bool honest = asked > 0 ? received > 0 && received <= asked : received < 0 && received >= asked;
        if (!honest) revert VenueMisbehaved(action.venue, received, asked);
        return received.abs();
    }

    /// @dev Quote units for `amount` of an asset at a price, rounded up.
    function _quoteUnitsUp(address asset, uint256 amount, uint256 priceWad) private view returns (uint256) {
        return _amountWad(asset, amount).fullMulDivUp(priceWad, WAD * 10 ** (18 - _assets[address(quoteAsset)].decimals));
    }

    // ── Option book ──────────────────────────────────────────────────────────

    /// @dev Runs the call as it came in the code of the option book, on this vault's state.
    function _useBook() private {
        address book = address(optionBook);
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let done := delegatecall(gas(), book, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if done { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }
}
