"""Writes replies and errors as the model of the operation says."""
import base64
import json
import uuid
import xml.etree.ElementTree as ElementTree

from .scalars import time_to_text


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Unserializable(Exception):
    """A mistake of this server: a handler's result that the model does not know."""


# Names of root elements that the model leaves open.
XML_ROOTS = {"ListObjectsV2": "ListBucketResult", "ListObjects": "ListBucketResult", "ListBuckets": "ListAllMyBucketsResult",
             "CreateMultipartUpload": "InitiateMultipartUploadResult", "CompleteMultipartUpload": "CompleteMultipartUploadResult",
             "ListObjectVersions": "ListVersionsResult", "ListMultipartUploads": "ListMultipartUploadsResult",
             "ListParts": "ListPartsResult", "CopyObject": "CopyObjectResult", "DeleteObjects": "DeleteResult",
             "GetObjectTagging": "Tagging", "GetBucketVersioning": "VersioningConfiguration"}
S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def write(operation, result):
    model, shape = operation.service_model, operation.output_shape
    status = operation.http.get("responseCode", 200)
    request_id = str(uuid.uuid4())
    if model.protocol == "query":
        return _query(operation, shape, result, request_id)
    if model.protocol == "json":
        body = json.dumps(_json(shape, result, "")) if shape else ""
        return Reply(200, {"Content-Type": f"application/x-amz-json-{model.metadata['jsonVersion']}",
                           "x-amzn-RequestId": request_id}, body.encode())
    return _rest(operation, shape, result, status, request_id)


def write_error(model, error, is_head=False):
    request_id = str(uuid.uuid4())
    protocol = model.protocol if model else "rest-xml"
    kind = "Sender" if error.status < 500 else "Receiver"
    if protocol == "query":
        root = ElementTree.Element("ErrorResponse", xmlns=model.metadata["xmlNamespace"])
        inner = ElementTree.SubElement(root, "Error")
        for name, text in (("Type", kind), ("Code", error.code), ("Message", error.message)):
            ElementTree.SubElement(inner, name).text = text
        ElementTree.SubElement(root, "RequestId").text = request_id
        return Reply(error.status, {"Content-Type": "text/xml", **error.headers}, _document(root))
    if protocol == "rest-xml":
        root = ElementTree.Element("Error")
        rows = {"Code": error.code, "Message": error.message, **error.members, "RequestId": request_id}
        for name, text in rows.items():
            ElementTree.SubElement(root, name).text = str(text)
        body = b"" if is_head else _document(root)
        return Reply(error.status, {"Content-Type": "application/xml", "x-amz-request-id": request_id, **error.headers}, body)
    key = "message" if protocol == "json" else "Message"
    body = {"__type": error.code, key: error.message, **error.members}
    return Reply(error.status, {"Content-Type": "application/json", "x-amzn-ErrorType": error.code,
                                "x-amzn-RequestId": request_id, **error.headers}, json.dumps(body).encode())


def _document(root):
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root)


