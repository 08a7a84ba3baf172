// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionMarket} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId, SeriesIdLibrary} from "../../contracts/interfaces/SeriesId.sol";
import {MarketFixture, OnePhaseFeed} from "./fixture/MarketFixture.sol";
import {RebasingToken} from "./fixture/OddTokens.sol";
import {FalseToken, FeeToken, HookToken, Token} from "./fixture/Tokens.sol";
import {IAggregatorProxy} from "../../contracts/interfaces/IAggregatorProxy.sol";
import {Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract OptionMarketTest is MarketFixture {
    SeriesId private put;
    SeriesId private call;

    function setUp() public override {
        super.setUp();
        put = _series(weth, 2_000e6, true);
        call = _series(weth, 2_000e6, false);
    }

    function test_writerLocksTheStrikeForAPutAndOneUnitForACall() public {
        _sell(0, 1, put, 50e6, 1.5e6);
        assertEq(market.locked(address(usdc)), 3_000e6);
        _sell(0, 1, call, 50e6, 1.5e6);
        assertEq(market.locked(address(weth)), 1.5 ether);
        assertEq(_long(1, put), 1.5e6);
        assertEq(market.shortOf(actors[0], put), 1.5e6);
    }

    function test_putPaysStrikeMinusPriceInQuoteAndTheRestGoesBack() public {
        _sell(0, 1, put, 50e6, 1e6);
        _settle(weth, ethFeed, 1_500e8);
        uint256 writer = usdc.balanceOf(actors[0]);
        vm.prank(actors[1]);
        assertEq(market.redeem(put, 1e6, actors[2]), 500e6);
        assertEq(market.release(put, actors[0]), 1_500e6);
        assertEq(usdc.balanceOf(actors[0]) - writer, 1_500e6);
        assertEq(usdc.balanceOf(actors[2]), 1e30 + 500e6);
        assertEq(market.release(put, actors[0]), 0, "twice");
    }

    function test_callPaysTheGainInUnderlying() public {
        _sell(0, 1, call, 50e6, 1e6);
        _settle(weth, ethFeed, 2_500e8);
        vm.prank(actors[1]);
        assertEq(market.redeem(call, 1e6, actors[1]), 0.2 ether);
        assertEq(market.release(call, actors[0]), 0.8 ether);
        assertEq(market.locked(address(weth)), 0);
    }

    function test_atTheStrikeNothingIsPaid() public {
        _sell(0, 1, put, 1, 1e6);
        _sell(0, 1, call, 1, 1e6);
        _settle(weth, ethFeed, 2_000e8);
        vm.startPrank(actors[1]);
        assertEq(market.redeem(put, 1e6, actors[1]), 0);
        assertEq(market.redeem(call, 1e6, actors[1]), 0);
        assertEq(market.release(put, actors[0]), 2_000e6);
        assertEq(market.release(call, actors[0]), 1 ether);
    }

    function test_longsAreDeliveredBeforeAnythingIsWritten() public {
        _sell(0, 1, put, 50e6, 2e6);
        _sell(1, 2, put, 60e6, 3e6);
        assertEq(_long(1, put), 0);
        assertEq(_long(2, put), 3e6);
        assertEq(market.shortOf(actors[1], put), 1e6);
        assertEq(market.openInterest(put), 3e6);
    }

    function test_takerSellsToTheMakerAndTheRecipientIsPaid() public {
        Quote memory quote = _quote(actors[0], put, false, 50e6, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.prank(actors[1]);
        assertEq(market.fill(quote, signature, 1e6, actors[2]), 50e6);
        assertEq(_long(0, put), 1e6);
        assertEq(market.shortOf(actors[1], put), 1e6);
        assertEq(usdc.balanceOf(actors[2]), 1e30 + 50e6);
    }

    function test_partialFillsCountAndPremiumRoundsAgainstTheTaker() public {
        Quote memory quote = _quote(actors[0], put, true, 1_000_001, 3_000);
        bytes memory signature = _sign(quote, keys[0]);
        vm.startPrank(actors[1]);
        assertEq(market.fill(quote, signature, 1_000, actors[1]), 1_001);
        assertEq(market.filled(market.hashQuote(quote)), 1_000);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteOverfilled.selector, 2_001, 2_000));
        market.fill(quote, signature, 2_001, actors[1]);
        market.fill(quote, signature, 2_000, actors[1]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteOverfilled.selector, 1_000, 0));
        market.fill(quote, signature, 1_000, actors[1]);
        vm.stopPrank();

        Quote memory bid = _quote(actors[0], put, false, 1_000_999, 1_000);
        signature = _sign(bid, keys[0]);
        vm.prank(actors[1]);
        assertEq(market.fill(bid, signature, 1_000, actors[1]), 1_000);
    }

    function test_dustIsRefused() public {
        Quote memory quote = _quote(actors[0], put, true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.SizeTooSmall.selector, 999, 1_000));
        market.fill(quote, signature, 999, actors[1]);
    }

    function test_quoteLivesToItsDeadlineAndNotASecondLonger() public {
        Quote memory quote = _quote(actors[0], put, true, 1, 2e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.startPrank(actors[1]);
        vm.warp(quote.deadline);
        market.fill(quote, signature, 1e6, actors[1]);
        vm.warp(quote.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteExpired.selector, quote.deadline));
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_seriesTradesUntilTheSecondBeforeExpiry() public {
        vm.warp(expiry - 1);
        _sell(0, 1, put, 1, 1e6);
        vm.warp(expiry);
        Quote memory quote = _quote(actors[0], put, true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.SeriesExpired.selector, put));
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_onlyTheNamedTakerMayFill() public {
        Quote memory quote = _quote(actors[0], put, true, 1, 1e6);
        quote.taker = actors[2];
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteNotForYou.selector, actors[1]));
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
        vm.prank(actors[2]);
        market.fill(quote, signature, 1e6, actors[2]);
    }

    function test_onlyTheMakerCancelsAndThenNobodyFills() public {
        Quote memory quote = _quote(actors[0], put, true, 1, 2e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotMaker.selector, actors[1]));
        vm.prank(actors[1]);
        market.cancel(quote);
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
        vm.prank(actors[0]);
        market.cancel(quote);
        assertEq(market.filled(market.hashQuote(quote)), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.QuoteOverfilled.selector, 1e6, 0));
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
        assertEq(_long(1, put), 1e6, "what was filled stays");
    }

    function test_closeNetsOwnLongAndShortAndFreesTheCollateral() public {
        _sell(0, 1, put, 1, 1e6);
        vm.prank(actors[1]);
        market.transfer(actors[0], SeriesId.unwrap(put), 0.4e6);
        uint256 before = usdc.balanceOf(actors[0]);
        vm.startPrank(actors[0]);
        market.close(put, 0.4e6);
        assertEq(usdc.balanceOf(actors[0]) - before, 800e6);
        assertEq(market.openInterest(put), 0.6e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.InsufficientShort.selector, actors[0], 0.6e6, 0.7e6));
        market.close(put, 0.7e6);
        vm.expectRevert(
            abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, actors[0], 0, 0.1e6, SeriesId.unwrap(put))
        );
        market.close(put, 0.1e6);
    }

    function test_noExitBeforeSettlement() public {
        _sell(0, 1, put, 1, 1e6);
        bytes memory unsettled = abi.encodeWithSelector(IOptionMarket.NotSettled.selector, address(weth), expiry);
        vm.warp(expiry);
        vm.expectRevert(unsettled);
        vm.prank(actors[1]);
        market.redeem(put, 1e6, actors[1]);
        vm.expectRevert(unsettled);
        market.release(put, actors[0]);
    }

    function test_listingIsRestrictedFinalAndNeedsSixDecimals() public {
        Token coarse = new Token("COARSE", 5);
        IAggregatorProxy feed = IAggregatorProxy(address(ethFeed));
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.DecimalsOutOfRange.selector, address(coarse), 5));
        market.list(address(coarse), feed);
        Token six = new Token("SIX", 6);
        OnePhaseFeed fineFeed = new OnePhaseFeed(19);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.DecimalsOutOfRange.selector, address(fineFeed), 19));
        market.list(address(six), IAggregatorProxy(address(fineFeed)));
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.AlreadyListed.selector, address(weth)));
        market.list(address(weth), feed);
        Token fine = new Token("FINE", 6);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, actors[0]));
        vm.prank(actors[0]);
        market.list(address(fine), feed);

        SeriesId unlisted = _series(fine, 1e6, true);
        Quote memory quote = _quote(actors[0], unlisted, true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotListed.selector, address(fine)));
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_feeOnTransferIsRefused() public {
        SeriesId series = _oddCall(new FeeToken());
        Quote memory quote = _quote(actors[0], series, true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionMarket.UnexpectedTransfer.selector, series.underlying(), 1 ether, 0.99 ether)
        );
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_aPaymentOfAnotherAmountThanToldIsRefused() public {
        RebasingToken token = new RebasingToken();
        SeriesId series = _oddCall(token);
        _sell(0, 1, series, 1, 1e6);
        token.rebase(300);
        _settle(token, ethFeed, 2_500e8);
        // A fifth of a million units, moved in threes.
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.UnexpectedTransfer.selector, address(token), 200_000, 199_998));
        vm.prank(actors[1]);
        market.redeem(series, 1e6, actors[1]);
    }

    function test_aSeriesHasAStrike() public {
        Quote memory quote = _quote(actors[0], SeriesId.wrap(SeriesId.unwrap(put) & ~(uint256(type(uint56).max) << 40)), true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(SeriesIdLibrary.SeriesOutOfRange.selector, 0, expiry));
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_aSeriesThatDoesNotFitItsWordIsRefused() public {
        (uint256 strikes, uint256 times) = (1 << 56, 1 << 39);
        this.pack(strikes - 1, times - 1);
        uint256[2][3] memory wrong = [[uint256(0), 1], [strikes, 1], [uint256(1), times]];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(SeriesIdLibrary.SeriesOutOfRange.selector, wrong[i][0], wrong[i][1]));
            this.pack(wrong[i][0], wrong[i][1]);
        }
    }

    function pack(uint256 strike, uint256 time) external view {
        SeriesIdLibrary.pack(address(weth), strike, time, true);
    }

    function test_falseReturnIsAFailureInAndOut() public {
        FalseToken token = new FalseToken();
        SeriesId series = _oddCall(token);
        _sell(0, 1, series, 1, 1e6);
        token.breakIt();
        Quote memory quote = _quote(actors[0], series, true, 1, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.expectRevert(failed);
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
        _settle(token, ethFeed, 4_000e8);
        vm.expectRevert(failed);
        vm.prank(actors[1]);
        market.redeem(series, 1e6, actors[1]);
        assertEq(_long(1, series), 1e6, "nothing burnt");
    }

    function test_tokenThatCallsBackCannotReenter() public {
        HookToken token = new HookToken();
        SeriesId series = _oddCall(token);
        Quote memory quote = _quote(actors[0], series, true, 1, 2e6);
        bytes memory signature = _sign(quote, keys[0]);
        bytes[7] memory entries = [
            abi.encodeCall(market.fill, (quote, signature, 1e6, actors[1])),
            abi.encodeCall(market.close, (series, 0)),
            abi.encodeCall(market.net, (series, series, 0)),
            abi.encodeCall(market.unnet, (series, series, 0)),
            abi.encodeCall(market.releaseNetted, (series, series)),
            abi.encodeCall(market.redeem, (series, 0, actors[1])),
            abi.encodeCall(market.release, (series, actors[0]))
        ];
        for (uint256 i; i < entries.length; ++i) {
            token.hook(address(market), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vm.prank(actors[1]);
            market.fill(quote, signature, 1e6, actors[1]);
        }
    }

    function _oddCall(Token token) private returns (SeriesId) {
        _list(token, ethFeed);
        for (uint256 i; i < ACTORS; ++i) _fund(token, actors[i]);
        return _series(token, 2_000e6, false);
    }
}
