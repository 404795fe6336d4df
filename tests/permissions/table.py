"""The permission matrix: who gets which answer from which route for which record.

    in     redirect to the sign-in page
    401    for our script: sign in again
    302    done, or sent on to another page

A method that has no line here is not allowed: 405 for whoever is signed in. JSON is a POST of our own script.
Rows: ours (the maker's, of the colleague's team too), theirs (a foreign team's), assigned (foreign, but one action is
the maker's), draft (the maker's, unsent), nowhere (does not exist). The column after it is the record's state.
Two more rows follow from these for every route of a referral (see `_when_restricted`): a restricted referral answers as
one that does not exist, and to the CS practitioner who was granted access as any other.
"""

from functools import cache
from typing import NamedTuple

from consultations.choices import ReferralState
from tests import slices

from .table_imports import IMPORTS
from .table_of_reports import TABLE as OF_REPORTS
from .table_of_themes import TABLE as OF_THEMES
from .table_of_views import TABLE as OF_VIEWS
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
notices                              GET   -        -          in   200  200  200  200  200  200  200  200  in   200
read-notices                         POST  -        -          in   302  302  302  302  302  302  302  302  in   302
open-notice                          POST  ours     -          in   302  404  404  404  404  404  404  404  in   404
open-notice                          POST  nowhere  -          in   404  404  404  404  404  404  404  404  in   404

core:keep-draft                      POST  maker    -          in   200  400  400  400  400  400  400  400  in   400
core:keep-draft                      JSON  maker    -          401  200  400  400  400  400  400  400  400  401  400
core:discard-draft                   POST  maker    -          in   302  400  400  400  400  400  400  400  in   400

