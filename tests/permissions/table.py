"""The permission matrix: who gets which answer from which route for which record.

    in     redirect to the sign-in page
    401    for our script: sign in again
    302    done, or sent on to another page

A method that has no line here is not allowed: 405 for whoever is signed in. JSON is a POST of our own script.
Rows: ours (the maker's, of the colleague's team too), theirs (a foreign team's), assigned (foreign, but one action is
the maker's), draft (the maker's, unsent), nowhere (does not exist). The column after it is the record's state.
"""

from typing import NamedTuple

from .world import IDENTITIES

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
home                                 GET   -        -          in   200  200  200  200  200  200  200  200  in   200
search                               GET   -        -          in   200  200  200  200  200  403  403  403  in   403
search                               POST  -        -          in   302  302  302  302  302  403  403  403  in   403
signed-in                            GET   -        -          in   200  200  200  200  200  200  200  200  in   200
session                              GET   -        -          200  200  200  200  200  200  200  200  200  200  200
accessibility                        GET   -        -          200  200  200  200  200  200  200  200  200  200  200
livez                                GET   -        -          200  200  200  200  200  200  200  200  200  200  200
readyz                               GET   -        -          200  200  200  200  200  200  200  200  200  200  200
audit                                GET   -        -          in   403  403  403  403  403  403  403  200  in   403

core:keep-draft                      POST  maker    -          in   200  400  400  400  400  400  400  400  in   400
core:keep-draft                      JSON  maker    -          401  200  400  400  400  400  400  400  400  401  400
core:discard-draft                   POST  maker    -          in   302  400  400  400  400  400  400  400  in   400

accounts:people                      GET   -        -          in   403  403  403  403  403  403  200  403  in   403
accounts:add-person                  GET   -        -          in   403  403  403  403  403  403  200  403  in   403
accounts:add-person                  POST  -        -          in   403  403  403  403  403  403  302  403  in   403
accounts:change-person               GET   ours     -          in   403  403  403  403  403  403  200  403  in   403
accounts:change-person               POST  ours     -          in   403  403  403  403  403  403  302  403  in   403
accounts:change-person               GET   nowhere  -          in   403  403  403  403  403  403  404  403  in   403
accounts:change-person               POST  nowhere  -          in   403  403  403  403  403  403  404  403  in   403

consultations:referrals              GET   -        -          in   200  200  200  200  200  403  403  403  in   403
consultations:new                    GET   -        -          in   200  200  200  200  403  403  403  403  in   403
consultations:new                    POST  -        -          in   302  302  302  302  403  403  403  403  in   403
consultations:referral               GET   ours     screening  in   200  200  404  200  200  403  403  403  in   403
consultations:referral               GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:referral               GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:referral               GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:referral               GET   draft    draft      in   200  404  404  404  404  403  403  403  in   403
consultations:referral               GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:step                   GET   draft    draft      in   200  404  404  404  403  403  403  403  in   403
consultations:step                   POST  draft    draft      in   302  404  404  404  403  403  403  403  in   403
consultations:step                   GET   ours     screening  in   409  409  404  409  403  403  403  403  in   403
consultations:step                   POST  theirs   screening  in   404  404  409  409  403  403  403  403  in   403
consultations:step                   GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:step                   POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:check                  GET   draft    draft      in   200  404  404  404  403  403  403  403  in   403
consultations:check                  POST  draft    draft      in   302  404  404  404  403  403  403  403  in   403
consultations:check                  GET   ours     screening  in   302  302  404  302  403  403  403  403  in   403
consultations:check                  POST  ours     screening  in   409  409  404  409  403  403  403  403  in   403
consultations:check                  GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:check                  POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:discard                GET   draft    draft      in   200  404  404  404  403  403  403  403  in   403
consultations:discard                POST  draft    draft      in   302  404  404  404  403  403  403  403  in   403
consultations:discard                POST  ours     screening  in   409  409  404  409  403  403  403  403  in   403
consultations:discard                GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:discard                POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:screen                 GET   ours     screening  in   403  403  403  200  403  403  403  403  in   403
consultations:screen                 POST  ours     screening  in   403  403  403  302  403  403  403  403  in   403
consultations:screen                 POST  theirs   screening  in   403  403  403  302  403  403  403  403  in   403
consultations:screen                 GET   draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:screen                 POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:screen                 GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:screen                 POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:consultation           GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:consultation           GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:consultation           GET   theirs   planned    in   404  404  200  200  200  403  403  403  in   403
consultations:consultation           GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:consultation           GET   ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:consultation           GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:save-all               POST  ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:save-section           JSON  ours     planned    401  403  403  403  200  403  403  403  403  401  403
consultations:save-section           JSON  theirs   held       401  403  403  403  200  403  403  403  403  401  403
consultations:save-section           JSON  draft    draft      401  403  403  403  404  403  403  403  403  401  403
consultations:save-all               POST  theirs   held       in   403  403  403  302  403  403  403  403  in   403
consultations:save-all               POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:save-all               POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:save-section           JSON  nowhere  -          401  403  403  403  404  403  403  403  403  401  403
consultations:hold                   GET   ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:hold                   POST  ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:hold                   POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:hold                   GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:hold                   POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:add-action             GET   ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:add-action             POST  ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:add-action             POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:add-action             GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:add-action             POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:change-action          GET   ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:change-action          POST  ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:change-action          GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:change-action          POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:close-action           GET   ours     planned    in   200  403  404  200  403  403  403  403  in   403
consultations:close-action           POST  ours     planned    in   302  403  404  302  403  403  403  403  in   403
consultations:close-action           GET   assigned planned    in   200  404  403  200  403  403  403  403  in   403
consultations:close-action           POST  assigned planned    in   302  404  403  302  403  403  403  403  in   403
consultations:close-action           GET   theirs   planned    in   404  404  403  200  403  403  403  403  in   403
consultations:close-action           POST  theirs   planned    in   404  404  403  302  403  403  403  403  in   403
consultations:close-action           GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:close-action           POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403

