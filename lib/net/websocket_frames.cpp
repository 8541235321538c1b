#include "net/websocket_frames.h"

#include "base/strings.h"

#include <algorithm>

namespace samara::net {

namespace {

constexpr std::size_t control_payload = 125; // bytes at most; section 5.5
constexpr unsigned two_bytes_follow = 126;
constexpr unsigned eight_bytes_follow = 127;
constexpr std::size_t mask_size = 4;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

void append_number(std::string& bytes, std::uint64_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>((number >> shift) & 0xFFU));
    }
}

bool is_control(Opcode opcode) {
    return opcode >= Opcode::close;
}

bool is_known(Opcode opcode) {
    return opcode <= Opcode::binary || (opcode >= Opcode::close && opcode <= Opcode::pong);
}

/// Codes that may be in a close frame: section 7.4, and the registry of IANA.
bool may_be_sent(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

SocketEvent refused_with(std::uint16_t code) {
    return {SocketEvent::Kind::refused, {}, false, code};
}

SocketEvent close_event(std::string_view payload) {
    if (payload.empty()) {
        return {SocketEvent::Kind::close, {}, false, close_code::none_given};
    }
    const unsigned code =
        payload.size() < 2 ? 0 : (byte_at(payload, 0) << 8U) | byte_at(payload, 1);
    if (!may_be_sent(code)) {
        return refused_with(close_code::protocol_error);
    }
    const std::string_view reason = payload.substr(2);
    if (!base::is_utf8(reason)) {
        return refused_with(close_code::not_utf8);
    }
    return {SocketEvent::Kind::close, std::string(reason), false, static_cast<std::uint16_t>(code)};
}

} // namespace

std::string encode_frame(Opcode opcode, std::string_view payload) {
    std::string frame;
    frame.reserve(payload.size() + 10);
    frame.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
    if (payload.size() < two_bytes_follow) {
        append_number(frame, payload.size(), 1);
    } else if (payload.size() <= 0xFFFFU) {
        append_number(frame, two_bytes_follow, 1);
        append_number(frame, payload.size(), 2);
    } else {
        append_number(frame, eight_bytes_follow, 1);
        append_number(frame, payload.size(), 8);
    }
    return frame.append(payload);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == close_code::none_given) {
        return payload;
    }
    append_number(payload, code, 2);
    std::string_view kept = reason.substr(0, control_payload - payload.size());
    while (!base::is_utf8(kept)) { // not in the middle of a character
        kept.remove_suffix(1);
    }
    return payload.append(kept);
}

std::uint16_t WebSocketReader::read_head(std::string_view bytes, Head& head) const {
    if (bytes.size() < 2) {
        return 0;
    }
    const unsigned first = byte_at(bytes, 0);
    const unsigned second = byte_at(bytes, 1);
    head.opcode = static_cast<Opcode>(first & 0x0FU);
    head.last = (first & 0x80U) != 0;
    head.length = second & 0x7FU;
    const bool extended = (first & 0x70U) != 0; // there are no extensions here
    const bool masked = (second & 0x80U) != 0;  // as every client has to: section 5.1
    if (extended || !masked || !is_known(head.opcode) ||
        (is_control(head.opcode) && (!head.last || head.length > control_payload))) {
        return close_code::protocol_error;
    }
    const std::size_t follow = head.length == two_bytes_follow     ? 2
                               : head.length == eight_bytes_follow ? 8
                                                                   : 0;
    if (bytes.size() < 2 + follow) {
        return 0;
    }
    if (follow != 0) {
        head.length = 0;
        for (std::size_t i = 0; i < follow; ++i) {
            head.length = (head.length << 8U) | byte_at(bytes, 2 + i);
        }
        const std::uint64_t least = follow == 2 ? two_bytes_follow : 0x10000U;
        if (head.length < least || head.length >> 63U != 0) {
            return close_code::protocol_error;
        }
    }
    head.size = 2 + follow + mask_size;
    return check(head);
}

std::uint16_t WebSocketReader::check(const Head& head) const {
    if (is_control(head.opcode)) {
        return 0;
    }
    if ((head.opcode == Opcode::continuation) != open_) {
        return close_code::protocol_error;
    }
    return head.length > most_frame_ || head.length > most_message_ - message_.size()
               ? close_code::too_large
               : std::uint16_t{0};
}

SocketEvent WebSocketReader::message_end() {
    open_ = false;
    SocketEvent event{SocketEvent::Kind::message, std::exchange(message_, {}), binary_, 0};
    return binary_ || base::is_utf8(event.payload) ? std::move(event)
                                                   : refused_with(close_code::not_utf8);
}

SocketEvent WebSocketReader::read(std::string& buffer) {
    while (true) {
        Head head;
        if (const std::uint16_t code = read_head(buffer, head); code != 0) {
            return refused_with(code);
        }
        if (head.size == 0 || buffer.size() < head.size ||
            buffer.size() - head.size < head.length) {
            return {};
        }
        const auto length = static_cast<std::size_t>(head.length);
        std::string payload = buffer.substr(head.size, length);
        for (std::size_t i = 0; i < length; ++i) {
            const unsigned mask = byte_at(buffer, head.size - mask_size + i % mask_size);
            payload[i] = static_cast<char>(byte_at(payload, i) ^ mask);
        }
        buffer.erase(0, head.size + length);
        switch (head.opcode) {
        case Opcode::close:
            return close_event(payload);
        case Opcode::ping:
            return {SocketEvent::Kind::ping, std::move(payload), false, 0};
        case Opcode::pong:
            return {SocketEvent::Kind::pong, {}, false, 0};
        case Opcode::text:
        case Opcode::binary:
            binary_ = head.opcode == Opcode::binary;
            open_ = true;
            break;
        case Opcode::continuation:
            break;
        }
        message_ += payload;
        if (head.last) {
            return message_end();
        }
    }
}

} // namespace samara::net
