"""The lines of the permission matrix for reports; see `table.py` for how they are read.

`ours` is the manager's, `theirs` another manager's.
"""

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
tracker:reports                      GET   -        -          in   403  403  403  403  200  403  403  403  in   403
tracker:new-report                   GET   -        -          in   403  403  403  403  200  403  403  403  in   403
tracker:new-report                   POST  -        -          in   403  403  403  403  302  403  403  403  in   403
tracker:report                       GET   ours     -          in   403  403  403  403  200  403  403  403  in   403
tracker:report                       GET   theirs   -          in   403  403  403  403  404  403  403  403  in   403
tracker:report                       GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:change-report                GET   ours     -          in   403  403  403  403  200  403  403  403  in   403
tracker:change-report                POST  ours     -          in   403  403  403  403  302  403  403  403  in   403
tracker:change-report                GET   theirs   -          in   403  403  403  403  404  403  403  403  in   403
tracker:change-report                POST  theirs   -          in   403  403  403  403  404  403  403  403  in   403
tracker:change-report                GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:change-report                POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:make-report                  POST  ours     -          in   403  403  403  403  302  403  403  403  in   403
tracker:make-report                  POST  theirs   -          in   403  403  403  403  404  403  403  403  in   403
tracker:make-report                  POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:report-file                  GET   ours     done       in   403  403  403  403  200  403  403  403  in   403
tracker:report-file                  GET   ours     queued     in   403  403  403  403  200  403  403  403  in   403
tracker:report-file                  GET   theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:report-file                  GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:download-report              GET   ours     done       in   403  403  403  403  200  403  403  403  in   403
tracker:download-report              GET   ours     queued     in   403  403  403  403  404  403  403  403  in   403
tracker:download-report              GET   theirs   done       in   403  403  403  403  404  403  403  403  in   403
tracker:download-report              GET   nowhere  -          in   403  403  403  403  404  403  403  403  in   403
tracker:cancel-report                POST  ours     queued     in   403  403  403  403  302  403  403  403  in   403
tracker:cancel-report                POST  ours     done       in   403  403  403  403  409  403  403  403  in   403
tracker:cancel-report                POST  theirs   queued     in   403  403  403  403  404  403  403  403  in   403
tracker:cancel-report                POST  nowhere  -          in   403  403  403  403  404  403  403  403  in   403
"""
