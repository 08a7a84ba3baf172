// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionMarket, Quote} from "../../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId, SeriesIdLibrary} from "../../../contracts/interfaces/SeriesId.sol";
import {Boundaries, IVaultEvents, Limits} from "../../../contracts/interfaces/IVault.sol";
import {InvestedWorld} from "../fixture/InvestedWorld.sol";

/// What a vault trades and what it refuses, to the unit and the second; its legs: Legs.t.sol, its life: fill.test.ts.
contract OptionBookTest is InvestedWorld {
    function _bound(uint128 delta, uint128 gamma, uint128 vega, int128 target) private {
        vault.setBoundaries(address(weth), Boundaries({delta: delta, gamma: gamma, vega: vega, targetDelta: target}));
    }

    // ── Who and what ─────────────────────────────────────────────────────────

    function test_theOtherSideIsNamedWhoeverQuoted() public {
        SeriesId series = _put(2800);
        vm.expectEmit(address(vault));
        emit IVaultEvents.OptionFilled(trader, series, -1e6, _mark(series));
        _fill(series, true, 1e6);
        vm.expectEmit(address(vault));
        emit IVaultEvents.OptionFilled(trader, series, 1e6, _mark(series));
        _take(series, false, 1e6);
    }

    function test_onlyListedUnderlyingsAreTraded() public {
        SeriesId series = SeriesIdLibrary.pack(address(0xbeef), 1e6, expiries[0], true);
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, series, true, 1, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.UnderlyingNotListed.selector, address(0xbeef)));
        vault.fill(quote, signature, 1e6);
    }

    function test_onlyAQuoterBinds() public {
        (Quote memory quote, bytes memory signature) = _signed(address(vault), traderKey, _put(2800), true, 1e6, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NotQuoter.selector, trader));
        vault.fill(quote, signature, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NotQuoter.selector, address(0)));
        vault.fill(quote, "", 1e6);
    }

    function test_itsOwnQuotesAreFilledAndThoseOfOthersTaken() public {
        SeriesId series = _put(2800);
        (Quote memory own, bytes memory signature) = _signed(address(vault), quoterKey, series, true, _mark(series), 1e6);
        vm.prank(keeper);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotMaker.selector, address(vault)));
        vault.take(own, signature, 1e6);
        own.taker = address(0xb0b);
        vm.prank(trader);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteNotForYou.selector, trader));
        vault.fill(own, signature, 1e6);
        own.taker = trader;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(quoterKey, market.hashQuote(own));
        vm.prank(trader);
        vault.fill(own, abi.encodePacked(r, s, v), 1e6);
        own.maker = trader;
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotMaker.selector, trader));
        vault.fill(own, signature, 1e6);
    }

    function test_nothingIsTradedWhilePaused() public {
        vm.prank(guardian);
        vault.pause();
        _fill(_put(2800), true, 1e6, abi.encodeWithSelector(IVaultEvents.VaultPaused.selector));
    }

    // ── Money ────────────────────────────────────────────────────────────────

    function test_aPurchasePaysItsPremiumRoundedUp() public {
        SeriesId series = _put(2800);
        uint256 cash = vault.cashOf(address(usdc));
        uint256 exact = _mark(series) * (1e6 + 1);
        assertGt(exact % 1e6, 0);
        _take(series, false, 1e6 + 1);
        assertEq(cash - vault.cashOf(address(usdc)), exact / 1e6 + 1);
    }

    function test_whatItsCashDoesNotPayIsNotBought() public {
        SeriesId series = _put(30_000);
        bytes memory refusal =
            abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, vault.cashOf(address(usdc)), _mark(series) * 100);
        _take(series, false, 100e6, refusal);
        // longs to sell to the vault, written by another
        (address writer, uint256 key) = makeAddrAndKey("writer");
        usdc.mint(writer, 1e15);
        vm.prank(writer);
        usdc.approve(address(market), type(uint256).max);
        (Quote memory quote, bytes memory signature) = _signed(writer, key, series, true, 1, 100e6);
        vm.prank(trader);
        market.fill(quote, signature, 100e6, trader);
        _fill(series, false, 100e6, refusal);
        _fill(series, false, 1e6);
    }

    function test_whatItDoesNotHoldIsNotWritten() public {
        SeriesId call = _series(3200, expiries[0], false);
        _fill(call, true, 1e6, abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, 0, 1e18));
    }

    function test_theCashFloorStays() public {
        Limits memory limits = vault.limits();
        limits.minCash = 1_990_000e6;
        vault.setLimits(limits);
        uint256 left = 2_000_000e6 + 10 * _mark(_put(2800)) - 28_000e6;
        _fill(_put(2800), true, 10e6, abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, left, 1_990_000e6));
    }

    /// Whatever spot lies beside it.
    function test_whatIsGivenAwayIsSpentAndNoMoreThanABand() public {
        vm.prank(keeper);
        vault.rebalance(_swap(10e18, 3015e18, 500));
        uint256 budget = vault.budgetLeft();
        _fill(_put(2800), true, 10e6);
        assertApproxEqAbs(vault.budgetLeft(), budget, 1e13);
        uint256 price = _mark(_put(2800)) - 2e6;
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, _put(2800), true, price, 10e6);
        vm.prank(trader);
        vault.fill(quote, signature, 10e6);
        assertApproxEqAbs(budget - vault.budgetLeft(), 20e18, 1e14);
        (quote, signature) = _signed(address(vault), quoterKey, _put(2800), true, price / 2, 10e6);
        vm.prank(trader);
        vm.expectPartialRevert(IVaultEvents.PriceOutsideBand.selector);
        vault.fill(quote, signature, 10e6);
    }

    // ── Sizes ────────────────────────────────────────────────────────────────

    function test_aLegIsNothingOrNoDust() public {
        SeriesId series = _put(2800);
        bytes memory dust = abi.encodeWithSelector(IOptionMarket.SizeTooSmall.selector, 9_999, 10_000);
        _fill(series, true, 9_999, dust);
        _fill(series, true, 10_000);
        _fill(series, true, 2_000);
        _fill(series, false, 2_001, dust);
        _fill(series, false, 2_000);
        _fill(series, false, 10_000);
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    function test_aShortMayBecomeALong() public {
        SeriesId series = _put(2800);
        _fill(series, true, 1e6);
        _take(series, false, 3e6);
        assertEq(market.balanceOf(address(vault), SeriesId.unwrap(series)), 2e6);
        assertEq(market.shortOf(address(vault), series), 0);
    }

    /// An expiry the book has not, so that only the option itself is stale.
    function test_anOptionOnAStaleSurfaceIsRefused() public {
        skip(2 hours + 1);
        _report(SPOT);
        bytes memory stale = abi.encodeWithSelector(
            IVaultEvents.SurfaceStale.selector, address(weth), block.timestamp - 2 hours - 1, 2 hours
        );
        _fill(_put(2800), true, 1e6, stale);
        _post(expiries[0], 0.36e18);
        _fill(_put(2800), true, 1e6);
    }

    // ── The end of a leg, and of the vault ───────────────────────────────────

    function test_inItsLastDayALegOnlyShrinks() public {
        SeriesId series = _put(2800);
        _fill(series, true, 1e6);
        vm.warp(expiries[0] - 1 days);
        _refresh();
        _fill(series, true, 1e6);
        skip(1);
        _refresh();
        bytes memory soon = abi.encodeWithSelector(IVaultEvents.ExpiresTooSoon.selector, series, 1 days);
        _fill(series, true, 1e6, soon);
        _fill(series, true, 2e6, soon);
        _take(series, false, 2e6 + 1, soon);
        _take(series, false, 0.5e6);
        _take(series, false, 1.5e6);
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    function test_aVaultThatWindsDownOnlyShrinksItsLegs() public {
        SeriesId series = _put(2800);
        _fill(series, true, 2e6);
        vault.startWindDown();
        bytes memory ends = abi.encodeWithSelector(IVaultEvents.WindingDown.selector);
        _fill(series, true, 1e6, ends);
        _fill(series, true, 2e6, ends);
        _take(series, false, 2e6 + 1, ends);
        _take(series, false, 2e6);
        vault.finishWindDown();
        _fill(series, true, 1e6, abi.encodeWithSelector(IVaultEvents.VaultClosed.selector));
    }

    // ── Greeks ───────────────────────────────────────────────────────────────

    /// Target -5 with nothing held: long puts bring delta there, short puts away.
    function test_deltaIsMeasuredFromItsTarget() public {
        _bound(1e18, 1e18, 1_000_000e18, -5e18);
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, _put(2800), true, _mark(_put(2800)), 5e6);
        vm.prank(trader);
        vm.expectPartialRevert(IVaultEvents.GreekWorsened.selector);
        vault.fill(quote, signature, 5e6);
        _take(_put(2800), false, 5e6);
    }

    function test_gammaAndVegaOutsideOnlyComeBack() public {
        SeriesId series = _put(2800);
        for (uint256 i; i < 2; ++i) {
            _bound(150e18, 1e18, 1_000_000e18, 0);
            _fill(series, true, 3e6);
            if (i == 0) _bound(150e18, 1e9, 1_000_000e18, 0);
            else _bound(150e18, 1e18, 1e9, 0);
            (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, series, true, _mark(series), 1e6);
            vm.prank(trader);
            vm.expectPartialRevert(IVaultEvents.GreekWorsened.selector);
            vault.fill(quote, signature, 1e6);
            _fill(series, false, 3e6);
        }
    }
}
