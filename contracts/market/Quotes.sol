// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IOptionMarket, Quote} from "../interfaces/IOptionMarket.sol";

/// @title Signed quotes: who may fill them, how often, until when
abstract contract Quotes is EIP712("Keel OptionMarket", "1"), IOptionMarket {
    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(address maker,address taker,uint256 series,bool makerSells,uint256 price,uint256 size,uint256 nonce,uint256 deadline)"
    );

    uint256 private constant CANCELLED = type(uint256).max;

    /// @inheritdoc IOptionMarket
    mapping(bytes32 quoteHash => uint256) public filled;

    /// @inheritdoc IOptionMarket
    function cancel(Quote calldata quote) external {
        if (msg.sender != quote.maker) revert NotMaker(msg.sender);
        bytes32 hash = hashQuote(quote);
        filled[hash] = CANCELLED;
        emit Cancelled(hash, msg.sender);
    }

    /// @inheritdoc IOptionMarket
    function hashQuote(Quote calldata quote) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPEHASH, quote)));
    }

    /// Checks everything the maker signed and books `size` as filled.
    function _consume(Quote calldata quote, bytes calldata signature, uint256 size) internal returns (bytes32 hash) {
        if (block.timestamp > quote.deadline) revert QuoteExpired(quote.deadline);
        if (quote.taker != address(0) && msg.sender != quote.taker && msg.sender != quote.maker) revert QuoteNotForYou(msg.sender);

        hash = hashQuote(quote);
        uint256 before = filled[hash];
        uint256 left = before < quote.size ? quote.size - before : 0;
        if (size > left) revert QuoteOverfilled(size, left);
        if (!SignatureChecker.isValidSignatureNowCalldata(quote.maker, hash, signature)) revert BadSignature(quote.maker);
        filled[hash] = before + size;
    }
}
