// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IOptionMarket, Quote} from "../interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {Greeks, IRiskEngine, Leg} from "../interfaces/IRiskEngine.sol";
import {OPTION_UNIT, SeriesId} from "../interfaces/SeriesId.sol";
import {Boundaries} from "../interfaces/IVault.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {Legs} from "./Legs.sol";
import {Portfolio} from "./Portfolio.sol";

/// @title How a vault sells and buys options
/// @notice Code the vault runs on its own state (as Euler's vault modules do): both have Guard's storage layout and a vault never
/// changes its book. Called directly it has no assets, no underlyings and nothing to lose.
contract OptionBook is Legs {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// Accounts whose signature binds the vault as a maker.
    uint64 public constant QUOTER_ROLE = 2;

    uint256 private constant MIN_LIFE = 1 days;

    IVolSurface private immutable _surface;

    constructor(address authority, IERC20 quote, IOptionMarket market_, IRiskEngine engine, IPriceOracle oracle_)
        Portfolio(authority, quote, market_, engine, oracle_)
    {
        _surface = engine.surface();
    }

    /// @notice IVault.fill.
    function fill(Quote calldata quote, bytes calldata signature, uint256 size) external nonReentrant returns (uint256) {
        if (quote.maker != address(this)) revert IOptionMarket.NotMaker(quote.maker);
        if (quote.taker != address(0) && quote.taker != msg.sender) revert IOptionMarket.QuoteNotForYou(msg.sender);
        return _trade(quote, signature, size, quote.makerSells);
    }

    /// @notice IVault.take.
    function take(Quote calldata quote, bytes calldata signature, uint256 size) external restricted nonReentrant returns (uint256) {
        if (quote.maker == address(this)) revert IOptionMarket.NotMaker(quote.maker);
        return _trade(quote, signature, size, !quote.makerSells);
    }

    // ── Trade ────────────────────────────────────────────────────────────────

    function _trade(Quote calldata quote, bytes calldata signature, uint256 size, bool sells) private returns (uint256 premium) {
        if (_paused) revert VaultPaused();
        address underlying = quote.series.underlying();
        _requireListed(underlying);
        int256 sizeDelta = sells ? -int256(size) : int256(size);
        _requireReducing(quote.series, sizeDelta);
        _requireSeasoned(quote.series);
        _requireUnnetted(quote.series, sizeDelta);

        uint256 priceWad = _strictPrice(underlying);
        Greeks memory leg = _measureLeg(quote.series, sizeDelta, priceWad);
        (Greeks memory book,) = _measureFresh(underlying, priceWad);
        int256 spotBefore = _ledgerWad(underlying);
        int256 quoteBefore = _ledgerWad(address(quoteAsset));
        uint256 cashBefore = _assets[address(quoteAsset)].cash;

        premium = sells ? _sell(quote, signature, size) : _buy(quote, signature, size);
        _requireMinSize(_changeLeg(quote.series, sizeDelta));

        int256 spotMoved = _ledgerWad(underlying) - spotBefore;
        _requirePremium(_amountWad(address(quoteAsset), premium), leg, priceWad, !sells);
        _requireSaferBook(underlying, book, leg, spotMoved);
        (uint256 budget, uint256 turnover) = (_limits.budgetWad, _limits.deltaTurnoverWad);
        _deltaTurnover = _spentTurnover(_deltaTurnover, leg.delta.abs().mulWad(priceWad), _forHedges(turnover), turnover);
        _vegaTurnover = _spentTurnover(_vegaTurnover, leg.vega.abs(), 0, _limits.vegaTurnoverWad);
        int256 equityChange = _ledgerWad(address(quoteAsset)) - quoteBefore + _valueWad(spotMoved, priceWad) + leg.value;
        _spendBudget(equityChange, _forHedges(budget));
        _requireMinCash(cashBefore);
        emit OptionFilled(quote.maker == address(this) ? msg.sender : quote.maker, quote.series, sizeDelta, premium);
    }

    /// @dev Half of what the bucket holds when it is full. Washes at the mark cost a thief of the quoter's key nothing.
    function _forHedges(uint256 budget) private pure returns (uint256) {
        return budget / 4;
    }

    /// @dev Longs the vault holds go first; the rest is written against its collateral.
    function _sell(Quote calldata quote, bytes calldata signature, uint256 size) private returns (uint256 premium) {
        bool asMaker = quote.maker == address(this);
        address money = address(quoteAsset);
        int256 held = _holdings[quote.series].size;
        uint256 written = held > 0 ? size.zeroFloorSub(uint256(held)) : size;
        (address asset, uint256 needed) = market.collateralFor(quote.series, written);
        _requireCash(asset, needed);
        uint256 assetBefore = _balance(asset);
        uint256 moneyBefore = _balance(money);

        IERC20(asset).forceApprove(address(market), needed);
        premium = asMaker ? _settle(quote, signature, size) : market.fill(quote, signature, size, address(this));
        IERC20(asset).forceApprove(address(market), 0);
        if (asMaker) quoteAsset.safeTransferFrom(msg.sender, address(this), premium);

        int256 moved = _book(asset, assetBefore);
        _lock(quote.series, asset, (asset == money ? int256(premium) : int256(0)) - moved);
        if (asset != money) _book(money, moneyBefore);
    }

    /// @dev What it buys closes the vault's own short of the series and frees its collateral.
    function _buy(Quote calldata quote, bytes calldata signature, uint256 size) private returns (uint256 premium) {
        uint256 moneyBefore = _balance(address(quoteAsset));
        if (quote.maker == address(this)) {
            uint256 id = SeriesId.unwrap(quote.series);
            if (!IERC6909(address(market)).transferFrom(msg.sender, address(this), id, size)) revert LegMissing(quote.series);
            premium = _settle(quote, signature, size);
            _requireCash(address(quoteAsset), premium);
            quoteAsset.safeTransfer(msg.sender, premium);
        } else {
            uint256 cost = quote.price.fullMulDivUp(size, OPTION_UNIT);
            _requireCash(address(quoteAsset), cost);
            quoteAsset.forceApprove(address(market), cost);
            premium = market.fill(quote, signature, size, address(this));
            quoteAsset.forceApprove(address(market), 0);
        }
        _book(address(quoteAsset), moneyBefore);
        _closeShort(quote.series, size);
    }

    function _closeShort(SeriesId series, uint256 size) private {
        uint256 short = market.shortOf(address(this), series).min(size);
        if (short == 0) return;
        address asset = _collateralAsset(series);
        uint256 balanceBefore = _balance(asset);
        market.close(series, short);
        _lock(series, asset, -_book(asset, balanceBefore));
    }

    /// @dev The market checks the quote and asks back for the vault's signature, which stands for the quoter's in this call alone.
    function _settle(Quote calldata quote, bytes calldata signature, uint256 size) private returns (uint256 premium) {
        bytes32 hash = market.hashQuote(quote);
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        (bool quoter,) = IAccessManager(authority()).hasRole(QUOTER_ROLE, signer);
        if (signer == address(0) || !quoter) revert NotQuoter(signer);
        _filling = hash;
        premium = market.fill(quote, signature, size, msg.sender);
        _filling = 0;
    }

    function _measureLeg(SeriesId series, int256 size, uint256 priceWad) private view returns (Greeks memory greeks) {
        Leg[] memory legs = new Leg[](1);
        legs[0] = riskEngine.leg(series, size);
        uint256 postedAt;
        (greeks, postedAt) = riskEngine.measure(series.underlying(), priceWad, WAD, legs);
        _requireFresh(series.underlying(), postedAt);
    }

    /// @dev A vault that winds down only makes its legs smaller, and any vault those that expire soon: just before expiry curvature is
    /// dear while delta and vega, which the turnovers count, are nearly nothing.
    function _requireReducing(SeriesId series, int256 sizeDelta) private view {
        bool expiresSoon = series.expiry() < block.timestamp + MIN_LIFE;
        if (_windDownAt == 0 && !expiresSoon) return;
        _requireNotClosed();
        int256 held = _holdings[series].size;
        if ((held ^ sizeDelta) < 0 && sizeDelta.abs() <= held.abs()) return;
        if (expiresSoon) revert ExpiresTooSoon(series, MIN_LIFE);
        revert WindingDown();
    }

    /// @dev Nothing bounds the first smile of an expiry; until it has stood for a while nothing is traded on it.
    function _requireSeasoned(SeriesId series) private view {
        uint256 from = _surface.tradableFrom(series.underlying(), series.expiry());
        if (block.timestamp < from) revert ExpiryTooYoung(series, from);
    }

    /// @dev A paired leg has to be taken out of its pair before it can be closed.
    function _requireUnnetted(SeriesId series, int256 sizeDelta) private view {
        int256 held = _holdings[series].size;
        if (_holdings[series].netted == 0 || (held < 0) == (sizeDelta < 0)) return;
        uint256 free = _unnetted(series).abs();
        if (sizeDelta.abs() > free) revert LegNetted(series, free);
    }

    function _requireMinSize(int256 size) private view {
        uint256 least = _limits.minLegSize;
        if (size != 0 && size.abs() < least) revert IOptionMarket.SizeTooSmall(size.abs(), least);
    }

    function _requireSaferBook(address underlying, Greeks memory book, Greeks memory leg, int256 spotMoved) private view {
        Boundaries memory limit = _boundaries(underlying);
        int256 spot = _holdingsWad(underlying) - spotMoved - limit.targetDelta;
        Greeks memory before_ = Greeks(book.value, book.delta + spot, book.gamma, book.vega);
        int256 delta = before_.delta + spotMoved + leg.delta;
        _requireSafer(underlying, limit, before_, Greeks(book.value, delta, book.gamma + leg.gamma, book.vega + leg.vega));
    }
}
