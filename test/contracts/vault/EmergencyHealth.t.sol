// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GasRefund, IVaultEvents} from "../../../contracts/interfaces/IVault.sol";
import {EmergencyFixture} from "../fixture/EmergencyFixture.sol";

/// What it does for an account below its floor, and when it is paid.
contract EmergencyHealthTest is EmergencyFixture {
    // ── Health ───────────────────────────────────────────────────────────────

    /// (10^9 + 1) · 0.26 / 1.3 rounded up, and one.
    function test_itRepaysWhatTheFloorAsksFor() public {
        _unhealthy(5e18, 30e8, 1.3e18);
        _moves(0);
        assertEq(account.exposure(address(asset)), -10e8 - 1 + 200_000_002);
        // on its floor it needs no collateral
        assertEq(account.exposure(address(quote)), 0);
        _healths(1.3e18, 1.3e18);
        skip(60);
        _refused(IVaultEvents.NoEmergency.selector);
    }

    function test_itBuysBackWhatItCannotRepayWhereDeltaIsShort() public {
        _unhealthy(-5e18, 0.5e8, 1.3e18);
        _moves(1.50000002e18);
        assertEq(account.exposure(address(asset)), -10e8 - 1 + 200_000_002);
        skip(60);
        _unhealthy(-1e18, 0, 1.3e18);
        _moves(1e18);
    }

    function test_whereDeltaIsLongItRepaysFromCashAndTradesNothing() public {
        _unhealthy(5e18, 1e8, 1.2e18);
        _moves(0);
        assertEq(account.exposure(address(asset)), -9e8 - 1);
    }

    /// (30000.00003 + 600) · 0.26 · 2, each step rounded up.
    function test_elseItAddsCollateral() public {
        _unhealthy(5e18, 0, 1.3e18);
        account.open(address(quote), -600e6);
        vault.hold(address(asset), 0, 100_600e6);
        _moves(0);
        assertEq(account.exposure(address(quote)) + 600e6, 15_912_000_016);
        skip(60);
        _unhealthy(5e18, 0, 1.3e18);
        account.open(address(quote), 0);
        vault.hold(address(asset), 0, 1500e6);
        _moves(0);
        assertEq(account.exposure(address(quote)), 500e6);
    }

    function test_anUnhealthyAccountLendsNothing() public {
        _unhealthy(20e18, 2e8, 1.1e18);
        vault.lastHedged(address(asset), uint32(NOW - 3600), 0);
        _moves(-2e18);
        assertEq(account.exposure(address(asset)), -10e8 - 1);
    }

    function test_anAccountBelowItsFloorIsNoWorseAfterwards() public {
        _hold(10e8, 100_000e6, 10e18);
        _healths(2e18, 1.3e18 - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.HealthTooLow.selector, 1.3e18 - 1, 1.3e18));
        vault.emergencyHedge(address(asset));
        _healths(2e18, 1.3e18);
        _moves(-20e18);
        skip(60);
        _unhealthy(20e18, 5e8, 1.04e18);
        vault.lastHedged(address(asset), uint32(NOW - 3600), 0);
        _moves(-5e18);
    }

    function test_healthThatStaysIsNoImprovement() public {
        _unhealthy(5e18, 30e8, 1.04e18);
        _refused(IVaultEvents.NothingImproved.selector);
        _unhealthy(5e18, 30e8, 1.04e18 + 1);
        _moves(0);
    }

    // ── Whom it pays ─────────────────────────────────────────────────────────

    function _paid() private returns (bool) {
        vm.fee(10 gwei);
        vm.txGasPrice(11 gwei);
        vault.refund(GasRefund(address(asset), 1 gwei, 1e18));
        uint256 before_ = quote.balanceOf(address(this));
        vault.emergencyHedge(address(asset));
        skip(60);
        return quote.balanceOf(address(this)) != before_;
    }

    function test_itPaysForAnEighthOfWhatWasWantedOrAHealthierAccount() public {
        route.swaps.pop();
        _set(30e18);
        first.set(2.5e8, 3000e6);
        assertTrue(_paid());
        _hold(30e8, 100_000e6, 30e18);
        first.set(2.5e8 - 1, 3000e6);
        assertFalse(_paid());
        // health that rises where none was wanting is no use
        _hold(0, 100_000e6, -1e18);
        account.open(address(asset), -1e8);
        _deltas(-20e18, -20e18, -20e18);
        first.set(1e8, 3000e6);
        _healths(2e18, 3e18);
        assertFalse(_paid());
        _unhealthy(5e18, 30e8, 1.3e18);
        assertTrue(_paid());
    }
}