tracker:tracker                      GET   -        -          in   403  403  403  200  200  403  403  403  in   403
tracker:data-entry                   GET   ours     held       in   403  403  403  200  403  403  403  403  in   403
tracker:data-entry                   POST  ours     held       in   403  403  403  302  403  403  403  403  in   403
tracker:data-entry                   POST  theirs   signposted in   403  403  403  302  403  403  403  403  in   403
tracker:data-entry                   POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
tracker:data-entry                   GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
tracker:data-entry                   POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
tracker:export                       POST  -        -          in   403  403  403  403  302  403  403  403  in   403
tracker:exports                      GET   -        -          in   403  403  403  403  200  403  403  403  in   403
tracker:export-job                   GET   ours     queued     in   403  403  403  403  200  403  403  403  in   403
tracker:export-job                   GET   ours     done       in   403  403  403  403  200  403  403  403  in   403
tracker:export-job                   GET   theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:export-job                   GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:download                     GET   ours     done       in   403  403  403  403  200  403  403  403  in   403
tracker:download                     GET   ours     queued     in   403  403  403  403  404  403  403  403  in   403
tracker:download                     GET   theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:download                     GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:cancel-export                POST  ours     queued     in   403  403  403  403  302  403  403  403  in   403
tracker:cancel-export                POST  ours     done       in   403  403  403  403  409  403  403  403  in   403
tracker:cancel-export                POST  theirs   queued     in   403  403  403  403  404  403  403  403  in   403
tracker:cancel-export                POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403

account_login                        GET   -        -          200  302  302  302  302  302  302  302  302  200  302
account_login                        POST  -        -          200  302  302  302  302  302  302  302  302  200  302
account_logout                       GET   -        -          302  200  200  200  200  200  200  200  200  302  200
account_logout                       POST  -        -          302  302  302  302  302  302  302  302  302  302  302
account_inactive                     GET   -        -          200  200  200  200  200  200  200  200  200  200  200
account_signup                       GET   -        -          200  302  302  302  302  302  302  302  302  200  302
account_signup                       POST  -        -          200  302  302  302  302  302  302  302  302  200  302
account_reauthenticate               GET   -        -          in   200  200  200  200  200  200  200  200  in   200
account_reauthenticate               POST  -        -          in   200  200  200  200  200  200  200  200  in   200
account_change_password              GET   -        -          in   200  200  200  200  200  200  200  200  in   200
account_change_password              POST  -        -          in   200  200  200  200  200  200  200  200  in   200
account_set_password                 GET   -        -          in   302  302  302  302  302  302  302  302  in   302
account_set_password                 POST  -        -          in   302  302  302  302  302  302  302  302  in   302
account_reset_password               GET   -        -          200  200  200  200  200  200  200  200  200  200  200
account_reset_password               POST  -        -          302  302  302  302  302  302  302  302  302  302  302
account_reset_password_done          GET   -        -          200  200  200  200  200  200  200  200  200  200  200
account_reset_password_from_key      GET   -        -          200  200  200  200  200  200  200  200  200  200  200
account_reset_password_from_key      POST  -        -          200  200  200  200  200  200  200  200  200  200  200
account_reset_password_from_key_done GET   -        -          200  200  200  200  200  200  200  200  200  200  200
"""

# For whom a method without a line is not even looked at: these need no signing in.
PUBLIC = {
    "session", "accessibility", "livez", "readyz", "account_login", "account_logout", "account_inactive",
    "account_signup", "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}  # fmt: skip


class Cell(NamedTuple):
    """One line of the table: a request, and its answer for each identity."""

    route: str
    method: str
    row: str
    state: str
    answers: dict[str, str]


def cells() -> list[Cell]:
    """The lines of the table. Raises ValueError for one that does not have an answer for everybody."""
    found = []
    for line in TABLE.splitlines():
        parts = line.split()
        if not parts or parts[0] == "#":
            continue
        if len(parts) != 4 + len(IDENTITIES):
            raise ValueError(f"this line has not an answer for everybody: {line}")
        found.append(Cell(*parts[:4], dict(zip(IDENTITIES, parts[4:], strict=True))))
    return found


def cells_of(route: str) -> list[Cell]:
    """The lines of one route, with those for the methods that it does not take."""
    found = [cell for cell in cells() if cell.route == route]
    written = {cell.method for cell in found}
    first = found[0]
    for method in ("GET", "POST"):
        if method not in written and not (method == "POST" and "JSON" in written):
            refused = dict.fromkeys(IDENTITIES, "405")
            if route not in PUBLIC:
                refused |= {"anonymous": "in", "deactivated": "in"}
            found.append(Cell(route, method, first.row, first.state, refused))
    return found


def named_routes() -> list[str]:
    """The routes that the table speaks of."""
    return list(dict.fromkeys(cell.route for cell in cells()))
