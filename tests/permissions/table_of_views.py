"""The lines of the permission matrix for saved views; see `table.py` for how they are read.

`ours` is the manager's and shared, `theirs` another manager's own.
"""

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
tracker:save-view                    GET   -        -          in   403  403  403  200  200  403  403  403  in   403
tracker:save-view                    POST  -        -          in   403  403  403  302  302  403  403  403  in   403
tracker:change-view                  GET   ours     shared     in   403  403  403  403  200  403  403  403  in   403
tracker:change-view                  POST  ours     shared     in   403  403  403  403  302  403  403  403  in   403
tracker:change-view                  GET   theirs   own        in   403  403  403  404  404  403  403  403  in   403
tracker:change-view                  POST  theirs   own        in   403  403  403  404  404  403  403  403  in   403
tracker:change-view                  GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:change-view                  POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:save-over-view               POST  ours     shared     in   403  403  403  403  302  403  403  403  in   403
tracker:save-over-view               POST  theirs   own        in   403  403  403  404  404  403  403  403  in   403
tracker:save-over-view               POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:delete-view                  GET   ours     shared     in   403  403  403  403  200  403  403  403  in   403
tracker:delete-view                  POST  ours     shared     in   403  403  403  403  302  403  403  403  in   403
tracker:delete-view                  GET   theirs   own        in   403  403  403  404  404  403  403  403  in   403
tracker:delete-view                  POST  theirs   own        in   403  403  403  404  404  403  403  403  in   403
tracker:delete-view                  GET   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
tracker:delete-view                  POST  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
"""