accounts:settings                    GET   -        -          in   403  403  403  403  403  403  200  403  in   403
accounts:settings                    POST  -        -          in   403  403  403  403  403  403  302  403  in   403
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
consultations:referral               GET    ours     information in   200  200  404  200  200  403  403  403  in   403
consultations:screen                 GET    ours     information in   403  403  403  200  403  403  403  403  in   403
consultations:screen                 POST   theirs   information in   403  403  403  302  403  403  403  403  in   403
consultations:screen                 POST   restricted screening  in   403  403  403  404  403  403  403  403  in   403
consultations:screen                 POST   granted  screening  in   403  403  403  302  403  403  403  403  in   403
consultations:answer                 GET    ours     information in   200  200  404  200  403  403  403  403  in   403
consultations:answer                 POST   ours     information in   302  302  404  302  403  403  403  403  in   403
consultations:answer                 POST   theirs   information in   404  404  302  302  403  403  403  403  in   403
consultations:answer                 GET    restricted information in   404  404  404  404  403  403  403  403  in   403
consultations:answer                 POST   restricted information in   404  404  404  404  403  403  403  403  in   403
consultations:answer                 POST   granted  information in   404  404  404  302  403  403  403  403  in   403
consultations:answer                 GET    ours     screening  in   409  409  404  409  403  403  403  403  in   403
consultations:answer                 GET    draft    draft      in   409  404  404  404  403  403  403  403  in   403
consultations:answer                 GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:answer                 POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:withdraw               GET    ours     screening  in   200  200  404  200  403  403  403  403  in   403
consultations:withdraw               POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:withdraw               POST   ours     held       in   409  409  404  409  403  403  403  403  in   403
consultations:withdraw               POST   theirs   screening  in   404  404  302  302  403  403  403  403  in   403
consultations:withdraw               POST   restricted screening  in   404  404  404  404  403  403  403  403  in   403
consultations:withdraw               POST   granted  screening  in   404  404  404  302  403  403  403  403  in   403
consultations:withdraw               GET    draft    draft      in   409  404  404  404  403  403  403  403  in   403
consultations:withdraw               GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:withdraw               POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:reopen                 GET    ours     signposted in   403  403  403  200  403  403  403  403  in   403
consultations:reopen                 POST   ours     signposted in   403  403  403  302  403  403  403  403  in   403
consultations:reopen                 POST   theirs   signposted in   403  403  403  302  403  403  403  403  in   403
consultations:reopen                 POST   ours     screening  in   403  403  403  409  403  403  403  403  in   403
consultations:reopen                 POST   restricted signposted in   403  403  403  404  403  403  403  403  in   403
consultations:reopen                 POST   granted  signposted in   403  403  403  302  403  403  403  403  in   403
consultations:reopen                 POST   draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:reopen                 GET    nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:reopen                 POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:allocate               GET    ours     screening  in   403  403  403  200  200  403  403  403  in   403
consultations:allocate               POST   ours     screening  in   403  403  403  302  302  403  403  403  in   403
consultations:allocate               POST   theirs   planned    in   403  403  403  302  302  403  403  403  in   403
consultations:allocate               POST   ours     signposted in   403  403  403  409  409  403  403  403  in   403
consultations:allocate               POST   restricted screening  in   403  403  403  404  404  403  403  403  in   403
consultations:allocate               POST   granted  screening  in   403  403  403  302  404  403  403  403  in   403
consultations:allocate               POST   draft    draft      in   403  403  403  404  404  403  403  403  in   403
consultations:allocate               GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
consultations:allocate               POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
consultations:reschedule             GET    ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:reschedule             POST   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:reschedule             POST   theirs   planned    in   403  403  403  302  403  403  403  403  in   403
consultations:reschedule             POST   ours     held       in   403  403  403  409  403  403  403  403  in   403
consultations:reschedule             POST   restricted planned    in   403  403  403  404  403  403  403  403  in   403
consultations:reschedule             POST   granted  planned    in   403  403  403  302  403  403  403  403  in   403
consultations:reschedule             POST   draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:reschedule             GET    nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:reschedule             POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
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
consultations:presence               JSON  ours     planned    401  200  200  404  200  200  403  403  403  401  403
consultations:presence               JSON  theirs   held       401  404  404  200  200  200  403  403  403  401  403
consultations:presence               JSON  assigned planned    401  404  404  200  200  200  403  403  403  401  403
consultations:presence               JSON  ours     screening  401  404  404  404  404  404  403  403  403  401  403
consultations:presence               JSON  draft    draft      401  404  404  404  404  404  403  403  403  401  403
consultations:presence               JSON  nowhere  -          401  404  404  404  404  404  403  403  403  401  403
consultations:chronology             GET   ours     screening  in   200  200  404  200  200  403  403  403  in   403
consultations:chronology             GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:chronology             GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:chronology             GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:chronology             GET   draft    draft      in   200  404  404  404  404  403  403  403  in   403
consultations:chronology             GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:young-person-chronology GET  ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:young-person-chronology GET  theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:young-person-chronology GET  assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:young-person-chronology GET  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:views                  GET   ours     held       in   403  403  403  200  200  403  403  403  in   403
consultations:views                  GET   theirs   planned    in   403  403  403  200  200  403  403  403  in   403
consultations:views                  GET   draft    draft      in   403  403  403  404  404  403  403  403  in   403
consultations:views                  GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
consultations:versions               GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:versions               GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:versions               GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:versions               GET   ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:versions               GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:cell-versions          GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:cell-versions          GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:cell-versions          GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:put-back               GET   ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:put-back               POST  ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:put-back               POST  theirs   held       in   403  403  403  302  403  403  403  403  in   403
consultations:put-back               POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:put-back               GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:put-back               POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
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
consultations:reopen-action          GET   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:reopen-action          POST  ours     planned    in   403  403  403  409  403  403  403  403  in   403
consultations:reopen-action          GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:reopen-action          POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:action-progress        GET   ours     planned    in   200  403  404  200  403  403  403  403  in   403
consultations:action-progress        POST  ours     planned    in   302  403  404  302  403  403  403  403  in   403
consultations:action-progress        GET   assigned planned    in   200  404  403  200  403  403  403  403  in   403
consultations:action-progress        POST  assigned planned    in   302  404  403  302  403  403  403  403  in   403
consultations:action-progress        POST  theirs   planned    in   404  404  403  302  403  403  403  403  in   403
consultations:action-progress        GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:action-progress        POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:action                 GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:action                 GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:action                 GET   assigned planned    in   200  404  200  200  200  403  403  403  in   403
consultations:action                 GET   theirs   planned    in   404  404  200  200  200  403  403  403  in   403
consultations:action                 GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:actions                GET   -        -          in   200  200  200  200  200  403  403  403  in   403
consultations:rings                  GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:rings                  GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:rings                  GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:rings                  GET   ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:rings                  GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403

