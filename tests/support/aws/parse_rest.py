"""REST-JSON and REST-XML: members from the path, the query string, headers and the body."""
import xml.etree.ElementTree as ElementTree

from . import parse_json, scalars
from .errors import Malformed

# Headers any client may send beside those of the model.
COMMON_HEADERS = {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent", "x-amz-trailer",
                  "x-amz-decoded-content-length", "x-amzn-trace-id", "x-amz-checksum-mode"}
# Query parameters any client may send: names of operations (newer SDKs) and those of pre-signed URLs.
COMMON_QUERY = {"x-id"}


def parse(operation, request, uri):
    shape = operation.input_shape
    if shape is None:
        return {}
    members = _outside_the_body(operation, shape, request, uri)
    inside = {name for name, member in shape.members.items() if "location" not in member.serialization}
    payload = shape.serialization.get("payload")
    if payload:
        _payload(operation, shape.members[payload], payload, request, members)
    elif request.body:
        if not inside:
            raise Malformed(f"{operation.name} has no body")
        members.update(_body(operation, shape, request.body, inside))
    return members


def _payload(operation, member, name, request, members):
    if member.type_name in ("blob", "string"):
        if request.body or member.serialization.get("streaming"):
            members[name] = request.body if member.type_name == "blob" else request.body.decode()
    elif request.body:
        members[name] = _body(operation, member, request.body, None)


def _body(operation, shape, body, only):
    if operation.service_model.protocol == "rest-json":
        return parse_json.structure(shape, parse_json.document(body), "", only)
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Malformed(f"the body is no XML: {error}") from None
    expected = shape.serialization.get("name", shape.name)
    if _local(root.tag) != expected:
        raise Malformed(f"the root element is {_local(root.tag)} instead of {expected}")
    return _xml_structure(shape, root, only)


def _outside_the_body(operation, shape, request, uri):
    members, query = {}, {}
    for name, text in request.query:
        query.setdefault(name, []).append(text)
    literals = operation.http["requestUri"].partition("?")[2]
    for name in COMMON_QUERY | {part.partition("=")[0] for part in literals.split("&")}:
        query.pop(name, None)
    if "X-Amz-Signature" in query:
        for name in [name for name in query if name.startswith("X-Amz-")]:
            del query[name]
    known_headers = set(COMMON_HEADERS)
    # An operation that takes a checksum takes that of any algorithm, also of those the model does not list yet.
    takes_checksum = operation.http_checksum.get("requestAlgorithmMember") or operation.http_checksum_required
    prefixes, maps = (["x-amz-checksum-", "x-amz-sdk-checksum-algorithm"] if takes_checksum else []), []
    for name, member in shape.members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri":
            if wire.replace("-", "_") not in uri:
                raise Malformed(f"{operation.name}: {name} is missing in the path")
            members[name] = scalars.from_text(member, uri[wire.replace("-", "_")], name)
        elif place == "querystring":
            if member.type_name == "map":
                maps.append((name, member))
            elif wire in query:
                members[name] = _query_value(member, query.pop(wire), name)
        elif place == "header":
            known_headers.add(wire.lower())
            text = request.header(wire)
            if text is not None:
                if not (member.type_name == "list"):
                    members[name] = scalars.from_text(_rfc822(member), text, name)
                else:
                    members[name] = [part.strip() for part in text.split(",")]
        elif place == "headers":
            prefixes.append(wire.lower())
            found = {h[len(wire):]: ", ".join(v) for h, v in request.headers.items() if h.startswith(wire.lower())}
            if found:
                members[name] = found
    for name, member in maps:
        members[name] = {key: _query_value(member.value, query.pop(key), name) for key in list(query)}
    if query:
        raise Malformed(f"{operation.name} knows no query parameter {', '.join(query)}")
    for header in request.headers:
        if header.startswith("x-amz-") and header not in known_headers and not header.startswith(tuple(prefixes) or "\0"):
            raise Malformed(f"{operation.name} knows no header {header}")
    return members


def _query_value(member, texts, name):
    if member.type_name == "list":
        return [scalars.from_text(member.member, text, name) for text in texts]
    if len(texts) != 1:
        raise Malformed(f"{name} is given {len(texts)} times")
    return scalars.from_text(member, texts[0], name)


def _rfc822(member):
    if member.type_name == "timestamp":
        member.serialization.setdefault("timestampFormat", "rfc822")
    return member


def _local(tag):
    return tag.rpartition("}")[2]


def _xml_structure(shape, element, only=None):
    by_wire = {}
    members = {}
    for name, member in shape.members.items():
        if only is not None and name not in only:
            continue
        wire = member.serialization.get("name", name)
        if member.serialization.get("xmlAttribute"):
            text = next((v for k, v in element.attrib.items() if _local(k) == wire.rpartition(":")[2]), None)
            if text is not None:
                members[name] = text
            continue
        if member.type_name == "list" and member.serialization.get("flattened"):
            wire = member.serialization.get("name") or member.member.serialization.get("name", name)
        by_wire[wire] = (name, member)
    for child in element:
        wire = _local(child.tag)
        if wire not in by_wire:
            raise Malformed(f"{shape.name} knows no element {wire}")
        name, member = by_wire[wire]
        if member.type_name == "list" and member.serialization.get("flattened"):
            members.setdefault(name, []).append(_xml_value(member.member, child, name))
        elif name in members:
            raise Malformed(f"{wire} is given twice")
        else:
            members[name] = _xml_value(member, child, name)
    return members


def _xml_value(shape, element, where):
    if shape.type_name == "structure":
        return _xml_structure(shape, element)
    if shape.type_name == "list":
        wire = shape.member.serialization.get("name", "member")
        wrong = [child.tag for child in element if _local(child.tag) != wire]
        if wrong:
            raise Malformed(f"{where}: the items are {_local(wrong[0])} instead of {wire}")
        return [_xml_value(shape.member, child, where) for child in element]
    if shape.type_name == "map":
        key, item = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        rows = [{_local(c.tag): c for c in entry} for entry in element]
        return {row[key].text: _xml_value(shape.value, row[item], where) for row in rows}
    return scalars.from_text(shape, element.text or "", where)
