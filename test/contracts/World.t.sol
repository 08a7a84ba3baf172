// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeelTest} from "./fixture/KeelTest.sol";
import {World} from "./fixture/World.sol";

/// The fuzzer knows only contracts of the files it runs.
contract WorldHandler is World {}

/// Whatever anyone does, in any order, docs/invariants.md holds.
contract WorldTest is KeelTest {
    WorldHandler private world;

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
}