consultations:restricted             GET   -        -          in   403  403  403  403  200  403  403  403  in   403
consultations:access                 GET   ours     screening  in   403  403  403  403  200  403  403  403  in   403
consultations:access                 GET   restricted planned  in   403  403  403  403  200  403  403  403  in   403
consultations:access                 GET   granted  held       in   403  403  403  403  200  403  403  403  in   403
consultations:access                 GET   draft    draft      in   403  403  403  403  404  403  403  403  in   403
consultations:access                 GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:restrict               GET   ours     planned    in   403  403  403  403  200  403  403  403  in   403
consultations:restrict               POST  ours     planned    in   403  403  403  403  302  403  403  403  in   403
consultations:restrict               GET   restricted planned  in   403  403  403  403  302  403  403  403  in   403
consultations:restrict               POST  restricted planned  in   403  403  403  403  409  403  403  403  in   403
consultations:restrict               POST  draft    draft      in   403  403  403  403  404  403  403  403  in   403
consultations:restrict               GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:restrict               POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:grant-access           GET   restricted planned  in   403  403  403  403  200  403  403  403  in   403
consultations:grant-access           POST  restricted planned  in   403  403  403  403  302  403  403  403  in   403
consultations:grant-access           GET   ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:grant-access           POST  ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:grant-access           GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:grant-access           POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:keep-restriction       GET   restricted planned  in   403  403  403  403  200  403  403  403  in   403
consultations:keep-restriction       POST  restricted planned  in   403  403  403  403  302  403  403  403  in   403
consultations:keep-restriction       GET   ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:keep-restriction       POST  ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:keep-restriction       GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:keep-restriction       POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:lift-restriction       GET   restricted planned  in   403  403  403  403  200  403  403  403  in   403
consultations:lift-restriction       POST  restricted planned  in   403  403  403  403  302  403  403  403  in   403
consultations:lift-restriction       GET   ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:lift-restriction       POST  ours     planned    in   403  403  403  403  409  403  403  403  in   403
consultations:lift-restriction       GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:lift-restriction       POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:end-access             GET   restricted planned  in   403  403  403  403  200  403  403  403  in   403
consultations:end-access             POST  restricted planned  in   403  403  403  403  302  403  403  403  in   403
consultations:end-access             GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:end-access             POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:young-person           GET   ours     screening  in   200  200  404  200  200  403  403  403  in   403
consultations:young-person           GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:young-person           GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:young-person           GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:young-person           GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:duplicates             GET   -        -          in   403  403  403  403  200  403  403  403  in   403
consultations:duplicate              GET   ours     pair       in   403  403  403  403  200  403  403  403  in   403
consultations:duplicate              GET   restricted pair     in   403  403  403  403  404  403  403  403  in   403
consultations:duplicate              GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:merge                  GET   ours     pair       in   403  403  403  403  302  403  403  403  in   403
consultations:merge                  POST  ours     pair       in   403  403  403  403  302  403  403  403  in   403
consultations:merge                  POST  restricted pair     in   403  403  403  403  404  403  403  403  in   403
consultations:merge                  GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:merge                  POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:separate               GET   ours     pair       in   403  403  403  403  200  403  403  403  in   403
consultations:separate               POST  ours     pair       in   403  403  403  403  302  403  403  403  in   403
consultations:separate               POST  restricted pair     in   403  403  403  403  404  403  403  403  in   403
consultations:separate               GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:separate               POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:merges                 GET   -        -          in   403  403  403  403  200  403  403  403  in   403
consultations:undo-merge             GET   ours     merged     in   403  403  403  403  200  403  403  403  in   403
consultations:undo-merge             POST  ours     merged     in   403  403  403  403  302  403  403  403  in   403
consultations:undo-merge             POST  restricted merged   in   403  403  403  403  404  403  403  403  in   403
consultations:undo-merge             GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:undo-merge             POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
consultations:prepare                GET    ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:prepare                GET    ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:prepare                GET    theirs   planned    in   404  404  200  200  200  403  403  403  in   403
consultations:prepare                GET    assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:prepare                GET    ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:prepare                GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:save-framework         POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:save-framework         POST   theirs   held       in   404  404  302  302  403  403  403  403  in   403
consultations:save-framework         POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:add-place              GET    ours     planned    in   200  200  404  200  403  403  403  403  in   403
consultations:add-place              POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:add-place              POST   theirs   held       in   404  404  302  302  403  403  403  403  in   403
consultations:add-place              GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:add-place              POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:rename-place           GET    ours     planned    in   200  200  404  200  403  403  403  403  in   403
consultations:rename-place           POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:rename-place           POST   theirs   held       in   404  404  302  302  403  403  403  403  in   403
consultations:rename-place           GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:rename-place           POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:remove-place           GET    ours     planned    in   200  200  404  200  403  403  403  403  in   403
consultations:remove-place           POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:remove-place           POST   theirs   held       in   404  404  302  302  403  403  403  403  in   403
consultations:remove-place           GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:remove-place           POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:send-framework         POST   ours     planned    in   302  302  404  302  403  403  403  403  in   403
consultations:send-framework         POST   theirs   held       in   404  404  409  409  403  403  403  403  in   403
consultations:send-framework         POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:save-cell              JSON   ours     planned    401  200  200  404  200  403  403  403  403  401  403
consultations:save-cell              JSON   theirs   held       401  404  404  200  200  403  403  403  403  401  403
consultations:save-cell              JSON   assigned planned    401  404  404  200  200  403  403  403  403  401  403
consultations:save-cell              JSON   nowhere  -          401  404  404  404  404  403  403  403  403  401  403
consultations:participants           GET    ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:participants           GET    theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:participants           GET    assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:participants           POST   ours     planned    in   403  403  404  302  403  403  403  403  in   403
consultations:participants           POST   theirs   held       in   404  404  403  302  403  403  403  403  in   403
consultations:participants           GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:participants           POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:mark-participants      POST   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:mark-participants      POST   theirs   held       in   403  403  403  302  403  403  403  403  in   403
consultations:mark-participants      POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:remove-participant     GET    ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:remove-participant     POST   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:remove-participant     POST   theirs   held       in   403  403  403  302  403  403  403  403  in   403
consultations:remove-participant     GET    nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:remove-participant     POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:calendar-file          GET    ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:calendar-file          GET    theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:calendar-file          GET    assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:calendar-file          GET    ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:calendar-file          GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:add-take-away          GET    ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:add-take-away          POST   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:add-take-away          POST   draft    draft      in   403  403  403  404  403  403  403  403  in   403
consultations:add-take-away          GET    nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:add-take-away          POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:change-take-away       GET    ours     planned    in   403  403  403  200  403  403  403  403  in   403
consultations:change-take-away       POST   ours     planned    in   403  403  403  302  403  403  403  403  in   403
consultations:change-take-away       GET    nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:change-take-away       POST   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
consultations:take-away              GET    ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:take-away              GET    ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:take-away              GET    assigned planned    in   200  404  200  200  200  403  403  403  in   403
consultations:take-away              GET    theirs   planned    in   404  404  200  200  200  403  403  403  in   403
consultations:take-away              POST   ours     planned    in   302  403  404  302  403  403  403  403  in   403
consultations:take-away              POST   assigned planned    in   302  404  403  302  403  403  403  403  in   403
consultations:take-away              POST   theirs   planned    in   404  404  403  302  403  403  403  403  in   403
consultations:take-away              GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:take-away              POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:mark-space             JSON   ours     planned    401  403  403  403  200  403  403  403  403  401  403
consultations:mark-space             JSON   theirs   held       401  403  403  403  200  403  403  403  403  401  403
consultations:mark-space             JSON   draft    draft      401  403  403  403  404  403  403  403  403  401  403
consultations:mark-space             JSON   nowhere  -          401  403  403  403  404  403  403  403  403  401  403
consultations:feedback-list          GET   -        -          in   200  200  200  200  200  403  403  403  in   403
consultations:feedback               GET   ours     held       in   200  403  404  200  403  403  403  403  in   403
consultations:feedback               POST  ours     held       in   302  403  404  302  403  403  403  403  in   403
consultations:feedback               GET   theirs   held       in   404  404  403  200  403  403  403  403  in   403
consultations:feedback               POST  theirs   held       in   404  404  403  302  403  403  403  403  in   403
consultations:feedback               GET   assigned held       in   404  404  403  200  403  403  403  403  in   403
consultations:feedback               GET   ours     planned    in   409  403  404  409  403  403  403  403  in   403
consultations:feedback               POST  ours     planned    in   409  403  404  409  403  403  403  403  in   403
consultations:feedback               GET   draft    draft      in   409  404  404  404  403  403  403  403  in   403
consultations:feedback               POST  draft    draft      in   409  404  404  404  403  403  403  403  in   403
consultations:feedback               GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:feedback               POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
consultations:forms                  GET   -        -          in   200  200  200  200  200  403  403  403  in   403
consultations:blank-form             GET   -        -          in   200  200  200  200  200  403  403  403  in   403
consultations:make-form              POST  -        -          in   302  302  302  302  302  403  403  403  in   403
consultations:print                  GET   ours     planned    in   200  200  404  200  200  403  403  403  in   403
consultations:print                  GET   ours     held       in   200  200  404  200  200  403  403  403  in   403
consultations:print                  GET   theirs   held       in   404  404  200  200  200  403  403  403  in   403
consultations:print                  GET   assigned planned    in   404  404  200  200  200  403  403  403  in   403
consultations:print                  GET   ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:print                  GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:make-paper             POST  ours     held       in   302  302  404  302  302  403  403  403  in   403
consultations:make-paper             POST  theirs   planned    in   404  404  302  302  302  403  403  403  in   403
consultations:make-paper             POST  ours     screening  in   404  404  404  404  404  403  403  403  in   403
consultations:make-paper             POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:redact                 GET   ours     held       in   403  403  403  200  200  403  403  403  in   403
consultations:redact                 POST  ours     held       in   403  403  403  302  302  403  403  403  in   403
consultations:redact                 POST  theirs   planned    in   403  403  403  302  302  403  403  403  in   403
consultations:redact                 GET   draft    draft      in   403  403  403  404  404  403  403  403  in   403
consultations:redact                 POST  draft    draft      in   403  403  403  404  404  403  403  403  in   403
consultations:redact                 GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
consultations:redact                 POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
consultations:paper                  GET   ours     queued     in   200  404  404  404  404  403  403  403  in   403
consultations:paper                  GET   ours     done       in   200  404  404  404  404  403  403  403  in   403
consultations:paper                  GET   theirs   done       in   404  404  404  404  404  403  403  403  in   403
consultations:paper                  GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:download-paper         GET   ours     done       in   200  404  404  404  404  403  403  403  in   403
consultations:download-paper         GET   ours     queued     in   404  404  404  404  404  403  403  403  in   403
consultations:download-paper         GET   theirs   done       in   404  404  404  404  404  403  403  403  in   403
consultations:download-paper         GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
consultations:cancel-paper           POST  ours     queued     in   302  404  404  404  404  403  403  403  in   403
consultations:cancel-paper           POST  ours     done       in   409  404  404  404  404  403  403  403  in   403
consultations:cancel-paper           POST  theirs   queued     in   404  404  404  404  404  403  403  403  in   403
consultations:cancel-paper           POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403

