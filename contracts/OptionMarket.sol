// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionMarket, Quote} from "./interfaces/IOptionMarket.sol";
import {OPTION_UNIT, SeriesId, SeriesIdLibrary} from "./interfaces/SeriesId.sol";
import {Quotes} from "./market/Quotes.sol";
import {Settlement} from "./market/Settlement.sol";

/// @title European options, always solvent
/// @notice Every short locks its worst payoff, rounded up, less what a long escrowed against it is sure to pay; every payoff is rounded
/// down: what is locked of an asset covers all payoffs in it at every price. Warning: a token that takes fees, rebases or moves other amounts than told cannot be traded here.
contract OptionMarket is ERC6909, Quotes, Settlement, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Smallest fill, 1e-6 options: dust positions cost others gas.
    uint256 public constant MIN_FILL = 1_000;

    /// @notice The token premiums and puts are paid in.
    address public immutable quoteToken;

    uint256 private immutable _quoteUnit;

    /// @inheritdoc IOptionMarket
    mapping(address account => mapping(SeriesId series => uint256)) public shortOf;

    /// @inheritdoc IOptionMarket
    mapping(address asset => uint256) public locked;

    /// @inheritdoc IOptionMarket
    mapping(SeriesId series => uint256) public openInterest;

    /// @inheritdoc IOptionMarket
    mapping(address account => mapping(SeriesId short => mapping(SeriesId long => uint256))) public nettedOf;

    constructor(address authority, address quoteToken_) AccessManaged(authority) {
        quoteToken = quoteToken_;
        _quoteUnit = 10 ** IERC20Metadata(quoteToken_).decimals();
    }

    /// @inheritdoc IOptionMarket
    function fill(Quote calldata quote, bytes calldata signature, uint256 size, address recipient)
        external
        nonReentrant
        returns (uint256 premium)
    {
        if (size < MIN_FILL) revert SizeTooSmall(size, MIN_FILL);
        SeriesId series = quote.series;
        if (series.strike() == 0) revert SeriesIdLibrary.SeriesOutOfRange(0, series.expiry());
        if (block.timestamp >= series.expiry()) revert SeriesExpired(series);
        _recordPhase(series.underlying(), series.expiry());
        bytes32 hash = _consume(quote, signature, size);

        premium = Math.mulDiv(quote.price, size, OPTION_UNIT, quote.makerSells ? Math.Rounding.Ceil : Math.Rounding.Floor);
        emit Filled(hash, quote.maker, msg.sender, series, quote.makerSells, size, premium);

        address maker = quote.maker;
        uint256 unpaid = msg.sender == maker ? 0 : premium;
        if (quote.makerSells) {
            _deliver(series, size, maker, recipient);
            _transferFrom(quoteToken, msg.sender, maker, unpaid);
        } else {
            _deliver(series, size, msg.sender, maker);
            _transferFrom(quoteToken, maker, recipient, unpaid);
        }
    }

    /// @inheritdoc IOptionMarket
    function close(SeriesId series, uint256 size) external nonReentrant {
        uint256 held = shortOf[msg.sender][series];
        if (held < size) revert InsufficientShort(msg.sender, held, size);
        (address asset, uint256 freed) = _backing(series, held - size, held);

        shortOf[msg.sender][series] = held - size;
        openInterest[series] -= size;
        _burn(msg.sender, SeriesId.unwrap(series), size);
        emit Closed(msg.sender, series, size);
        _unlock(asset, msg.sender, freed);
    }

    /// @inheritdoc IOptionMarket
    function net(SeriesId short, SeriesId long, uint256 size) external nonReentrant returns (uint256 freed) {
        uint256 held = shortOf[msg.sender][short];
        if (held < size) revert InsufficientShort(msg.sender, held, size);
        uint256 netted = nettedOf[msg.sender][short][long];
        address asset;
        (asset, freed) = _backing(short, held - size, held);
        uint256 needed = _spreadBacking(short, long, netted, netted + size);
        if (freed <= needed) revert NettingFreesNothing(freed, needed);
        freed -= needed;

        shortOf[msg.sender][short] = held - size;
        nettedOf[msg.sender][short][long] = netted + size;
        _transfer(msg.sender, address(this), SeriesId.unwrap(long), size);
        emit Netted(msg.sender, short, long, int256(size));
        _unlock(asset, msg.sender, freed);
    }

    /// @inheritdoc IOptionMarket
    function unnet(SeriesId short, SeriesId long, uint256 size) external nonReentrant returns (uint256 added) {
        uint256 netted = nettedOf[msg.sender][short][long];
        if (netted < size) revert InsufficientShort(msg.sender, netted, size);
        uint256 held = shortOf[msg.sender][short];
        address asset;
        (asset, added) = _backing(short, held, held + size);
        // What rounding leaves over stays locked.
        added = Math.saturatingSub(added, _spreadBacking(short, long, netted - size, netted));

        shortOf[msg.sender][short] = held + size;
        nettedOf[msg.sender][short][long] = netted - size;
        locked[asset] += added;
        _transfer(address(this), msg.sender, SeriesId.unwrap(long), size);
        emit Netted(msg.sender, short, long, -int256(size));
        _transferFrom(asset, msg.sender, address(this), added);
    }

    /// @inheritdoc IOptionMarket
    function releaseNetted(SeriesId short, SeriesId long) external nonReentrant returns (uint256 amount) {
        uint256 size = nettedOf[msg.sender][short][long];
        (address asset, uint256 owed) = _payoff(short, size, Math.Rounding.Ceil);
        (, uint256 gained) = _payoff(long, size, Math.Rounding.Floor);
        (, uint256 backing) = spreadCollateral(short, long, size);
        amount = backing + gained - owed;

        nettedOf[msg.sender][short][long] = 0;
        openInterest[long] -= size;
        _burn(address(this), SeriesId.unwrap(long), size);
        emit NettedReleased(msg.sender, short, long, size, amount);
        _unlock(asset, msg.sender, amount);
    }

    /// @inheritdoc IOptionMarket
    function redeem(SeriesId series, uint256 size, address recipient) external nonReentrant returns (uint256 payoff) {
        address asset;
        (asset, payoff) = _payoff(series, size, Math.Rounding.Floor);

        openInterest[series] -= size;
        _burn(msg.sender, SeriesId.unwrap(series), size);
        emit Redeemed(msg.sender, series, size, payoff);
        _unlock(asset, recipient, payoff);
    }

    /// @inheritdoc IOptionMarket
    function release(SeriesId series, address account) external nonReentrant returns (uint256 collateral) {
        uint256 size = shortOf[account][series];
        (address asset, uint256 owed) = _payoff(series, size, Math.Rounding.Ceil);
        (, uint256 backing) = collateralFor(series, size);
        collateral = backing - owed;

        shortOf[account][series] = 0;
        emit Released(account, series, size, collateral);
        _unlock(asset, account, collateral);
    }

    /// @inheritdoc IOptionMarket
    function collateralFor(SeriesId series, uint256 size) public view returns (address asset, uint256 amount) {
        asset = series.underlying();
        uint256 unit = 10 ** _listed(asset).decimals;
        if (!series.isPut()) return (asset, size * (unit / OPTION_UNIT));
        return (quoteToken, Math.mulDiv(size * series.strike(), _quoteUnit, OPTION_UNIT * 1e6, Math.Rounding.Ceil));
    }

    /// @inheritdoc IOptionMarket
    /// @dev The worst price of a call spread is the long's strike: (S − K₁)/S there is 1 − K₁/K₂. One unit more than that covers what
    /// rounding the short's payoff up and the long's down can take.
    function spreadCollateral(SeriesId short, SeriesId long, uint256 size) public view returns (address asset, uint256 amount) {
        bool sameKind = short.underlying() == long.underlying() && short.expiry() == long.expiry() && short.isPut() == long.isPut();
        if (!sameKind) revert NotASpread(short, long);
        (uint256 shortStrike, uint256 longStrike) = (short.strike(), long.strike());
        (asset, amount) = collateralFor(short, size);
        if (size == 0) return (asset, 0);
        if (short.isPut()) {
            uint256 width = Math.saturatingSub(shortStrike, longStrike);
            amount = Math.mulDiv(size * width, _quoteUnit, OPTION_UNIT * 1e6, Math.Rounding.Ceil) + 1;
        } else {
            amount = Math.mulDiv(amount, Math.saturatingSub(longStrike, shortStrike), longStrike, Math.Rounding.Ceil) + 1;
        }
    }

    /// @notice Decimals of every long, as in ERC-6909's metadata extension.
    function decimals(uint256) external pure returns (uint8) {
        return 6;
    }

    /// The seller's longs go first, the rest is written against its collateral. To itself a seller can only deliver what it holds.
    function _deliver(SeriesId series, uint256 size, address seller, address buyer) private {
        uint256 id = SeriesId.unwrap(series);
        uint256 delivered = seller == buyer ? size : Math.min(balanceOf(seller, id), size);
        if (delivered != 0) _transfer(seller, buyer, id, delivered);
        if (delivered == size) return;

        uint256 written = size - delivered;
        uint256 held = shortOf[seller][series];
        (address asset, uint256 needed) = _backing(series, held, held + written);

        shortOf[seller][series] = held + written;
        openInterest[series] += written;
        locked[asset] += needed;
        _mint(buyer, id, written);
        _transferFrom(asset, seller, address(this), needed);
    }

    /// What separates the backing of two sizes of a short.
    function _backing(SeriesId series, uint256 less, uint256 more) private view returns (address asset, uint256 amount) {
        (, uint256 kept) = collateralFor(series, less);
        (asset, amount) = collateralFor(series, more);
        amount -= kept;
    }

    /// Likewise of a pair, which lives from trade to expiry.
    function _spreadBacking(SeriesId short, SeriesId long, uint256 less, uint256 more) private view returns (uint256 amount) {
        if (block.timestamp >= short.expiry()) revert SeriesExpired(short);
        (, uint256 kept) = spreadCollateral(short, long, less);
        (, amount) = spreadCollateral(short, long, more);
        amount -= kept;
    }

    /// What `size` options pay at the settlement price: puts (K − S)⁺ in quote, calls (S − K)⁺/S in the underlying.
    function _payoff(SeriesId series, uint256 size, Math.Rounding rounding) private view returns (address asset, uint256 amount) {
        uint256 priceWad = settlementPrice(series.underlying(), series.expiry());
        if (priceWad == 0) revert NotSettled(series.underlying(), series.expiry());
        uint256 strikeWad = series.strike() * 1e12;

        (asset, amount) = collateralFor(series, size);
        if (series.isPut()) {
            uint256 gain = Math.saturatingSub(strikeWad, priceWad);
            return (asset, Math.mulDiv(gain, size * _quoteUnit, OPTION_UNIT * 1e18, rounding));
        }
        return (asset, Math.mulDiv(Math.saturatingSub(priceWad, strikeWad), amount, priceWad, rounding));
    }

    function _transferFrom(address token, address from, address to, uint256 amount) private {
        if (amount == 0) return;
        uint256 before = IERC20(token).balanceOf(to);
        IERC20(token).safeTransferFrom(from, to, amount);
        uint256 received = IERC20(token).balanceOf(to) - before;
        if (received != amount) revert UnexpectedTransfer(token, amount, received);
    }

    function _unlock(address token, address to, uint256 amount) private {
        if (amount == 0) return;
        locked[token] -= amount;
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        uint256 paid = before - IERC20(token).balanceOf(address(this));
        if (paid != amount) revert UnexpectedTransfer(token, amount, paid);
    }
}
