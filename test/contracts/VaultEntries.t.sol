// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId} from "../../contracts/interfaces/SeriesId.sol";
import {
    Action,
    Boundaries,
    EmergencyRoute,
    GasRefund,
    IVault,
    IVaultEvents,
    Limits,
    VenueKind
} from "../../contracts/interfaces/IVault.sol";
import {deployed, KeelTest} from "./fixture/KeelTest.sol";
import {HookToken} from "./fixture/Tokens.sol";

/// Who may call a vault's functions, and that none can be entered while another runs: its quote asset calls back.
contract VaultEntriesTest is KeelTest {
    address private constant STRANGER = address(0x57a);
    SeriesId private constant SERIES = SeriesId.wrap(1);

    HookToken private quote = new HookToken();
    IAccessManager private manager = IAccessManager(deployed("AccessManager", abi.encode(address(this))));
    IVault private vault;

    function setUp() public {
        address none = address(1);
        bytes memory shared = abi.encode(manager, address(quote), none, none, none);
        address book = deployed("OptionBook", shared);
        address emergency = deployed("EmergencyHedge", shared);
        vault = IVault(deployed("Vault", abi.encode(book, emergency, deployed("Settings", shared), _limits())));
    }

    function _limits() private pure returns (Limits memory limits) {
        (limits.window, limits.maxSurfaceAge, limits.minLegSize) = (1 days, 1 hours, 1);
        (limits.oracleBandWad, limits.volBandWad, limits.healthFloorWad) = (0.01e18, 0.01e18, 1.3e18);
    }

    function test_strangersHoldNoRole() public {
        Quote memory order;
        EmergencyRoute memory route;
        GasRefund memory refund;
        Boundaries memory boundaries = Boundaries(1e18, 0, 0, 0);
        bytes[14] memory entries = [
            abi.encodeCall(vault.rebalance, (new Action[](0))),
            abi.encodeCall(vault.take, (order, "", 1)),
            abi.encodeCall(vault.net, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.unnet, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.cancelQuote, (order)),
            abi.encodeCall(vault.pause, ()),
            abi.encodeCall(vault.unpause, ()),
            abi.encodeCall(vault.listUnderlying, (address(quote), boundaries)),
            abi.encodeCall(vault.setBoundaries, (address(quote), boundaries)),
            abi.encodeCall(vault.setLimits, (_limits())),
            abi.encodeCall(vault.setVenue, (STRANGER, VenueKind.Swap)),
            abi.encodeCall(vault.setEmergencyRoute, (address(quote), route)),
            abi.encodeCall(vault.setGasRefund, (refund)),
            abi.encodeCall(vault.setQueue, (STRANGER))
        ];
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        for (uint256 i; i < entries.length; ++i) _assertRefused(entries[i], refusal);
    }

    function test_onlyTheQueueMovesItsAssets() public {
        vault.setQueue(address(this));
        bytes[3] memory entries = [
            abi.encodeCall(vault.takeIn, (1)),
            abi.encodeCall(vault.payOut, (1)),
            abi.encodeCall(vault.payInKind, (1, 1, STRANGER, STRANGER))
        ];
        bytes memory refusal = abi.encodeWithSelector(IVaultEvents.NotQueue.selector, STRANGER);
        for (uint256 i; i < entries.length; ++i) _assertRefused(entries[i], refusal);
    }

    function _assertRefused(bytes memory entry, bytes memory refusal) private {
        vm.prank(STRANGER);
        (bool success, bytes memory reason) = address(vault).call(entry);
        assertFalse(success);
        assertEq(reason, refusal);
    }

    function test_aQuoteAssetThatCallsBackEntersNothingWhateverItsRole() public {
        Quote memory order;
        bytes[14] memory entries = [
            abi.encodeCall(vault.takeIn, (1)),
            abi.encodeCall(vault.payOut, (1)),
            abi.encodeCall(vault.payInKind, (1, 1, address(quote), address(quote))),
            abi.encodeCall(vault.rebalance, (new Action[](0))),
            abi.encodeCall(vault.fill, (order, "", 1)),
            abi.encodeCall(vault.take, (order, "", 1)),
            abi.encodeCall(vault.collect, (SERIES)),
            abi.encodeCall(vault.collectNetted, (SERIES, SERIES)),
            abi.encodeCall(vault.net, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.unnet, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.emergencyHedge, (address(quote))),
            abi.encodeCall(vault.unwindAccount, (STRANGER, address(quote), 1)),
            abi.encodeCall(vault.finishWindDown, ()),
            abi.encodeCall(vault.claimUnpaid, (address(quote), STRANGER))
        ];
        vault.setQueue(address(quote));
        manager.grantRole(0, address(quote), 0);
        quote.mint(address(quote), 1e18);
        vm.startPrank(address(quote));
        quote.approve(address(vault), 1e18);
        vault.takeIn(0.5e18);
        for (uint256 i; i < entries.length; ++i) {
            quote.hook(address(vault), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vault.takeIn(1);
            // A payment out is such a moment too.
            quote.hook(address(vault), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vault.payOut(1);
        }
        vm.stopPrank();
    }
}