def _query(operation, shape, result, request_id):
    root = ElementTree.Element(f"{operation.name}Response", xmlns=operation.service_model.metadata["xmlNamespace"])
    if shape is not None:
        wrapper = shape.serialization.get("resultWrapper")
        _xml_members(shape, result, ElementTree.SubElement(root, wrapper) if wrapper else root, None)
    ElementTree.SubElement(ElementTree.SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return Reply(200, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, _document(root))


def _rest(operation, shape, result, status, request_id):
    headers, result = {}, dict(result)
    xml = operation.service_model.protocol == "rest-xml"
    headers["x-amz-request-id" if xml else "x-amzn-RequestId"] = request_id
    inside = {}
    payload = shape.serialization.get("payload") if shape else None
    for name, value in result.items():
        if shape is None or name not in shape.members:
            raise Unserializable(f"{operation.name}: no output member {name}")
        member = shape.members[name]
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "header":
            headers[wire] = _header(member, value)
        elif place == "headers":
            headers.update({wire + key: text for key, text in value.items()})
        elif place == "statusCode":
            status = value
        else:
            inside[name] = value
    if payload:
        member = shape.members[payload]
        body = inside.pop(payload, b"")
        if member.type_name not in ("blob", "string"):
            body = _rest_body(operation, member, body or {}, None, xml)
        elif isinstance(body, str):
            body = body.encode()
    else:
        has_body = shape is not None and any("location" not in m.serialization for m in shape.members.values())
        body = _rest_body(operation, shape, inside, set(inside), xml) if has_body else b""
    if body and not payload or payload and shape.members[payload].type_name == "structure":
        headers["Content-Type"] = "application/xml" if xml else "application/json"
    return Reply(status, headers, body)


def _rest_body(operation, shape, result, only, xml):
    if not xml:
        return json.dumps(_json(shape, result, "")).encode()
    if operation.name == "GetBucketLocation":
        root = ElementTree.Element("LocationConstraint", xmlns=S3_NAMESPACE)
        root.text = result.get("LocationConstraint")
        return _document(root)
    name = XML_ROOTS.get(operation.name) or shape.serialization.get("name", shape.name)
    root = ElementTree.Element(name, xmlns=S3_NAMESPACE)
    _xml_members(shape, result, root, only)
    return _document(root)


def _header(member, value):
    if member.type_name == "timestamp":
        return str(time_to_text(value, member.serialization.get("timestampFormat", "rfc822")))
    if member.type_name == "boolean":
        return "true" if value else "false"
    return str(value)


def _xml_members(shape, result, parent, only):
    for name, value in result.items():
        if name not in shape.members:
            raise Unserializable(f"{shape.name}: no member {name}")
        if value is None or only is not None and name not in only:
            continue
        member = shape.members[name]
        wire = member.serialization.get("name", name)
        if member.type_name == "list" and member.serialization.get("flattened"):
            wire = member.serialization.get("name") or member.member.serialization.get("name", name)
            for item in value:
                _xml(member.member, item, ElementTree.SubElement(parent, wire))
        else:
            _xml(member, value, ElementTree.SubElement(parent, wire))


def _xml(shape, value, element):
    if shape.type_name == "structure":
        _xml_members(shape, value, element, None)
    elif shape.type_name == "list":
        for item in value:
            _xml(shape.member, item, ElementTree.SubElement(element, shape.member.serialization.get("name", "member")))
    elif shape.type_name == "map":
        for key, item in value.items():
            entry = ElementTree.SubElement(element, "entry")
            ElementTree.SubElement(entry, shape.key.serialization.get("name", "key")).text = key
            _xml(shape.value, item, ElementTree.SubElement(entry, shape.value.serialization.get("name", "value")))
    elif shape.type_name == "timestamp":
        element.text = str(time_to_text(value, shape.serialization.get("timestampFormat", "iso8601")))
    elif shape.type_name == "boolean":
        element.text = "true" if value else "false"
    elif shape.type_name == "blob":
        element.text = base64.b64encode(value).decode()
    else:
        element.text = str(value)


def _json(shape, value, where):
    kind = shape.type_name
    if kind == "structure":
        result = {}
        for name, item in value.items():
            if name not in shape.members:
                raise Unserializable(f"{shape.name}: no member {name}")
            if item is not None:
                member = shape.members[name]
                result[member.serialization.get("name", name)] = _json(member, item, f"{where}.{name}")
        return result
    if kind == "list":
        return [_json(shape.member, item, where) for item in value]
    if kind == "map":
        return {key: _json(shape.value, item, where) for key, item in value.items()}
    if kind == "timestamp":
        return time_to_text(value, shape.serialization.get("timestampFormat", "unixTimestamp"))
    if kind == "blob":
        return base64.b64encode(value).decode()
    return value
