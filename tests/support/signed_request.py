"""One request to AWS's protocols, signed here (signature version 4), with nothing between the test and the wire."""
import datetime
import hashlib
import hmac
import http.client
import urllib.parse


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def send(endpoint, service, method="POST", target="/", headers=None, body=b"", access_key="", secret_key="", region="us-east-1",
         token=None, skew=0, tamper=None):
    """(status, headers, body). `skew`: seconds the clock is off; `tamper`: changes the headers after signing."""
    host = urllib.parse.urlsplit(endpoint).netloc
    body = body if isinstance(body, bytes) else body.encode()
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=skew)
    stamp, payload = now.strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(body).hexdigest()
    signed = {k.lower(): v for k, v in (headers or {}).items()}
    signed.update({"host": host, "x-amz-date": stamp})
    if service == "s3":
        signed.setdefault("x-amz-content-sha256", payload)
        payload = signed["x-amz-content-sha256"]
    if token:
        signed["x-amz-security-token"] = token
    path, _, query = target.partition("?")
    names = ";".join(sorted(signed))
    encoded = path if service == "s3" else urllib.parse.quote(path, safe="/~")
    pairs = sorted((urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~"))
                   for k, v in urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([method, encoded, "&".join(f"{k}={v}" for k, v in pairs),
                           *(f"{k}:{signed[k].strip()}" for k in sorted(signed)), "", names, payload])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + secret_key.encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    signed["authorization"] = (f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, "
                               f"Signature={_hmac(key, text).hex()}")
    if tamper:
        tamper(signed)
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in signed.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    reply = connection.getresponse()
    try:
        return reply.status, dict((k.lower(), v) for k, v in reply.getheaders()), reply.read()
    finally:
        connection.close()
