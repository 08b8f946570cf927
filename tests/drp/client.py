"""An agent written from the Data Rights Protocol 1.0 alone, with libsodium. It goes through all endpoints and ends
with status 1 at the first answer that the protocol does not allow.

Usage: client.py BASE AGENT BUSINESS SEED NOW   (SEED: 32 bytes in hex; NOW: the portal's time, ISO 8601)
"""

import base64
import datetime
import http.client
import json
import sys
import urllib.parse

import nacl.signing

base, agent, business, seed, now = sys.argv[1:6]
key = nacl.signing.SigningKey(bytes.fromhex(seed))
now = datetime.datetime.fromisoformat(now)
token = None


def claims(**further):
    message = {
        "agent-id": agent,
        "business-id": business,
        "issued-at": now.isoformat(timespec="milliseconds"),
        "expires-at": (now + datetime.timedelta(minutes=15)).isoformat(timespec="milliseconds"),
        "drp.version": "1.0",
    }
    message.update(further)
    return message


def signed(message):
    # libsodium's combined mode: the signature, then what it signs.
    return base64.b64encode(key.sign(json.dumps(message).encode()))


def call(method, path, body=None):
    # No header but these: the protocol has a DELETE come without a type of content.
    headers = {}
    if token:
        headers["Authorization"] = "Bearer " + token
    if method == "POST":
        headers["Content-Type"] = "text/plain"
    portal = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(portal.netloc, timeout=30)
    connection.request(method, portal.path + path, body, headers)
    answer = connection.getresponse()
    kind = answer.headers.get_content_type()
    return answer.status, kind, answer.read()


def expect(holds, what):
    if not holds:
        sys.exit("not as the protocol has it: " + what)


def good(method, path, body=None):
    status, kind, text = call(method, path, body)
    expect(status == 200, f"{method} {path}: {status} {text!r}")
    expect(kind == "application/json", f"{method} {path}: {kind}")
    return json.loads(text)


def refused(method, path, body, status):
    code, kind, text = call(method, path, body)
    expect(code == status, f"{method} {path}: {code} instead of {status}")
    answer = json.loads(text)
    expect(answer["code"] == str(status) and "message" in answer, f"an error without code or message: {answer}")
    return answer


# 2.05: pairwise key setup; a failure has no body.
status, _, text = call("POST", f"/v1/agent/{agent}", signed(claims(**{"business-id": "somebody-else"})))
expect((status, text) == (403, b""), "a setup for somebody else")
pair = good("POST", f"/v1/agent/{agent}", signed(claims()))
expect(pair["agent-id"] == agent, "the agent's id in the setup's answer")
token = pair["token"]

# 2.06: the token is good for this agent.
expect(good("GET", f"/v1/agent/{agent}") == {}, "the answer about a token")
refused("GET", "/v1/agent/another", None, 403)

# 2.01: exercise.
request = claims(
    exercise="deletion",
    regime="voluntary",
    relationships=["customer"],
    name="Nora Example",
    email="nora@example.org",
    email_verified=True,
    address={"country": "US"},
    power_of_attorney="on file",
    **{"agent-request-id": "client-1"},
)
message = signed(request)
answer = good("POST", "/v1/data-rights-request", message)
for field in ("request_id", "status", "received_at", "expected_by", "agent_request_id"):
    expect(field in answer, f"{field} is missing")
expect(answer["status"] == "in_progress", f"status {answer['status']}")
expect(answer["agent_request_id"] == "client-1", "agent_request_id is not echoed")
for field in ("received_at", "expected_by"):
    expect(datetime.datetime.fromisoformat(answer[field]).tzinfo is not None, f"{field} has no offset")

# A repeated message is not taken, and neither is one that was tampered with.
expect(call("POST", "/v1/data-rights-request", message)[0] >= 400, "a replay was taken")
tampered = bytearray(base64.b64decode(message))
tampered[70] ^= 1
refused("POST", "/v1/data-rights-request", base64.b64encode(bytes(tampered)), 400)
late = claims(exercise="access", email="nora@example.org")
late["expires-at"] = (now - datetime.timedelta(minutes=1)).isoformat()
expect(refused("POST", "/v1/data-rights-request", signed(late), 400).get("fatal"), "an expired request is not fatal")

# 2.02: status, and 2.04: revoke.
identity = answer["request_id"]
expect(good("GET", f"/v1/data-rights-request/{identity}") == answer, "the status is another")
refused("GET", "/v1/data-rights-request/00000000-0000-4000-8000-000000000000", None, 403)
revoked = good("DELETE", f"/v1/data-rights-request/{identity}", signed({"reason": "a mistake"}))
expect(revoked["status"] == "revoked", "a revoked request is not revoked")

# An opt-out is done at once.
done = good("POST", "/v1/data-rights-request", signed(claims(exercise="sale:opt-out", email="nora@example.org")))
expect(done["status"] == "fulfilled", "an opt-out waits for something")
expect("agent_request_id" not in done, "agent_request_id was never given")

print("conforms")
