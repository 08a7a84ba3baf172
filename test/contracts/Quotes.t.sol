// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IAggregatorProxy} from "../../contracts/interfaces/IAggregatorProxy.sol";
import {IOptionMarket, Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId} from "../../contracts/interfaces/SeriesId.sol";
import {ContractMaker, HostileMaker} from "./fixture/ContractMaker.sol";
import {MarketFixture} from "./fixture/MarketFixture.sol";

contract QuotesTest is MarketFixture {
    SeriesId private put;

    function setUp() public override {
        super.setUp();
        put = _series(weth, 2_000e6, true);
    }

    function test_everyFieldIsSigned() public {
        Quote memory quote = _quote(actors[0], put, true, 50e6, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        for (uint256 field; field < 8; ++field) {
            Quote memory altered = abi.decode(abi.encode(quote), (Quote));
            if (field == 0) altered.maker = actors[3];
            if (field == 1) altered.taker = actors[1];
            if (field == 2) altered.series = _series(weth, 2_000e6, false);
            if (field == 3) altered.makerSells = false;
            if (field == 4) altered.price -= 1;
            if (field == 5) altered.size += 1;
            if (field == 6) altered.nonce += 1;
            if (field == 7) altered.deadline += 1;
            _expectBadSignature(altered, signature);
        }
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_emptyTruncatedAndMalleableSignaturesAreRefused() public {
        Quote memory quote = _quote(actors[0], put, true, 50e6, 1e6);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], market.hashQuote(quote));
        _expectBadSignature(quote, "");
        _expectBadSignature(quote, abi.encodePacked(r, s));
        _expectBadSignature(quote, new bytes(65));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        _expectBadSignature(quote, abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27)));
    }

    function test_zeroMakerCannotBeForged() public {
        Quote memory quote = _quote(address(0), put, true, 50e6, 1e6);
        _expectBadSignature(quote, new bytes(65));
    }

    function test_noReplayOnAnotherMarketOrChain() public {
        vm.chainId(1);
        Quote memory quote = _quote(actors[0], put, true, 50e6, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        IOptionMarket original = market;
        market = _newMarket();
        market.list(address(weth), IAggregatorProxy(address(ethFeed)));
        _expectBadSignature(quote, signature);
        market = original;
        vm.chainId(2);
        _expectBadSignature(quote, signature);
        vm.chainId(1);
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }

    function test_contractMakerFillsForAThirdPartyWithoutPaying() public {
        ContractMaker maker = _contractMaker();
        Quote memory quote = _quote(address(maker), put, true, 50e6, 2e6);
        quote.taker = actors[1];
        bytes memory signature = _sign(quote, keys[0]);
        uint256 free = usdc.balanceOf(address(maker));
        maker.execute(address(market), abi.encodeCall(market.fill, (quote, signature, 1e6, actors[1])));
        assertEq(_long(1, put), 1e6);
        assertEq(free - usdc.balanceOf(address(maker)), 2_000e6, "collateral only");
        assertEq(usdc.balanceOf(actors[1]), 1e30, "the market takes no premium");

        bytes memory forged = _sign(quote, keys[1]);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadSignature.selector, address(maker)));
        maker.execute(address(market), abi.encodeCall(market.fill, (quote, forged, 1e6, actors[1])));
    }

    function test_contractMakerBuysOnlyLongsItAlreadyHolds() public {
        ContractMaker maker = _contractMaker();
        _sell(0, 1, put, 1, 1e6);
        Quote memory quote = _quote(address(maker), put, false, 50e6, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        bytes memory filling = abi.encodeCall(market.fill, (quote, signature, 1e6, actors[1]));
        vm.expectRevert(
            abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, address(maker), 0, 1e6, SeriesId.unwrap(put))
        );
        maker.execute(address(market), filling);

        vm.prank(actors[1]);
        market.transfer(address(maker), SeriesId.unwrap(put), 1e6);
        maker.execute(address(market), filling);
        assertEq(market.balanceOf(address(maker), SeriesId.unwrap(put)), 1e6);
        assertEq(market.shortOf(address(maker), put), 0);
        assertEq(market.openInterest(put), 1e6);
        assertEq(market.filled(market.hashQuote(quote)), 1e6);
    }

    function test_contractMakerTradesWithAnOutsideTakerAndPays() public {
        ContractMaker maker = _contractMaker();
        Quote memory quote = _quote(address(maker), put, false, 50e6, 1e6);
        bytes memory signature = _sign(quote, keys[0]);
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
        assertEq(market.balanceOf(address(maker), SeriesId.unwrap(put)), 1e6);
        assertEq(usdc.balanceOf(actors[1]), 1e30 + 50e6 - 2_000e6);
    }

    function test_hostileContractMakerCannotCallBackWhileAsked() public {
        HostileMaker maker = new HostileMaker();
        Quote memory quote = _quote(address(maker), put, true, 50e6, 1e6);
        maker.arm(address(market), abi.encodeCall(market.fill, (quote, "", 1e6, actors[1])));
        _expectBadSignature(quote, "");
        maker.arm(address(market), abi.encodeCall(market.cancel, (quote)));
        _expectBadSignature(quote, "");
    }

    function _contractMaker() private returns (ContractMaker maker) {
        maker = new ContractMaker(actors[0]);
        _fund(usdc, address(maker));
    }

    function _expectBadSignature(Quote memory quote, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadSignature.selector, quote.maker));
        vm.prank(actors[1]);
        market.fill(quote, signature, 1e6, actors[1]);
    }
}
