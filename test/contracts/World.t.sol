// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeelTest} from "./fixture/KeelTest.sol";
import {World} from "./fixture/World.sol";

/// The fuzzer knows only contracts of the files it runs.
contract WorldHandler is World {}

/// Whatever anyone does, in any order, docs/invariants.md holds.
contract WorldTest is KeelTest {
    WorldHandler private world;
    uint256 private entropy;

    function setUp() public {
        world = new WorldHandler();
        targetContract(address(world));
    }

    /// I1 market solvent at every price · I2 longs = shorts · I3 queue conserves · I6 budgets hold · I8 ledger = balances.
    /// I4, I5, I6's Greeks and I7 are asserted around each call (World.sol).
    function invariant_everyPromise() public view {
        world.checkMarketSolvent();
        world.checkLongsAreShorts();
        world.checkQueueConserves();
        world.checkBudgets();
        world.checkLedger();
    }

    /// For `npm run assure` to add up: calls, refused.
    function afterInvariant() public {
        vm.writeLine("cache/world.txt", string.concat(vm.toString(world.calls()), " ", vm.toString(world.refused())));
    }

    /// The campaign is not empty: on one long walk every action succeeds, and most calls do.
    function test_everyActionIsReached() public {
        uint256 steps = 1_200;
        for (uint256 i; i < steps; ++i) {
            uint256 chosen = i % 4 == 0 ? 12 : _random(17);
            (bool success, bytes memory reason) = address(world).call(_action(chosen));
            assertTrue(success, string(reason));
        }
        string memory missing;
        string[18] memory names = [
            "tradeOptions", "closeShort", "exitSettled", "requestDeposit", "requestRedeem", "claimShares", "claimAssets",
            "moveShares", "strike", "donate", "rebalance", "sell", "buy", "take", "collect", "setPaused", "pass", "settle"
        ];
        for (uint256 i; i < names.length; ++i) if (world.done(names[i]) == 0) missing = string.concat(missing, names[i], " ");
        assertEq(missing, "", "never succeeded");
        assertLt(world.refused(), steps / 2, "most calls are refused");
    }

    function _action(uint256 which) private returns (bytes memory) {
        (uint256 a, uint256 b, uint256 c, uint256 d) = (_random(0), _random(0), _random(0), _random(0));
        bool flag = _random(2) == 0;
        if (which == 0) return abi.encodeCall(World.tradeOptions, (a, b, flag, c, d));
        if (which == 1) return abi.encodeCall(World.closeShort, (a, b, c));
        if (which == 2) return abi.encodeCall(World.exitSettled, (a, b));
        if (which == 3) return abi.encodeCall(World.requestDeposit, (a, b));
        if (which == 4) return abi.encodeCall(World.requestRedeem, (a, b));
        if (which == 5) return abi.encodeCall(World.claimShares, (a, b));
        if (which == 6) return abi.encodeCall(World.claimAssets, (a, b));
        if (which == 7) return abi.encodeCall(World.moveShares, (a, b));
        if (which == 8) return abi.encodeCall(World.strike, ());
        if (which == 9) return abi.encodeCall(World.donate, (a, flag, b, c));
        if (which == 10) return abi.encodeCall(World.rebalance, (int256(a), b, flag));
        if (which == 11) return abi.encodeCall(World.fill, (a, b, flag, c, d));
        if (which == 12) return abi.encodeCall(World.pass, (a, b, _random(8) == 0));
        if (which == 13) return abi.encodeCall(World.collect, (a));
        if (which == 14) return abi.encodeCall(World.setPaused, (_random(4) == 0));
        if (which == 15) return abi.encodeCall(World.settle, (a));
        return abi.encodeCall(World.take, (a, b, flag, c, d));
    }

    /// Below `limit`, or any word if that is zero.
    function _random(uint256 limit) private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return limit == 0 ? entropy : entropy % limit;
    }
}