tracker:tracker                      GET   -        -          in   403  403  403  200  200  403  403  403  in   403
tracker:dashboard                    GET   -        -          in   403  403  403  200  200  200  403  403  in   403
tracker:data-entry                   GET   ours     held       in   403  403  403  200  403  403  403  403  in   403
tracker:data-entry                   POST  ours     held       in   403  403  403  302  403  403  403  403  in   403
tracker:data-entry                   POST  theirs   signposted in   403  403  403  302  403  403  403  403  in   403
tracker:data-entry                   POST  draft    draft      in   403  403  403  404  403  403  403  403  in   403
tracker:data-entry                   GET   nowhere  -          in   403  403  403  404  403  403  403  403  in   403
tracker:data-entry                   POST  nowhere  -          in   403  403  403  404  403  403  403  403  in   403
tracker:export                       GET   -        -          in   403  403  403  403  200  403  403  403  in   403
tracker:export                       POST  -        -          in   403  403  403  403  302  403  403  403  in   403
tracker:exports                      GET   -        -          in   403  403  403  403  200  200  403  403  in   403
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
tracker:delete-export                GET   ours     done       in   403  403  403  403  200  403  403  403  in   403
tracker:delete-export                GET   ours     queued     in   403  403  403  403  302  403  403  403  in   403
tracker:delete-export                GET   theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:delete-export                GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:delete-export                POST  ours     done       in   403  403  403  403  302  403  403  403  in   403
tracker:delete-export                POST  ours     queued     in   403  403  403  403  409  403  403  403  in   403
tracker:delete-export                POST  theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:delete-export                POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403

