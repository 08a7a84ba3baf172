// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title Chainlink's EACAggregatorProxy: roundId = phase << 64 | the aggregator's own round
interface IAggregatorProxy is AggregatorV3Interface {
    /// @notice Grows by one whenever the feed switches to another aggregator; rounds of earlier phases stay readable.
    function phaseId() external view returns (uint16);
}
