"""What holds for every answer of the console's API beyond what OpenAPI can say."""
import schemathesis

# What a document cannot say of parameters and bodies; nothing else that is as described is BAD_REQUEST.
ALLOWED = ("exclude each other", "needs a topic and a group", "not together with", "is no base64",
           "a whole number", "from:", "to:", "cursor:")


@schemathesis.check
def problems_are_told_as_described(_, response, case):
    """Every problem has a stable code, and what is as described is never called badly described."""
    if response.status_code < 400 or response.request.method == "HEAD":
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", f"a problem as {kind}"
    problem = response.json()
    assert problem["status"] == response.status_code
    is_served = response.request.method.lower() == case.operation.method.lower()
    is_positive = is_served and case.meta and case.meta.generation.mode.is_positive
    assert not is_positive or problem["code"] != "NO_SUCH_PATH", "described, and not there"
    if is_positive and problem["code"] == "BAD_REQUEST" and response.status_code == 400:
        assert any(words in problem["detail"] for words in ALLOWED), problem["detail"]


@schemathesis.check
def nothing_is_shown_or_kept_by_a_browser(_, response, case):
    """The fields that keep what clusters hold away from the page's own code, and from caches."""
    assert response.headers.get("x-content-type-options") == ["nosniff"]
    assert response.headers.get("content-security-policy", [""])[0].startswith("default-src 'none'")
    if not case.path.endswith("openapi.json"):
        assert response.headers.get("cache-control") == ["no-store"]
