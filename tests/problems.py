"""How the API refuses: what every refusal has, whichever route answers it."""

import httpx


def is_problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """The problem that an answer describes (RFC 9457), which it must be, with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
