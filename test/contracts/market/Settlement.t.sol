// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAggregatorProxy} from "../../../contracts/interfaces/IAggregatorProxy.sol";
import {IOptionMarket} from "../../../contracts/interfaces/IOptionMarket.sol";
import {MarketFixture} from "../fixture/MarketFixture.sol";
import {Token} from "../fixture/Tokens.sol";

/// A proxy whose rounds and phase are what one says.
contract SaidFeed is IAggregatorProxy {
    struct Round {
        bool exists;
        int256 answer;
        uint256 time;
    }

    string public constant description = "ASSET / USD";
    uint256 public constant version = 1;
    uint8 public constant decimals = 8;
    uint16 public phaseId = 1;
    uint80 private _latest;
    mapping(uint80 id => Round) private _rounds;

    function become(uint16 phase) external {
        phaseId = phase;
    }

    function report(uint80 id, int256 answer, uint256 time) external {
        _rounds[id] = Round(true, answer, time);
        _latest = id;
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _rounds[id];
        require(round.exists, "No data present");
        return (id, round.answer, round.time, round.time, id);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(_latest);
    }
}

/// The bounds of time, ids and gas, each on its edge; with Chainlink's proxy and any history: settlement.test.ts.
contract SettlementTest is MarketFixture {
    uint256 private constant SILENCE = 26 hours;

    SaidFeed private feed = new SaidFeed();
    Token private asset = new Token("ASSET", 18);

    /// Traded in phase 1, whose round 5 is from the second before expiry.
    function setUp() public override {
        super.setUp();
        market.list(address(asset), feed);
        _sell(0, 1, _series(asset, 2000e6, true), 1, 1e6);
        feed.report(_id(1, 5), 1990e8, expiry - 1);
        vm.warp(expiry);
    }

    function _id(uint16 phase, uint64 round) private pure returns (uint80) {
        return uint80(phase) << 64 | round;
    }

    function _settle(uint64 round, uint64 previous) private {
        market.settle(address(asset), expiry, _id(1, round), _id(1, previous));
    }

    function _pass(uint16 phase, uint64 lastRound) private {
        market.passPhase(address(asset), expiry, _id(phase, lastRound));
    }

    function _propose(uint256 priceWad) private {
        market.proposeFallback(address(asset), expiry, priceWad);
    }

    function _assertPrice(uint256 priceWad) private view {
        assertEq(market.settlementPrice(address(asset), expiry), priceWad);
    }

    function _refused(bytes4 error, uint256 fact) private {
        vm.expectRevert(abi.encodeWithSelector(error, fact));
    }

    // ── The settling round ───────────────────────────────────────────────────

    function test_aReplacedFeedSettlesUntilItsSilenceEnds() public {
        feed.become(2);
        vm.warp(expiry + SILENCE);
        feed.report(_id(1, 6), 2000e8, expiry + SILENCE);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.RoundTooLate.selector, _id(1, 6), expiry + SILENCE));
        _settle(6, 5);
        feed.report(_id(1, 6), 2000e8, expiry + SILENCE - 1);
        _settle(6, 5);
        _assertPrice(2000e18);
    }

    function test_roundsWithoutPriceOrTimeStandAsideAndNoRoundOfExpiryBefore() public {
        feed.report(_id(1, 6), 0, expiry);
        feed.report(_id(1, 7), 1, 0);
        feed.report(_id(1, 8), 2000e8, expiry);
        feed.report(_id(1, 9), 2100e8, expiry);
        for (uint64 previous = 6; previous < 9; ++previous) {
            _refused(IOptionMarket.RoundInvalid.selector, _id(1, previous));
            _settle(9, previous);
        }
        _settle(8, 5);
        _assertPrice(2000e18);
    }

    function test_noOtherPairOfRoundsSettles() public {
        feed.report(_id(1, 4), 1980e8, expiry - 2);
        feed.report(_id(1, 6), 2000e8, expiry);
        feed.report(_id(1, 8), 2100e8, expiry - 1);
        _refused(IOptionMarket.RoundInvalid.selector, _id(1, 5));
        _settle(5, 4);
        _refused(IOptionMarket.RoundInvalid.selector, _id(1, 7));
        _settle(7, 5);
        _refused(IOptionMarket.RoundNotFirst.selector, _id(1, 6));
        _settle(6, 8);
        feed.report(_id(1, 9), 2200e8, expiry);
        _refused(IOptionMarket.RoundNotFirst.selector, _id(1, 9));
        _settle(9, 5);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.RoundOutOfPhase.selector, _id(2, 6), 1));
        market.settle(address(asset), expiry, _id(2, 6), _id(1, 5));
    }

    function test_aRoundFollowsItsPredecessorBy128IdsAtMost() public {
        feed.report(_id(1, 5 + 129), 2000e8, expiry);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.GapTooLong.selector, _id(1, 5), _id(1, 5 + 129)));
        _settle(5 + 129, 5);
        feed.report(_id(1, 5 + 128), 2000e8, expiry);
        _settle(5 + 128, 5);
    }

    function test_onlyWhatWasTradedAndHasExpiredIsSettledAndOnce() public {
        feed.report(_id(1, 6), 2000e8, expiry);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NeverTraded.selector, asset, expiry - 1));
        market.settle(address(asset), expiry - 1, _id(1, 6), _id(1, 5));
        vm.warp(expiry - 1);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotExpired.selector, asset, expiry));
        _settle(6, 5);
        vm.warp(expiry);
        _settle(6, 5);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.AlreadySettled.selector, asset, expiry));
        _settle(6, 5);
    }

    function test_beforeTheFirstRoundStandsRoundZero() public {
        feed.become(2);
        vm.warp(expiry + SILENCE);
        _pass(1, 5);
        feed.report(_id(2, 3), 2000e8, expiry);
        market.settle(address(asset), expiry, _id(2, 3), _id(2, 0));
        _assertPrice(2000e18);
    }

    // ── A phase that is passed ───────────────────────────────────────────────

    function test_aPhaseIsPassedFromTheSecondItsSilenceEndsAndTheLastIsNot() public {
        feed.become(2);
        vm.warp(expiry + SILENCE - 1);
        _refused(IOptionMarket.PhaseNotSilent.selector, 1);
        _pass(1, 5);
        vm.warp(expiry + SILENCE);
        feed.report(_id(1, 6), 2000e8, expiry + SILENCE);
        _pass(1, 5);
        assertEq(market.settlementPhase(address(asset), expiry), 2);
        _refused(IOptionMarket.PhaseNotSilent.selector, 2);
        _pass(2, 0);
    }

    function test_128IdsAreLookedThroughForARoundInTime() public {
        feed.become(2);
        vm.warp(expiry + SILENCE);
        feed.report(_id(1, 5 + 128), 2000e8, expiry + SILENCE - 1);
        _refused(IOptionMarket.PhaseNotSilent.selector, 1);
        _pass(1, 5);
        feed.report(_id(1, 5 + 128), 0, 0);
        feed.report(_id(1, 5 + 129), 2000e8, expiry + SILENCE - 1);
        _pass(1, 5);
    }

    function test_theLastRoundOfAPhaseIsOfThatPhase() public {
        feed.become(3);
        vm.warp(expiry + SILENCE);
        for (uint16 phase; phase < 3; phase += 2) {
            vm.expectRevert(abi.encodeWithSelector(IOptionMarket.RoundOutOfPhase.selector, _id(phase, 0), 1));
            _pass(phase, 0);
        }
    }

    // ── A dead feed ──────────────────────────────────────────────────────────

    function test_aPriceMayBeProposedAfterTwoWeeksAndIsFinalAfterAnother() public {
        bytes memory missing = abi.encodeWithSelector(IOptionMarket.FallbackMissing.selector, asset, expiry);
        vm.warp(expiry + 14 days - 1);
        _refused(IOptionMarket.FallbackTooEarly.selector, expiry + 14 days);
        _propose(1800e18);
        vm.warp(expiry + 14 days);
        vm.expectRevert(missing);
        _propose(0);
        vm.expectRevert(missing);
        market.settleFallback(address(asset), expiry);
        vm.prank(actors[0]);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, actors[0]));
        _propose(1800e18);
        _propose(1800e18);
        (, uint256 finalAt) = market.fallbackPrice(address(asset), expiry);
        assertEq(finalAt, expiry + 21 days);
        vm.warp(finalAt - 1);
        _refused(IOptionMarket.FallbackTooEarly.selector, finalAt);
        market.settleFallback(address(asset), expiry);
        vm.warp(finalAt);
        market.settleFallback(address(asset), expiry);
        _assertPrice(1800e18);
    }

    function test_aFeedThatAnsweredInTheSecondOfExpiryLives() public {
        vm.warp(expiry + 14 days);
        feed.report(_id(1, 6), 2000e8, expiry);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.FeedAlive.selector, asset, expiry));
        _propose(1800e18);
        feed.report(_id(1, 6), 0, expiry);
        _propose(1800e18);
        feed.report(_id(1, 6), 2000e8, expiry);
        skip(7 days);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.FeedAlive.selector, asset, expiry));
        market.settleFallback(address(asset), expiry);
    }

    // ── Gas ──────────────────────────────────────────────────────────────────

    function test_aReadThatCouldRunDryIsNotTried() public {
        feed.report(_id(1, 6), 2000e8, expiry);
        vm.expectPartialRevert(IOptionMarket.ProbeGasTooLow.selector);
        market.settle{gas: 300_000}(address(asset), expiry, _id(1, 6), _id(1, 5));
        vm.warp(expiry + 14 days);
        feed.report(_id(1, 6), 0, expiry);
        vm.expectPartialRevert(IOptionMarket.ProbeGasTooLow.selector);
        market.proposeFallback{gas: 300_000}(address(asset), expiry, 1800e18);
        market.proposeFallback{gas: 500_000}(address(asset), expiry, 1800e18);
    }
}