tracker:training                     GET   -        -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-add-course          GET   -        -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-add-course          POST  -        -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-course              GET   ours     -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-course              POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-course              GET   nowhere  -          in   403  403  403  404  404  404  403  403  in   403
tracker:training-course              POST  nowhere  -          in   403  403  403  404  404  404  403  403  in   403
tracker:training-change-course       GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-change-course       POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-change-course       GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-change-course       POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-delete-course       GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-delete-course       POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-delete-course       GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-delete-course       POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-mark                POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-mark                POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-paste               GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-paste               POST  ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-paste               GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-paste               POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-person              GET   ours     -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-person              GET   nowhere  -          in   403  403  403  404  404  404  403  403  in   403
tracker:training-remove              GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-remove              POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-remove              GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-remove              POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-put-back            POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-put-back            POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-teams               GET   -        -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-team                GET   ours     -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-team                GET   nowhere  -          in   403  403  403  404  404  404  403  403  in   403
tracker:training-champions           GET   -        -          in   403  403  403  200  200  200  403  403  in   403
tracker:training-add-champion        GET   -        -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-add-champion        POST  -        -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-change-champion     GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-change-champion     POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-change-champion     GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-change-champion     POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-delete-champion     GET   ours     -          in   403  403  403  403  200  200  403  403  in   403
tracker:training-delete-champion     POST  ours     -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-delete-champion     GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-delete-champion     POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-export              POST  -        -          in   403  403  403  403  302  302  403  403  in   403
tracker:training-export-job          GET   ours     queued     in   403  403  403  403  200  404  403  403  in   403
tracker:training-export-job          GET   ours     done       in   403  403  403  403  200  404  403  403  in   403
tracker:training-export-job          GET   theirs   done       in   403  403  403  403  404  404  403  403  in   403
tracker:training-export-job          GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-download            GET   ours     done       in   403  403  403  403  200  404  403  403  in   403
tracker:training-download            GET   ours     queued     in   403  403  403  403  404  404  403  403  in   403
tracker:training-download            GET   theirs   done       in   403  403  403  403  404  404  403  403  in   403
tracker:training-download            GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
tracker:training-cancel-export       POST  ours     queued     in   403  403  403  403  302  404  403  403  in   403
tracker:training-cancel-export       POST  ours     done       in   403  403  403  403  409  404  403  403  in   403
tracker:training-cancel-export       POST  theirs   queued     in   403  403  403  403  404  404  403  403  in   403
tracker:training-cancel-export       POST  nowhere  -          in   403  403  403  403  404  404  403  403  in   403

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

