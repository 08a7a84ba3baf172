// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Greeks} from "../../../contracts/interfaces/IRiskEngine.sol";
import {Boundaries, IVaultEvents, Limits} from "../../../contracts/interfaces/IVault.sol";
import {GuardRules} from "../fixture/GuardRules.sol";
import {KeelTest} from "../fixture/KeelTest.sol";

contract GuardTest is KeelTest {
    address private constant ASSET = address(0xa55e7);
    uint256 private constant DUST = 4e12;
    Boundaries private _limit = Boundaries({delta: 10e18, gamma: 1e18, vega: 100e18, targetDelta: -2e18});

    GuardRules private guard = new GuardRules();
    /// Of this account.
    uint256 public health;
    bool private isDepegged;

    error Depegged();

    function strictPrice(address) external view returns (uint256, uint256) {
        if (isDepegged) revert Depegged();
        return (3000e18, block.timestamp);
    }

    function setUp() public {
        vm.warp(1_800_000_000);
        Limits memory limits;
        (limits.budgetWad, limits.window, limits.maxSurfaceAge, limits.cooldown) = (100e18, 1 days, 1 hours, 60);
        (limits.oracleBandWad, limits.volBandWad, limits.healthFloorWad, limits.minCash) = (0.01e18, 0.03e18, 1.3e18, 1000);
        guard.set(limits, ASSET, 6, _limit);
    }

    function _refused(bytes4 error) private {
        vm.expectPartialRevert(error);
    }

    // ── Greeks ───────────────────────────────────────────────────────────────

    function test_boundariesKeepBillionths() public view {
        Boundaries memory kept = guard.boundaries(ASSET);
        assertEq(abi.encode(kept), abi.encode(_limit));
    }

    /// One Greek outside: that any one improves is enough, whichever it is; that none does is not.
    function test_anyGreekThatImprovesIsEnough() public {
        for (uint256 out; out < 3; ++out) {
            Greeks memory before_ = Greeks(0, 5e18, 0.5e18, 50e18);
            if (out == 0) before_.delta = 11e18;
            if (out == 1) before_.gamma = -1.1e18;
            if (out == 2) before_.vega = 110e18;
            for (uint256 better; better < 3; ++better) {
                guard.requireSafer(
                    ASSET,
                    _limit,
                    before_,
                    Greeks(
                        0,
                        better == 0 ? before_.delta - 1 : before_.delta,
                        better == 1 ? before_.gamma * 9 / 10 : before_.gamma,
                        better == 2 ? before_.vega - 1 : before_.vega
                    )
                );
            }
            _refused(IVaultEvents.NothingImproved.selector);
            guard.requireSafer(ASSET, _limit, before_, before_);
        }
    }

    function test_onItsLimitAGreekIsInside() public {
        Greeks memory before_ = Greeks(0, 10e18, -1e18, 100e18);
        guard.requireSafer(ASSET, _limit, before_, before_);
        guard.requireSafer(ASSET, _limit, Greeks(0, 0, 0, 0), before_);
        before_.delta = -10e18 - 1;
        _refused(IVaultEvents.GreekWorsened.selector);
        guard.requireSafer(ASSET, _limit, Greeks(0, 10e18, 0, 0), before_);
        // as far out on the other side is no further, and no better
        _refused(IVaultEvents.NothingImproved.selector);
        guard.requireSafer(ASSET, _limit, Greeks(0, 10e18 + 1, 1e18, 100e18), before_);
    }

    // ── A holding a hedge moved ──────────────────────────────────────────────

    /// Long 20 against a target of -2, the same under all three vols.
    function _side(uint256 swapped) private view returns (GuardRules.Side memory side) {
        side.asset = ASSET;
        (side.ledgerWad, side.accountsWad) = (30e18, -20e18);
        (side.greeks.delta, side.calmDelta, side.wildDelta) = (8e18, 8e18, 8e18);
        (side.oldestPost, side.swappedWad) = (block.timestamp, swapped);
    }

    function test_whatImprovesNeedsNoMoreThanAPrice() public {
        guard.become(true, 1, 0);
        isDepegged = true;
        assertTrue(guard.requireSaferSide(_side(15e18), -15e18));
        // the other side of the target, a hair nearer to it
        assertTrue(guard.requireSaferSide(_side(40e18), -40e18 + 1));
        _refused(IVaultEvents.VaultPaused.selector);
        guard.requireSaferSide(_side(40e18), -40e18);
    }

    function test_everyVolHasToAgree() public {
        guard.become(true, 0, 0);
        for (uint256 i; i < 2; ++i) {
            GuardRules.Side memory side = _side(6e18);
            if (i == 0) side.calmDelta = -9e18;
            else side.wildDelta = -9e18;
            _refused(IVaultEvents.VaultPaused.selector);
            guard.requireSaferSide(side, -7e18);
            // from 3 to -3 is no nearer, to a hair less it is
            _refused(IVaultEvents.VaultPaused.selector);
            guard.requireSaferSide(side, -6e18);
            assertTrue(guard.requireSaferSide(side, -6e18 + 1));
        }
    }

    function test_dustThatNoSwapMovedIsNoTrade() public {
        guard.become(true, 0, 0);
        assertFalse(guard.requireSaferSide(_side(0), int256(DUST)));
        _refused(IVaultEvents.VaultPaused.selector);
        guard.requireSaferSide(_side(0), int256(DUST) + 1);
        _refused(IVaultEvents.VaultPaused.selector);
        guard.requireSaferSide(_side(DUST), int256(DUST));
    }

    function test_whatIsBoughtAndSoldWashesButForDust() public {
        guard.become(true, 0, 0);
        assertTrue(guard.requireSaferSide(_side(5e18 + DUST), -5e18));
        assertTrue(guard.requireSaferSide(_side(4e18), -5e18));
        _refused(IVaultEvents.VaultPaused.selector);
        guard.requireSaferSide(_side(5e18 + DUST + 1), -5e18);
    }

    function test_whatWorsensNeedsTheStrictGate() public {
        GuardRules.Side memory side = _side(1e18);
        side.ledgerWad = 10e18;
        assertFalse(guard.requireSaferSide(side, -5e18));
        guard.become(false, 1, 0);
        _refused(IVaultEvents.WindingDown.selector);
        guard.requireSaferSide(side, -5e18);
        guard.become(false, 0, 0);
        isDepegged = true;
        _refused(Depegged.selector);
        guard.requireSaferSide(side, -5e18);
        isDepegged = false;
        side.oldestPost = block.timestamp - 1 hours - 1;
        _refused(IVaultEvents.SurfaceStale.selector);
        guard.requireSaferSide(side, -5e18);
        side.oldestPost = block.timestamp;
        _refused(IVaultEvents.GreekWorsened.selector);
        guard.requireSaferSide(side, -10e18 - 1);
        // a Greek of the options that is outside is not made better by spot
        side.greeks.vega = 101e18;
        _refused(IVaultEvents.NothingImproved.selector);
        guard.requireSaferSide(side, -5e18);
    }

    function test_theMoveIsReportedFromTheTarget() public {
        vm.expectEmit();
        emit IVaultEvents.HedgeErrorMoved(ASSET, 20e18, 5e18);
        guard.requireSaferSide(_side(15e18), -15e18);
    }

    function test_itIsTendedWhenItMovedAndEndsWithinItsBoundary() public {
        // from 20 to a limit of 10 on either side
        assertTrue(guard.tends(_side(10e18), -10e18));
        assertFalse(guard.tends(_side(10e18), -10e18 + 1));
        assertTrue(guard.tends(_side(30e18), -30e18));
        assertTrue(guard.tends(_side(30e18), -30e18 + 1));
        assertFalse(guard.tends(_side(31e18), -31e18 + 1));
        // what did not move was not tended, wherever it is
        GuardRules.Side memory side = _side(0);
        side.ledgerWad = 10e18;
        assertFalse(guard.tends(side, int256(DUST)));
    }

    // ── Gates ────────────────────────────────────────────────────────────────

    function test_aSurfaceIsFreshToItsLastSecond() public {
        guard.requireFresh(block.timestamp - 1 hours);
        guard.requireFresh(type(uint256).max);
        _refused(IVaultEvents.SurfaceStale.selector);
        guard.requireFresh(block.timestamp - 1 hours - 1);
    }

    function test_aCooldownEndsOnItsSecond() public {
        guard.coolDown();
        skip(59);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CooldownActive.selector, block.timestamp + 1));
        guard.coolDown();
        skip(1);
        guard.coolDown();
    }

    // ── Budgets ──────────────────────────────────────────────────────────────

    function test_onlyLossesDrawOnTheBudget() public {
        guard.spendBudget(-30e18, 0);
        guard.spendBudget(1e30, 50e18);
        guard.spendBudget(0, 50e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.BudgetExceeded.selector, 12e18 + 1, 12e18));
        guard.spendBudget(-12e18 - 1, 8e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.BudgetExceeded.selector, 20e18 + 1, 20e18));
        guard.spendBudget(-20e18 - 1, 0);
        guard.spendBudget(-12e18, 8e18);
        guard.spendBudget(-8e18, 0);
    }

    function test_turnoverSaysWhatIsLeft() public {
        guard.turnOver(30e18, 0, 100e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.TurnoverExceeded.selector, 12e18 + 1, 12e18));
        guard.turnOver(12e18 + 1, 8e18, 100e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.TurnoverExceeded.selector, 20e18 + 1, 20e18));
        guard.turnOver(20e18 + 1, 0, 100e18);
        guard.turnOver(12e18, 8e18, 100e18);
        guard.turnOver(8e18, 0, 100e18);
    }

    // ── Prices ───────────────────────────────────────────────────────────────

    function test_theWorstPriceIsABandAwayRoundedTowardsThePrice() public view {
        assertEq(guard.worstPrice(3000e18, true), 3030e18);
        assertEq(guard.worstPrice(3000e18, false), 2970e18);
        assertEq(guard.worstPrice(199, true), 200);
        assertEq(guard.worstPrice(199, false), 198);
    }

    function test_theWorstPriceIsInItsBand() public {
        guard.requireInBand(3030e18, 3030e18, true);
        guard.requireInBand(2970e18, 2970e18, false);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requireInBand(3030e18 + 1, 3030e18, true);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requireInBand(2970e18 - 1, 2970e18, false);
    }

    /// Band: 2 · 3000 · 0.01 + 50 · 0.03 = 61.5.
    function test_aPremiumIsNoWorseThanMarkAndBand() public {
        Greeks memory leg = Greeks(-400e18, -2e18, 0, 50e18);
        guard.requirePremium(461.5e18, leg, 3000e18, true);
        guard.requirePremium(338.5e18, leg, 3000e18, false);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requirePremium(461.5e18 + 1, leg, 3000e18, true);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requirePremium(338.5e18 - 1, leg, 3000e18, false);
        // never below nothing
        guard.requirePremium(0, Greeks(61e18, 2e18, 0, 50e18), 3000e18, false);
        // rounded towards the mark
        leg = Greeks(400, 199, 0, 199);
        guard.requirePremium(406, leg, 1e18, true);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requirePremium(407, leg, 1e18, true);
        leg = Greeks(400, 199, 0, 0);
        guard.requirePremium(400, leg, 0.5e18, true);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        guard.requirePremium(401, leg, 0.5e18, true);
    }

    // ── Margin ───────────────────────────────────────────────────────────────

    function test_cashBelowItsFloorMayStayAndGrow() public {
        guard.become(false, 0, 1000);
        guard.requireMinCash(2000);
        guard.become(false, 0, 999);
        guard.requireMinCash(999);
        guard.requireMinCash(998);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, 999, 1000));
        guard.requireMinCash(1000);
    }

    function test_healthBelowItsFloorMayStayAndGrow() public {
        health = 1.3e18;
        guard.requireHealth(2e18);
        health = 1.3e18 - 1;
        guard.requireHealth(1.3e18 - 1);
        guard.requireHealth(1.3e18 - 2);
        _refused(IVaultEvents.HealthTooLow.selector);
        guard.requireHealth(1.3e18);
    }
}