TABLE += IMPORTS

# The states that a sent referral may be in.
STATES = set(ReferralState.values) - {ReferralState.DRAFT}
# A manager's pages about who may see a referral, which show nothing of what is in it.
ABOUT_ACCESS = {
    f"consultations:{name}"
    for name in ("access", "restrict", "grant-access", "keep-restriction", "lift-restriction", "end-access")
}
# Of a context, whose states are others; each of its records has a young person of a restricted referral in it.
OF_CONTEXTS = {line.split()[0] for line in "".join(slices.joined("TABLE")).splitlines() if line.startswith("contexts:")}
# For whom a method without a line is not even looked at: these need no signing in.
PUBLIC = {
    "session", "accessibility", "livez", "readyz", "account_login", "account_logout", "account_inactive",
    "account_signup", "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "reviews:shared",
}  # fmt: skip


class Cell(NamedTuple):
    """One line of the table: a request, and its answer for each identity."""

    route: str
    method: str
    row: str
    state: str
    answers: dict[str, str]


@cache
def cells() -> list[Cell]:
    """The lines of the table, read once. Raises ValueError for one that does not have an answer for everybody."""
    found = []
    for line in (TABLE + OF_REPORTS + OF_THEMES + OF_VIEWS + "".join(slices.joined("TABLE"))).splitlines():
        parts = line.split()
        if not parts or parts[0] == "#":
            continue
        if len(parts) != 4 + len(IDENTITIES):
            raise ValueError(f"this line has not an answer for everybody: {line}")
        found.append(Cell(*parts[:4], dict(zip(IDENTITIES, parts[4:], strict=True))))
    return found + _when_restricted(found)


def _when_restricted(written: list[Cell]) -> list[Cell]:
    """For each route of a sent referral: how it answers for a restricted one, and for one with a grant.

    A restricted referral answers as one that does not exist, whoever asks; with a grant the CS practitioner gets the
    answer of any other referral. The manager's pages about access alone are written out above.
    """
    nothing = {(cell.route, cell.method): cell.answers for cell in written if cell.row == "nowhere"}
    found = []
    for cell in written:
        if cell.row != "ours" or cell.state not in STATES or cell.route in ABOUT_ACCESS | OF_CONTEXTS:
            continue
        hidden = nothing.get((cell.route, cell.method))
        if hidden is None:  # test_every_record_route_is_tried_with_what_does_not_exist asks for that line
            continue
        found.append(cell._replace(row="restricted", answers=hidden))
        found.append(cell._replace(row="granted", answers=hidden | {"cs": cell.answers["cs"]}))
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
